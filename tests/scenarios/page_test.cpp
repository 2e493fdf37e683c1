// A house that people live in: a page and a history beside control, which needs neither.
#include "drivers/ports/sqlite_accounts.hpp"
#include "drivers/ports/sqlite_chronicle.hpp"
#include "tests/actors/page_people.hpp"
#include "tests/scenarios/virtual_house.hpp"
#include "tests/support/memory_history_files.hpp"
#include "tests/support/mosquitto.hpp"
#include "tests/support/server_without_sockets.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <functional>
#include <map>

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

/// The simulated house, cold at first, with its page and its history; a browser knocks without
/// sockets.
struct inhabited_house {
  temporary_folder folder;
  std::shared_ptr<answers_heard> heard = std::make_shared<answers_heard>();
  std::function<void(web_request)> knock;
  std::optional<std::string> claim;
  std::shared_ptr<history_memory> feeds = std::make_shared<history_memory>();
  page_people people;  ///< makes requests as a browser would
  browser ines;
  std::uint64_t asked = 0;
  virtual_house home{house(), {}, {}, {}, disk(), page()};

  static std::shared_ptr<const layout> house() {
    auto l = *house_of("layouts/simulated-house.yaml");
    l.simulation->store_initial = celsius(30);
    l.history.emplace();
    auto& page = l.portal.emplace();
    page.listen = "127.0.0.1:8443";
    page.cert = "page.pem";
    page.key = "page.key";
    return std::make_shared<const layout>(std::move(l));
  }
  history_disk disk() {
    return {[in = feeds](const feed_plan& plan, time_point now) {
              return feed_store::open(std::make_shared<memory_history_files>(in), plan, now);
            },
            [file = folder.file("house.chronicle")] { return open_sqlite_chronicle(file); }, false};
  }
  portal_parts page() {
    auto parts = parts_without_sockets();
    parts.serve =
        [this](const web_address&, const web_bounds&,
               std::function<void(web_request)> into) -> result<std::unique_ptr<web_server>> {
      knock = std::move(into);
      return std::make_unique<server_without_sockets>(heard);
    };
    parts.open_accounts = [file = folder.file("house.accounts")] {
      return open_sqlite_accounts(file, {8, 20, 200, 50});
    };
    parts.blocks = false;
    parts.show = [this](const std::string&, const std::optional<std::string>& shown) {
      claim = shown;
    };
    return parts;
  }

  page_json ask(const std::string& method, const std::string& path, const page_json& body = {}) {
    auto question = people.request(ines, method, path.substr(0, path.find('?')), body);
    if (const auto mark = path.find('?'); mark != std::string::npos) {
      const auto equals = path.find('=', mark);
      question.query.emplace(path.substr(mark + 1, equals - mark - 1), path.substr(equals + 1));
    }
    question.id = ++asked;
    knock(question);
    home.settle();
    REQUIRE(heard->all.contains(asked));
    const auto& got = heard->all[asked];
    INFO(method, " ", path, ": ", got.status, " ", got.body);
    REQUIRE(got.status < 300);
    ines.take(got);
    return body_of(got);
  }
  void sign_in() {
    REQUIRE(claim);
    ask("POST", "/api/v1/claim",
        {{"code", *claim}, {"name", "Ines"}, {"password", page_people::ines_password}});
  }
  double setpoint_of_living() {
    const auto now = ask("GET", "/api/v1/now");
    for (const auto& zone : now["zones"])
      if (zone["name"] == "living") return zone["setpoint_c"];
    return 0;
  }
};

}  // namespace

TEST_CASE("a page or a history that is killed takes nothing of control along") {
  auto h = inhabited_house{};
  h.home.pass(17min);
  REQUIRE(h.home.world->truth().enabled());
  h.sign_in();
  h.ask("POST", "/api/v1/control/leases", {{"kind", "boost"}, {"zone", "living"}, {"for_s", 7200}});
  h.home.pass(30s);
  CHECK(h.setpoint_of_living() == 22.5);
  const auto& m = *h.home.running.members;
  const auto victims = std::map<std::string, std::function<void()>>{
      {"portal", [&] { caf::anon_send_exit(m.portal, caf::exit_reason::kill); }},
      {"history", [&] { caf::anon_send_exit(m.history, caf::exit_reason::kill); }}};
  for (const auto& [name, kill] : victims) {
    CAPTURE(name);
    const auto beats = h.home.beats;
    kill();
    auto heated = true;
    h.home.pass(2min, [&] { heated = heated && h.home.world->truth().enabled(); });
    CHECK(heated);
    CHECK(h.home.beats >= beats + 59);
    CHECK(h.home.happened("actor-died", name));
    CHECK(h.home.happened("actor-restarted", name));
    // What was wished goes on, too.
    CHECK(h.setpoint_of_living() == 22.5);
  }
}

TEST_CASE(
    "whatever a browser sends and however much, control ticks on and the page still answers") {
  auto h = inhabited_house{};
  h.home.pass(17min);
  h.sign_in();
  const auto beats = h.home.beats;
  auto random = std::uint32_t{5};
  const auto any = [&](std::uint32_t below) {
    random = random * 1664525U + 1013904223U;
    return (random >> 8U) % below;
  };
  const auto paths = std::array{"/api/v1/now",
                                "/api/v1/plan",
                                "/api/v1/control/leases",
                                "/api/v1/history",
                                "/api/v1/moment",
                                "/api/v1/money",
                                "/api/v1/chronicle",
                                "/api/v1/users",
                                "/metrics",
                                "/api/v1/control/schedules/living",
                                "/etc/passwd"};
  const auto methods = std::array{"GET", "POST", "PUT", "DELETE", "BREW"};
  for (auto second = 0; second < 100; ++second) {
    for (auto i = 0; i < 100; ++i) {
      auto wild = h.people.request(h.ines, methods[any(methods.size())], paths[any(paths.size())]);
      wild.id = 1'000'000 + static_cast<std::uint64_t>(second * 100 + i);
      for (auto left = any(40); left > 0; --left) wild.body += static_cast<char>(any(256));
      if (any(2) == 0) wild.body = R"({"kind":"boost","for_s":1e308,"zone":["living"]})";
      wild.query.emplace(any(2) == 0 ? "from_ms" : "channel", std::to_string(any(4'000'000)));
      h.knock(std::move(wild));
    }
    h.home.pass(1s);
  }
  CHECK(h.home.beats >= beats + 49);
  CHECK_FALSE(h.home.happened("actor-died"));
  CHECK(h.home.world->truth().enabled());
  CHECK(h.setpoint_of_living() == 20.5);
}

TEST_CASE("what a room should be is kept, so that the past shows what was wished then") {
  auto h = inhabited_house{};
  h.home.pass(1min);
  h.sign_in();
  h.home.pass(10min);
  h.ask("POST", "/api/v1/control/leases", {{"kind", "boost"}, {"zone", "living"}, {"for_s", 600}});
  h.home.pass(5min);
  const auto boosted = h.home.now();
  h.home.pass(20min);
  CHECK(h.setpoint_of_living() == 20.5);
  const auto then = [&](time_point t) {
    return h.ask("GET",
                 "/api/v1/moment?at_ms=" + std::to_string(t.time_since_epoch().count()))["values"];
  };
  CHECK(then(boosted)["hearth.setpoint.living"] == 22.5);
  CHECK(then(boosted)["hearth.setpoint.basement"] == 16);
  CHECK(then(boosted - 6min)["hearth.setpoint.living"] == 20.5);
  CHECK(then(boosted + 15min)["hearth.setpoint.living"] == 20.5);
}
