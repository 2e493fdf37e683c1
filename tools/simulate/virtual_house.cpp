#include "tools/simulate/virtual_house.hpp"

#include "tools/simulate/stand_in.hpp"

#include <caf/logger.hpp>

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
  if (plan_.node) node_ = plan_.node(*clock_);
  auto ports = std::map<std::string, port_maker>{
      {"simulated", [this](const layout& l, bus_id) -> result<std::unique_ptr<port>> {
         auto sound = make_stand_in_port(l, plan_.plant);
         return plan_.spoil ? plan_.spoil(std::move(sound)) : std::move(sound);
       }}};
  running_ = spawn_house(
      *system_, {.context = {plan_.house, *clock_},
                 .ports = std::move(ports),
                 .find_model = simulate::find_model,
                 .journal = plan_.journal,
                 .connect = node_ ? node_->maker() : mqtt_client_maker{},
                 .log = plan_.log,
                 .first_words = {},
                 .boot_id = "simulated",
                 .blocking_ports = false,
                 .seed = plan_.seed,
                 .snapshot_observer = {},
                 .statement_observer = plan_.statement_observer
                                           ? system_->spawn(statements_to, plan_.statement_observer)
                                           : statement_sink{}});
  bell_ = system_->spawn(silent, now());
  scheduler_->run();
}

virtual_house::~virtual_house() {
  caf::anon_send_exit(running_.supervisor, caf::exit_reason::user_shutdown);
  scheduler_->run();
  running_ = {};
  bell_ = bell_actor{};
  scheduler_->trigger_timeouts();
  scheduler_->run();
}

void virtual_house::live_until(time_point then) {
  if (now() >= then) return;
  // Nothing is logged; with a logger, which each spawn sets, CAF looks up at every step whose
  // lines it would be.
  caf::logger::set_current_actor_system(nullptr);
  caf::delayed_anon_send(bell_, then - now(), atom::tick::value);
  while (now() < then) {
    scheduler_->trigger_timeout();
    scheduler_->run();
  }
}

}  // namespace hearth::simulate
