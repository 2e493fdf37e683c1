#include "actors/portal/guard.hpp"
#include "actors/portal/people_rules.hpp"
#include "actors/portal/request_checks.hpp"
#include "actors/portal/strict_json.hpp"
#include "actors/portal/utf8.hpp"
#include "drivers/neighbour.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <array>
#include <cstdint>

/// Whatever a browser can say to the door of the page: cookies, hosts, tokens, bodies, and whole
/// requests. Breaks off where something gets in that must not.
namespace {

using namespace hearth;

void demand(bool holds) { testing::must(holds, "nobody gets in who does not belong"); }

/// One installer, and nothing is kept.
class one_account final : public account_store {
 public:
  result<std::vector<account>> accounts() override {
    return std::vector{account{"Ines", role::installer, "secret", time_point{}}};
  }
  result<std::vector<account_session>> sessions() override {
    return std::vector<account_session>{};
  }
  bool changed_elsewhere() override { return false; }
  std::optional<fault> save(const account_changes& changes) override {
    demand(changes.accounts_gone.empty() && changes.sessions.empty());
    for (const auto& a : changes.accounts) demand(a.password == "secret" && a.name == "Ines");
    return {};
  }
  result<audit_page> audit(std::optional<std::uint64_t>, std::size_t) override {
    return audit_page{};
  }
  result<std::optional<std::string>> setting(const std::string&) override {
    return std::optional<std::string>{};
  }
  std::optional<fault> set_setting(const std::string&, const std::string&) override { return {}; }
  result<std::vector<alarm_acknowledgement>> acknowledgements() override {
    return std::vector<alarm_acknowledgement>{};
  }
  std::optional<fault> acknowledge(const alarm_acknowledgement&) override { return {}; }
};

/// A house that has its installer, whose password nobody here has.
guard& door() {
  static auto made = [] {
    const auto how =
        password_hashing{[](const std::string&) -> result<std::string> { return "none"; },
                         [](const std::string&, const std::string&) { return false; }};
    return guard{std::make_shared<one_account>(), how,
                 [](std::size_t count) { return std::string(count, 'r'); },
                 guard::options{"maple"}};
  }();
  return made;
}

void read_body(const std::string& text) {
  auto asked = web_request{};
  asked.body = text;
  constexpr auto words = std::array<std::string_view, 2>{"boost", "holiday"};
  auto from = strict_reader{asked};
  const auto name = from.text("name", longest_name);
  const auto kind = from.one_of("kind", words);
  const auto number = from.number("setpoint_c", 5, 30);
  const auto whole = from.integer("for_s", 1, 86'400);
  const auto flag = from.flag("on");
  auto days = std::size_t{0};
  for (auto& entry : from.objects("entries", 50)) days += entry.integers("days", 1, 7, 7).size();
  if (from.problem()) return;
  demand(name && kind && number && whole && flag && days <= 350);
  demand(name->size() <= longest_name && *number >= 5 && *number <= 30 && *whole >= 1);
}

void ask(const std::string& text) {
  // Lines: method, path, then headers as "name: value", an empty one, the body.
  auto asked = web_request{};
  asked.peer = "10.0.0.1";
  auto rest = std::string_view{text};
  const auto line = [&] {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto out = std::string{rest.substr(0, end)};
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return out;
  };
  asked.method = line();
  asked.path = line();
  for (auto one = line(); !one.empty(); one = line())
    if (const auto colon = one.find(": "); colon != std::string::npos)
      asked.headers[one.substr(0, colon)] = one.substr(colon + 2);
  asked.body = rest;
  static auto now = time_point{};
  now += std::chrono::minutes{20};
  const auto who = door().who(asked, now);
  demand(!who);
  demand(door().refusal(asked, who, role::viewer, now).has_value());
  if (const auto answered = door().answer(asked, now)) {
    demand(answered->status != 201 && answered->status != 204);
    for (const auto& header : answered->headers) demand(header.first != "Set-Cookie");
  }
  door().take_ended(now);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto text = std::string{reinterpret_cast<const char*>(data) + 1, size - 1};
  switch (data[0] % 5) {
  case 0:
    demand(cookies_named(text, "__Host-hearth").size() <= cookies_looked_at);
    bearer_token(text);
    is_json_type(text);
    break;
  case 1: {
    const auto names = std::array<std::string, 1>{"heat.example.org"};
    is_own_host(text, names);
    is_same_origin(text, text, true);
    neighbour_of(text);
    break;
  }
  case 2: {
    const auto tidy = tidy_text(text);
    demand(tidy.size() <= longest_detail && shown_letters(tidy).has_value());
    fault_of_name(text);
    fault_of_password(text, "Ines");
    break;
  }
  case 3: read_body(text); break;
  default: ask(text); break;
  }
  return 0;
}
