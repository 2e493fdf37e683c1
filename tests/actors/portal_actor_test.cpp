#include "actors/portal_actor.hpp"

#include "actors/portal/household_text.hpp"
#include "actors/topology.hpp"
#include "drivers/web_target.hpp"
#include "tests/actors/page_house.hpp"
#include "tests/support/server_without_sockets.hpp"

#include <caf/scheduler/test_coordinator.hpp>
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

namespace {

using namespace hearth;
using namespace hearth::testing;

/// What the household's end of a dispatcher has been told, and what it lives by.
struct dispatcher_memory {
  household lived_by;
  std::vector<household> told;
  bool answers = true;
};

struct words_heard {
  std::size_t heard = 0;
};

caf::behavior forgetful_of_nothing(caf::stateful_actor<words_heard>* self,
                                   const std::shared_ptr<dispatcher_memory>& memory) {
  return {[memory](const household& wanted) {
            memory->lived_by = wanted;
            memory->told.push_back(wanted);
          },
          [memory](atom::tell) -> caf::result<standing_wishes> {
            if (!memory->answers) return caf::delegated<standing_wishes>{};
            return standing_wishes{{}, {}, {}, memory->lived_by};
          },
          // It stands in for the reporter, too.
          [self](const body&) { ++self->state.heard; },
          [self](const query&) { ++self->state.heard; }};
}

/// A history whose disk hangs: what it is asked waits.
struct hanging_history {
  std::size_t waiting = 0;
  bool hangs = true;
  bool has_feeds = true;
  std::vector<time_point> moments;  ///< that it was asked for
  std::vector<chronicle_item> open_alarms;
};

caf::behavior hanging(caf::event_based_actor*, const std::shared_ptr<hanging_history>& memory) {
  return {[memory](const money_query&) -> caf::result<result<money_answer>> {
            if (!memory->hangs) return result<money_answer>{money_answer{}};
            ++memory->waiting;
            return caf::delegated<result<money_answer>>{};
          },
          [memory](atom::tell) -> caf::result<history_status> {
            if (!memory->hangs) return history_status{};
            ++memory->waiting;
            return caf::delegated<history_status>{};
          },
          [memory](const moment_query& asked) -> result<moment_answer> {
            memory->moments.push_back(asked.at);
            if (!memory->has_feeds) return failed(fault_code::not_ready, "there are no feeds yet");
            auto answer = moment_answer{};
            answer.open_alarms = memory->open_alarms;
            return answer;
          }};
}

/// Pages of one house, one after the other, in an actor system where a test makes each step.
struct pages_in_steps {
  pages_in_steps()
      : system{configured(config)},
        scheduler{dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler())},
        clock{house_clock::driven(noon, [this] { return system.clock().now(); })} {
    auto opened = open_sqlite_accounts(":memory:", {8, 20, 200, 50});
    REQUIRE(opened);
    disk = std::move(opened->store);
    dispatcher = system.spawn(forgetful_of_nothing, memory);
    past = system.spawn(hanging, past_memory);
  }
  ~pages_in_steps() {
    caf::anon_send_exit(page, caf::exit_reason::kill);
    caf::anon_send_exit(dispatcher, caf::exit_reason::kill);
    caf::anon_send_exit(past, caf::exit_reason::kill);
    scheduler.run();
  }
  static caf::actor_system_config& configured(caf::actor_system_config& config) {
    configure(config);
    config.set("scheduler.policy", caf::atom("testing"));
    return config;
  }

