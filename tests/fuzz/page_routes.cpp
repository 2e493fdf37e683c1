#include "actors/portal/household_text.hpp"
#include "actors/portal/openapi.hpp"
#include "actors/portal/portal.hpp"
#include "drivers/web_target.hpp"
#include "tests/actors/houses.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>

// The build makes this of a file; here nobody reads it.
std::string_view hearth::openapi_text() { return "{}"; }

/// Whatever somebody who is signed in can ask of the page, and whatever may stand where it keeps
/// what the household wants. Breaks off where an answer is no answer.
namespace {

using namespace hearth;
using namespace hearth::testing;

/// One installer, who lets himself in with any password; wishes are kept in memory.
class open_accounts final : public account_store {
 public:
  std::map<std::string, std::string> settings;

  result<std::vector<account>> accounts() override {
    return std::vector{account{"Ines", role::installer, "secret", time_point{}}};
  }
  result<std::vector<account_session>> sessions() override {
    return std::vector<account_session>{};
  }
  bool changed_elsewhere() override { return false; }
  std::optional<fault> save(const account_changes&) override { return {}; }
  result<audit_page> audit(std::optional<std::uint64_t>, std::size_t) override {
    return audit_page{};
  }
  result<std::optional<std::string>> setting(const std::string& name) override {
    const auto found = settings.find(name);
    return found == settings.end() ? std::nullopt : std::optional{found->second};
  }
  std::optional<fault> set_setting(const std::string& name, const std::string& text) override {
    settings[name] = text;
    return {};
  }
  result<std::vector<alarm_acknowledgement>> acknowledgements() override {
    return std::vector<alarm_acknowledgement>{};
  }
  std::optional<fault> acknowledge(const alarm_acknowledgement&) override { return {}; }
};

void check(const web_response& made) {
  must(made.status >= 200 && made.status < 600, "an answer has a status");
  must(made.status != 500, "no request breaks a route");
  for (const auto& [name, value] : made.headers)
    must(name != "Content-Type" || value.find("json") == std::string::npos ||
             nlohmann::json::accept(made.body),
         "what is called JSON is JSON");
}

/// As the shell does where nobody answers, and where somebody says no.
struct unanswered {
  void operator()(const web_response& made) const { check(made); }
  void operator()(const asked_how_history_fares& a) const {
    check(a.render(nullptr));
    const auto fares = history_status{};
    check(a.render(&fares));
  }
  void operator()(const asked_of_dispatcher& a) const {
    check(a.render(nullptr));
    const auto no = outcome{.accepted = false, .reason = "no"};
    check(a.render(&no));
  }
  template <class Asked>
  void operator()(const Asked& a) const {
    check(a.render(nullptr));
  }
};

struct signed_in_house {
  std::shared_ptr<open_accounts> disk = std::make_shared<open_accounts>();
  std::shared_ptr<const layout> house;
  portal page;
  std::map<std::string, std::string> headers;

  explicit signed_in_house(std::optional<std::string> kept = {})
      : house{home()}, page{house, door(), disk, random, {}} {
    if (kept) disk->settings["household"] = *kept;
    page.redate(exact_dates, noon);
    page.begin(noon);
    page.see(image{*house}.now());
    sign_in();
  }

  static std::shared_ptr<const layout> home() {
    static const auto made = [] {
      auto l = small_house();
      l.history.emplace();
      l.portal.emplace().listen = "0.0.0.0:8443";
      return std::make_shared<const layout>(std::move(l));
    }();
    return made;
  }
  static std::string random(std::size_t count) { return std::string(count, 'r'); }
  [[nodiscard]] guard door() const {
    const auto how =
        password_hashing{[](const std::string&) -> result<std::string> { return "secret"; },
                         [](const std::string&, const std::string&) { return true; }};
    return guard{disk, how, random, guard::options{"maple", false}};
  }

  void sign_in() {
    headers = {{"host", "127.0.0.1:8443"},
               {"origin", "http://127.0.0.1:8443"},
               {"sec-fetch-site", "same-origin"},
               {"content-type", "application/json"}};
    const auto got = page.answer(
        request("POST", "/api/v1/login", R"({"name":"Ines","password":"whatever it is"})"), noon,
        noon);
    const auto* answer = std::get_if<web_response>(&got);
    must(answer && answer->status == 200, "who has the password is let in");
    for (const auto& [name, value] : answer->headers)
      if (name == "Set-Cookie") headers["cookie"] = value.substr(0, value.find(';'));
    headers["x-hearth-token"] = nlohmann::json::parse(answer->body).at("csrf").get<std::string>();
  }
  [[nodiscard]] web_request request(std::string method, std::string target,
                                    std::string body) const {
    auto asked = web_request{};
    asked.method = std::move(method);
    if (auto read = web_target_from(target)) {
      asked.path = std::move(read->path);
      asked.query = std::move(read->query);
    }
    asked.peer = "10.0.0.1";
    asked.headers = headers;
    asked.body = std::move(body);
    return asked;
  }
  void ask(std::string method, std::string target, std::string body) {
    std::visit(
        unanswered{},
        page.answer(request(std::move(method), std::move(target), std::move(body)), noon, noon));
    page.tick(noon);
    if (const auto wanted = page.take_household()) look_at(*wanted);
  }
  void look_at(const household& wanted) const {
    must(!objection_to(wanted.schedules, *house), "no schedule stands that the house cannot keep");
    for (const auto& w : wanted.wishes)
      must(!objection_to(w, *house), "no wish stands that the house cannot grant");
    const auto again = household_from_text(household_to_text(wanted));
    must(again && again->wishes.size() == wanted.wishes.size(), "what is kept can be read");
  }
};

std::string line_of(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  const auto out = std::string{text.substr(0, end)};
  text.remove_prefix(std::min(end + 1, text.size()));
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto from = fuzz_input{data, size};
  if (from.byte() % 4 == 0) {
    auto house = signed_in_house{std::string{from.rest()}};
    if (const auto wanted = house.page.take_household()) house.look_at(*wanted);
    house.ask("GET", "/api/v1/control", "");
    house.ask("POST", "/api/v1/control/leases", R"({"kind":"boost","zone":"living","for_s":3600})");
    return 0;
  }
  // Lines: method, target, body; three requests at most.
  auto house = signed_in_house{};
  auto text = from.rest();
  for (auto i = 0; i < 3 && !text.empty(); ++i) {
    auto method = line_of(text);
    auto target = line_of(text);
    house.ask(std::move(method), std::move(target), line_of(text));
  }
  return 0;
}
