#pragma once

#include "actors/topology.hpp"
#include "drivers/registry.hpp"
#include "drivers/simulated/simulated_port.hpp"
#include "layouts/parse.hpp"
#include "tests/scenarios/memory_broker.hpp"
#include "tests/support/files.hpp"

#include <caf/scheduler/test_coordinator.hpp>
#include <doctest/doctest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace hearth::testing {

/// What a test can do to the devices of the simulated bus, from outside.
struct sabotage {
  bool bus_dead = false;
  std::set<std::string> dead_points;  ///< "zone.living": its device has been unplugged
};

/// Everything that went over the bus, and the sabotage in between.
class sabotaged_port : public port {
 public:
  sabotaged_port(std::unique_ptr<port> inner, std::shared_ptr<const sabotage> harm)
      : inner_{std::move(inner)}, harm_{std::move(harm)} {}

  result<bus_answer> transact(const bus_request& request, time_point now) override {
    const auto* read = std::get_if<plant_read>(&request);
    const auto* write = std::get_if<plant_write>(&request);
    const auto point = read ? read->point : write ? write->point : std::string{};
    if (harm_->bus_dead) return failed(fault_code::disconnected, "the bus is unplugged");
    if (harm_->dead_points.contains(point))
      return failed(fault_code::timeout, point + " does not answer");
    return inner_->transact(request, now);
  }

 private:
  std::unique_ptr<port> inner_;
  std::shared_ptr<const sabotage> harm_;
};

/// A layout of the tree; the test fails with its diagnostics if it is wrong.
inline std::shared_ptr<const layout> house_of(const std::string& file) {
  auto parsed = load_layout(source(file), known_catalog());
  for (const auto& d : parsed.diagnostics) MESSAGE(to_text(d));
  REQUIRE(parsed.layout.has_value());
  return std::make_shared<const layout>(std::move(*parsed.layout));
}

/// The very actors of `scada run`, on this thread, in order, on simulated time, around a simulated
/// plant and a node in memory.
class virtual_house {
 public:
  /// `system_clock`: what the house finds its date out from, given house time; empty: house time is
  /// UTC.
  explicit virtual_house(std::shared_ptr<const layout> l,
                         std::function<clock_sample(time_point)> system_clock = {},
                         journal_maker journal = {}, recording_plan recording = {},
                         history_disk history = {}, portal_parts page = {})
      : house{std::move(l)},
        system_clock{std::move(system_clock)},
        journal{std::move(journal)},
        recording{std::move(recording)},
        history{std::move(history)},
        page{std::move(page)},
        system{configured(config)},
        scheduler{dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler())},
        clock{house_clock::driven(*house->simulation->start,
                                  [this] { return system.clock().now(); })} {
    auto plant = make_simulated_house(*house);
    REQUIRE(plant.has_value());
    world = *plant;
    boot();
  }
  ~virtual_house() {
    caf::anon_send_exit(running.supervisor, caf::exit_reason::user_shutdown);
    settle();
    running = {};
    scheduler.trigger_timeouts();
    settle();
  }
  virtual_house(const virtual_house&) = delete;

  /// Starts the program, as systemd would.
  void boot() {
    auto ports = std::map<std::string, port_maker>{
        {"simulated", [this](const layout&, bus_id) -> result<std::unique_ptr<port>> {
           return std::make_unique<sabotaged_port>(make_simulated_port(world), harm);
         }}};
    auto dated_by = clock_source{};
    if (system_clock)
      dated_by = [this]() -> result<clock_sample> { return system_clock(clock.now()); };
    running = spawn_house(system, {.context = {house, clock, dated_by},
                                   .ports = std::move(ports),
                                   .journal = journal,
                                   .connect = node.maker(),
                                   .log = [this](const event& e) { events.push_back(e); },
                                   .first_words = {},
                                   .boot_id = "boot" + std::to_string(++boots),
                                   .blocking_ports = false,
                                   .seed = 1,
                                   .snapshot_observer = {},
                                   .statement_observer = {},
                                   .recording = recording,
                                   .history = history,
                                   .portal = page,
                                   .beat = [this] { ++beats; }});
    settle();
  }

  void settle() { scheduler.run(); }

  /// Lets `d` pass, a second at a time, calling `each` after every second.
  template <class Each>
  void pass(duration d, Each each) {
    settle();
    for (auto passed = duration{0}; passed < d; passed += std::chrono::seconds{1}) {
      scheduler.advance_time(std::chrono::seconds{1});
      settle();
      each();
    }
  }
  void pass(duration d) {
    pass(d, [] {});
  }

  [[nodiscard]] time_point now() const { return clock.now(); }
  [[nodiscard]] bool happened(const std::string& kind, const std::string& subject = {}) const {
    for (const auto& e : events)
      if (e.kind == kind && (subject.empty() || e.subject == subject)) return true;
    return false;
  }
  [[nodiscard]] bool any_relay_closed() const {
    const auto plant = world->truth();
    auto closed = plant.enabled();
    for (std::size_t i = 0; i < plant.zone_count(); ++i) closed = closed || plant.calling(i);
    return closed;
  }

  std::shared_ptr<const layout> house;
  std::function<clock_sample(time_point)> system_clock;
  journal_maker journal;     ///< null: what the house has to say waits in memory
  recording_plan recording;  ///< without a file: nothing is recorded
  history_disk history;      ///< null makers: nothing is kept
  portal_parts page;         ///< without a server: there is none
  caf::actor_system_config config;
  caf::actor_system system;
  caf::scheduler::test_coordinator& scheduler;
  house_clock clock;
  memory_broker node;
  std::shared_ptr<simulated_house> world;
  std::shared_ptr<sabotage> harm = std::make_shared<sabotage>();
  std::vector<event> events;
  int beats = 0;  ///< of control, as the supervisor felt them
  running_house running;
  int boots = 0;

 private:
  static caf::actor_system_config& configured(caf::actor_system_config& config) {
    configure(config);
    config.set("scheduler.policy", caf::atom("testing"));
    return config;
  }
};

}  // namespace hearth::testing