  /// A page begins (again), and hears where the others stand.
  void start() {
    if (page) caf::anon_send_exit(page, caf::exit_reason::kill);
    scheduler.run();
    auto parts = parts_without_sockets();
    parts.serve = [this](const web_address&, const web_bounds&,
                         std::function<void(web_request)>) -> result<std::unique_ptr<web_server>> {
      return std::make_unique<server_without_sockets>(heard);
    };
    parts.open_accounts = [this]() -> result<opened_accounts> {
      // The store outlives a page; each page gets its own end of it.
      return opened_accounts{std::make_unique<store_over>(disk)};
    };
    parts.show = [this](const std::string&, const std::optional<std::string>& shown) {
      claim = shown;
    };
    const auto house = shared(house_with_page());
    // Somebody has yet to say what the date is.
    const auto silent = []() -> result<clock_sample> {
      return failed(fault_code::not_ready, "nobody knows");
    };
    page = system.spawn(portal_of, house_context{house, clock, silent}, std::move(parts));
    auto others = roads{};
    others.dispatcher_household = caf::actor_cast<household_sink>(dispatcher);
    others.dispatcher_standing = caf::actor_cast<standing_desk>(dispatcher);
    others.reporter_statements = caf::actor_cast<statement_sink>(dispatcher);
    others.reporter_queries = caf::actor_cast<query_sink>(dispatcher);
    others.past = caf::actor_cast<history_desk>(past);
    caf::anon_send(page, others);
    scheduler.run();
  }
  void date_is(const dating& dates) {
    caf::anon_send(page, dates);
    scheduler.run();
  }
  void pass(duration d) {
    scheduler.advance_time(std::chrono::duration_cast<std::chrono::milliseconds>(d));
    scheduler.run();
  }

  page_json ask(const std::string& method, const std::string& path, const page_json& body) {
    auto asked = people.request(ines, method, path, body);
    asked.id = ++asked_for;
    caf::anon_send(page, asked);
    scheduler.run();
    REQUIRE(heard->all.contains(asked_for));
    const auto& got = heard->all[asked_for];
    REQUIRE(got.status < 300);
    ines.take(got);
    return body_of(got);
  }
  /// The status of the answer that has come after so long.
  unsigned status_of(const std::string& path, duration after) {
    const auto mark = path.find('?');
    auto asked = people.request(ines, "GET", path.substr(0, mark));
    asked.id = ++asked_for;
    if (mark != std::string::npos) asked.query = web_target_from(path)->query;
    caf::anon_send(page, asked);
    scheduler.run();
    pass(after);
    return heard->all.contains(asked_for) ? heard->all[asked_for].status : 0;
  }
  void sign_in() {
    REQUIRE(claim);
    ask("POST", "/api/v1/claim",
        {{"code", *claim}, {"name", "Ines"}, {"password", page_people::ines_password}});
  }
  page_json wish(const char* kind, int for_s) {
    return ask("POST", "/api/v1/control/leases", {{"kind", kind}, {"for_s", for_s}});
  }
  /// What the dispatcher has been told since the last look, each time by the kinds in it.
  std::vector<std::string> told() {
    auto all = std::vector<std::string>{};
    for (const auto& each : std::exchange(memory->told, {})) {
      auto kinds = std::string{};
      for (const auto& w : each.wishes) kinds += std::string{to_text(w.kind)} + " ";
      all.push_back(kinds);
    }
    return all;
  }

  caf::actor_system_config config;
  caf::actor_system system;
  caf::scheduler::test_coordinator& scheduler;
  house_clock clock;
  std::shared_ptr<account_store> disk;
  std::shared_ptr<answers_heard> heard = std::make_shared<answers_heard>();
  std::shared_ptr<dispatcher_memory> memory = std::make_shared<dispatcher_memory>();
  std::shared_ptr<hanging_history> past_memory = std::make_shared<hanging_history>();
  caf::actor dispatcher, past;
  portal_actor page;
  std::optional<std::string> claim;
  page_people people;  ///< makes requests as a browser would
  browser ines;
  std::uint64_t asked_for = 0;
};

using kinds_told = std::vector<std::string>;

}  // namespace

