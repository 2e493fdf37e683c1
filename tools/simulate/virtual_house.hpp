#pragma once

#include "actors/topology.hpp"
#include "drivers/simulated/simulated_port.hpp"

#include <caf/scheduler/test_coordinator.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

/// The very actors of `scada run` on this thread, in order, on simulated time, around a simulated
/// plant. One seed, one log: nothing here reads a clock, an address or a hash.
namespace hearth::simulate {

struct house_plan {
  std::shared_ptr<const layout> house;  ///< as `on_stand_ins` made it
  std::shared_ptr<simulated_house> plant;
  time_point from;
  std::string boot_id;
  /// What the machine's clock shows at a time; null: house time is UTC.
  std::function<clock_sample(time_point)> system_clock = {};
  journal_maker journal = {};      ///< null: what is said waits in memory
  mqtt_client_maker connect = {};  ///< null: nobody answers
  event_log log = {};
  std::function<void(const body&)> statement_observer = {};
  /// What goes wrong between the house and its plant; null: nothing.
  std::function<std::unique_ptr<port>(std::unique_ptr<port>)> spoil = {};
  bool plans = true;  ///< looks ahead
  std::uint64_t seed = 1;
  recording_plan recording = {};  ///< of what the dispatcher is given and decides
};

/// Does nothing, on time.
using bell_actor = caf::typed_actor<caf::reacts_to<atom::tick>>;

/// One run of the program, from its start to a power cut: its end says good-bye to nobody.
class virtual_house {
 public:
  explicit virtual_house(house_plan plan);
  ~virtual_house();
  virtual_house(const virtual_house&) = delete;
  virtual_house& operator=(const virtual_house&) = delete;

  /// Lets everything happen that is due until `then`, in order.
  void live_until(time_point then);
  /// From now on these actors, named as in `actor_health`, are killed whenever they live.
  void kill(std::set<std::string> names) { doomed_ = std::move(names); }

  [[nodiscard]] time_point now() const { return clock_->now(); }

 private:
  void settle();
  [[nodiscard]] caf::actor_addr address_of(const std::string& name) const;

  house_plan plan_;
  caf::actor_system_config config_;
  std::optional<caf::actor_system> system_;
  caf::scheduler::test_coordinator* scheduler_ = nullptr;
  std::optional<house_clock> clock_;
  bell_actor bell_;  ///< marks on the actors' clock until when to live
  running_house running_;
  std::set<std::string> doomed_;
  std::map<std::string, caf::actor_addr> killed_;  ///< who had the name last
};

}  // namespace hearth::simulate
