#include "tools/simulate/virtual_house.hpp"

#include "tools/simulate/stand_in.hpp"

#include <caf/logger.hpp>

#include <cstdlib>
#include <iostream>
#include <utility>

namespace hearth::simulate {
namespace {

caf::actor_system_config& configured(caf::actor_system_config& config) {
  configure(config);
  config.set("scheduler.policy", caf::atom("testing"));
  return config;
}

/// Does nothing, on time: what is scheduled for it marks a moment on the actors' clock. It takes
/// something, because CAF 0.17 dereferences null to spawn what takes nothing.
bell_actor::behavior_type silent(time_point) {
  return {[](atom::tick) {}};
}

/// Hands what the house says to a function.
statement_sink::behavior_type statements_to(const std::function<void(const body&)>& hear) {
  return {[hear](const body& said) { hear(said); }};
}

}  // namespace

virtual_house::virtual_house(house_plan plan) : plan_{std::move(plan)} {
  system_.emplace(configured(config_));
  scheduler_ = &dynamic_cast<caf::scheduler::test_coordinator&>(system_->scheduler());
  clock_ = house_clock::driven(plan_.from, [this] { return system_->clock().now(); });
  auto ports = std::map<std::string, port_maker>{
      {"simulated", [this](const layout& l, bus_id) -> result<std::unique_ptr<port>> {
         auto sound = make_stand_in_port(l, plan_.plant);
         return plan_.spoil ? plan_.spoil(std::move(sound)) : std::move(sound);
       }}};
  auto dated_by = clock_source{};
  if (plan_.system_clock)
    dated_by = [this]() -> result<clock_sample> { return plan_.system_clock(now()); };
  running_ = spawn_house(
      *system_, {.context = {plan_.house, *clock_, std::move(dated_by)},
                 .ports = std::move(ports),
                 .find_model = simulate::find_model,
                 .journal = plan_.journal,
                 .connect = plan_.connect,
                 .log = plan_.log,
                 .first_words = {},
                 .boot_id = plan_.boot_id,
                 .blocking_ports = false,
                 .plans = plan_.plans,
                 .seed = plan_.seed,
                 .snapshot_observer = {},
                 .statement_observer = plan_.statement_observer
                                           ? system_->spawn(statements_to, plan_.statement_observer)
                                           : statement_sink{},
                 .earliest_date = {},
                 .recording = plan_.recording});
  bell_ = system_->spawn(silent, now());
  scheduler_->run();
}

virtual_house::~virtual_house() {
  caf::anon_send_exit(running_.supervisor, caf::exit_reason::user_shutdown);
  running_ = {};
  bell_ = bell_actor{};
  scheduler_->run();
  // Some end only when a timer says so. CAF would wait for whoever is left, for ever: nobody else
  // runs them.
  while (system_->registry().running() > 0 && scheduler_->trigger_timeout()) scheduler_->run();
  if (const auto left = system_->registry().running(); left > 0) {
    std::cerr << "a simulated house does not end: " << left << " of its actors are left\n";
    std::abort();
  }
}

caf::actor_addr virtual_house::address_of(const std::string& name) const {
  const auto& m = *running_.members;
  for (const auto& [id, actor] : m.devices)
    if (name == "device " + (*plan_.house)[id].name) return caf::actor_cast<caf::actor_addr>(actor);
  for (const auto& [id, actor] : m.buses)
    if (name == "bus " + (*plan_.house)[id].name) return caf::actor_cast<caf::actor_addr>(actor);
  if (name == "timekeeper") return caf::actor_cast<caf::actor_addr>(m.timekeeper);
  if (name == "blackboard") return caf::actor_cast<caf::actor_addr>(m.blackboard);
  if (name == "planner") return caf::actor_cast<caf::actor_addr>(m.planner);
  if (name == "dispatcher") return caf::actor_cast<caf::actor_addr>(m.dispatcher);
  if (name == "reporter") return caf::actor_cast<caf::actor_addr>(m.reporter);
  if (name == "journal") return caf::actor_cast<caf::actor_addr>(m.journal);
  if (name == "upstream") return caf::actor_cast<caf::actor_addr>(m.upstream);
  return {};
}

void virtual_house::settle() {
  scheduler_->run();
  for (const auto& name : doomed_) {
    const auto alive = address_of(name);
    if (!alive || killed_[name] == alive) continue;
    killed_[name] = alive;
    caf::anon_send_exit(alive, caf::exit_reason::kill);
    scheduler_->run();
  }
}

void virtual_house::live_until(time_point then) {
  settle();
  if (now() >= then) return;
  // Nothing is logged; with a logger, which each spawn sets, CAF looks up at every step whose
  // lines it would be.
  caf::logger::set_current_actor_system(nullptr);
  caf::delayed_anon_send(bell_, then - now(), atom::tick::value);
  while (now() < then) {
    scheduler_->trigger_timeout();
    settle();
  }
}

}  // namespace hearth::simulate
