#include "actors/planner_actor.hpp"

#include "actors/topology.hpp"
#include "tests/actors/houses.hpp"

#include <caf/scheduler/test_coordinator.hpp>
#include <doctest/doctest.h>

#include <memory>
#include <vector>

namespace {

using namespace hearth;
using namespace hearth::testing;

/// What those around a planner were told, and what the dispatcher lives by.
struct neighbours_memory {
  household lived_by;
  std::vector<plan_news> told;
};

/// Dispatcher, reporter and page in one.
caf::behavior neighbours(caf::event_based_actor*,
                         const std::shared_ptr<neighbours_memory>& memory) {
  return {[memory](atom::tell) {
            return standing_wishes{{}, {}, {}, memory->lived_by};
          },
          [memory](const plan_news& news) { memory->told.push_back(news); },
          [](const heat_plan&) {}, [](const body&) {}, [](const snapshot&) {}};
}

/// Whether a planner that has looked at the house for a day has learned its living room.
bool learns_living(const household& lived_by) {
  auto config = caf::actor_system_config{};
  configure(config);
  config.set("scheduler.policy", caf::atom("testing"));
  auto system = caf::actor_system{config};
  auto& scheduler = dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  const auto house = shared(small_house());
  const auto clock = house_clock::driven(noon, [&] { return system.clock().now(); });
  const auto memory = std::make_shared<neighbours_memory>();
  memory->lived_by = lived_by;
  const auto others = system.spawn(neighbours, memory);
  const auto planner = system.spawn(planner_of, house_context{house, clock});
  auto peers = roads{};
  peers.reporter_statements = caf::actor_cast<statement_sink>(others);
  peers.dispatcher_plans = caf::actor_cast<plan_sink>(others);
  peers.dispatcher_standing = caf::actor_cast<standing_desk>(others);
  peers.portal = caf::actor_cast<snapshot_sink>(others);
  peers.portal_plans = caf::actor_cast<plan_news_sink>(others);
  caf::anon_send(planner, peers);
  caf::anon_send(planner, body{weather{noon, 1h, std::vector(48, celsius(-10))}});
  auto seen = image{*house, noon};
  for (auto minute = 0; minute < 24 * 60; ++minute) {
    scheduler.advance_time(1min);
    seen.pass(1min);
    seen.degrees(at::living, 20 + minute % 60 / 100.0).on(at::living_call, minute % 120 < 60);
    caf::anon_send(planner, seen.now());
    scheduler.run();
  }
  caf::anon_send_exit(planner, caf::exit_reason::kill);
  caf::anon_send_exit(others, caf::exit_reason::kill);
  scheduler.run();
  REQUIRE_FALSE(memory->told.empty());
  return memory->told.back().rooms.at(0).has_value();
}

}  // namespace

TEST_CASE("a planner asks the dispatcher whether people have let go of the house") {
  CHECK(learns_living({}));
  const auto let_go =
      household_wish{"w1", wish_kind::hands_off, "", {}, "Ann", noon - 1h, noon + 48h};
  CHECK_FALSE(learns_living({{}, {let_go}}));
}