TEST_CASE("a new page makes the dispatcher drop nothing, with or without a date") {
  auto h = pages_in_steps{};
  REQUIRE(!h.disk->set_setting(
      "household", household_to_text({{},
                                      {{"holiday-1", wish_kind::holiday, "", celsius(15), "Ann",
                                        noon - 1h, noon + 30h}}})));
  h.start();
  CHECK(h.told() == kinds_told{""});
  h.sign_in();
  // Nobody knows the date: what somebody wishes now counts at once.
  CHECK(h.wish("boost", 3600)["kept"] == false);
  CHECK(h.told() == kinds_told{"boost "});
  h.start();
  for (const auto& each : h.told()) CHECK(each == "boost ");
  h.wish("hands-off", 3600);
  CHECK(h.told() == kinds_told{"boost hands-off "});
  const auto boosted = h.memory->lived_by.wishes[0];
  CHECK(boosted.until == noon + 1h);

  h.date_is({2h, date_trust::assumed, date_source::system_clock});
  CHECK(h.told() == kinds_told{"holiday boost hands-off "});
  h.pass(1min);
  // The next page hears of the date later than of the dispatcher, which goes on meanwhile.
  h.start();
  for (const auto& each : h.told()) CHECK(each == "holiday boost hands-off ");
  REQUIRE(h.memory->lived_by.wishes.size() == 3);
  CHECK(h.memory->lived_by.wishes[0].until == noon + 28h);
  h.date_is({3h, date_trust::good, date_source::network_time});
  REQUIRE(h.memory->lived_by.wishes.size() == 3);
  for (const auto& w : h.memory->lived_by.wishes)
    CHECK(w.until == noon + (w.kind == wish_kind::holiday ? 27h : 1h));
}

TEST_CASE("a page whose dispatcher is slow tells it nothing before it has answered") {
  auto h = pages_in_steps{};
  h.memory->lived_by.wishes = {{"boost-1", wish_kind::boost, "", {}, "Ann", noon - 1h, noon + 1h}};
  h.memory->answers = false;
  h.start();
  h.sign_in();
  h.wish("hands-off", 3600);
  h.pass(3s);
  CHECK(h.told().empty());
  h.memory->answers = true;
  h.pass(1s);
  CHECK(h.told() == kinds_told{"boost hands-off "});
}

TEST_CASE("a history that hangs is asked no more until it answers, and the page says so at once") {
  auto h = pages_in_steps{};
  h.start();
  h.sign_in();
  h.date_is({0ms, date_trust::good, date_source::network_time});
  const auto money = std::string{"/api/v1/money?from_ms=1579000000000&to_ms=1579090000000&by=day"};
  CHECK(h.status_of(money, 6s) == 503);
  CHECK(h.past_memory->waiting == 2);
  for (auto i = 0; i < 100; ++i) CHECK(h.status_of(money, 0s) == 503);
  CHECK(h.past_memory->waiting == 2);
}

TEST_CASE(
    "a page that begins anew asks for the open alarms once it has a date, and until it is told") {
  auto h = pages_in_steps{};
  h.past_memory->hangs = false;
  h.past_memory->has_feeds = false;
  h.past_memory->open_alarms = {
      {1, noon + 1h, "event", severity::warning, "link-down mqtt://a", "nobody answers", "{}"}};
  h.start();
  h.sign_in();
  h.pass(3s);
  CHECK(h.past_memory->moments.empty());
  h.date_is({2h, date_trust::assumed, date_source::system_clock});
  for (auto i = 0; i < 3; ++i) h.pass(1s);
  CHECK(h.past_memory->moments.size() > 1);
  for (const auto at : h.past_memory->moments) CHECK(at >= noon + 2h);
  h.past_memory->has_feeds = true;
  h.pass(1s);
  const auto active = h.ask("GET", "/api/v1/alarms", {})["active"];
  REQUIRE(active.size() == 1);
  CHECK(active[0]["kind"] == "link-down");
  const auto asked = h.past_memory->moments.size();
  for (auto i = 0; i < 3; ++i) h.pass(1s);
  CHECK(h.past_memory->moments.size() == asked);
}
