#pragma once

#include "actors/topology.hpp"
#include "drivers/simulated/simulated_port.hpp"
#include "tools/simulate/virtual_node.hpp"

#include <caf/scheduler/test_coordinator.hpp>

#include <functional>
#include <memory>
#include <optional>

/// The very actors of `scada run` on this thread, in order, on simulated time, around a simulated
/// plant. One seed, one log: nothing here reads a clock, an address or a hash.
namespace hearth::simulate {

struct house_plan {
  std::shared_ptr<const layout> house;  ///< as `on_stand_ins` made it
  std::shared_ptr<simulated_house> plant;
  time_point from;
  journal_maker journal;  ///< null: what is said waits in memory
  /// The node, if the house has a link; null: nobody answers.
  std::function<std::unique_ptr<virtual_node>(const house_clock&)> node;
  event_log log;
  std::function<void(const body&)> statement_observer = {};
  /// What goes wrong between the house and its plant; null: nothing.
  std::function<std::unique_ptr<port>(std::unique_ptr<port>)> spoil = {};
  std::uint64_t seed = 1;
};

/// Does nothing, on time.
using bell_actor = caf::typed_actor<caf::reacts_to<atom::tick>>;

class virtual_house {
 public:
  explicit virtual_house(house_plan plan);
  ~virtual_house();
  virtual_house(const virtual_house&) = delete;
  virtual_house& operator=(const virtual_house&) = delete;

  /// Lets everything happen that is due until `then`, in order.
  void live_until(time_point then);

  [[nodiscard]] time_point now() const { return clock_->now(); }
  [[nodiscard]] const virtual_node* node() const { return node_.get(); }
  /// The node says what is due.
  void tick_node() {
    if (node_) node_->tick();
  }

 private:
  house_plan plan_;
  caf::actor_system_config config_;
  std::optional<caf::actor_system> system_;
  caf::scheduler::test_coordinator* scheduler_ = nullptr;
  std::optional<house_clock> clock_;
  std::unique_ptr<virtual_node> node_;
  bell_actor bell_;  ///< marks on the actors' clock until when to live
  running_house running_;
};

}  // namespace hearth::simulate
