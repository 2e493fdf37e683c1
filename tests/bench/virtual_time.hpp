#pragma once

#include "actors/topology.hpp"

#include <caf/scheduler/test_coordinator.hpp>

namespace hearth::bench {

/// Actors on one thread, in order, on simulated time.
struct virtual_time {
  virtual_time()
      : system{configured(config)},
        scheduler{dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler())} {}

  static caf::actor_system_config& configured(caf::actor_system_config& config) {
    configure(config);
    config.set("scheduler.policy", caf::atom("testing"));
    return config;
  }
  void pass(duration d) {
    for (auto passed = duration{0}; passed < d; passed += std::chrono::seconds{1}) {
      scheduler.advance_time(std::chrono::seconds{1});
      scheduler.run();
    }
  }
  /// Ends the house's actors, so that nothing of them outlives this.
  void end(running_house& running) {
    caf::anon_send_exit(running.supervisor, caf::exit_reason::user_shutdown);
    scheduler.run();
    running = {};
    scheduler.trigger_timeouts();
    scheduler.run();
  }

  caf::actor_system_config config;
  caf::actor_system system;
  caf::scheduler::test_coordinator& scheduler;
};

}  // namespace hearth::bench
