#pragma once

#include "drivers/mqtt_client.hpp"
#include "protocol/limits.hpp"

#include <cstdint>
#include <optional>
#include <random>

namespace hearth {

/// When the node connects, subscribes and tries again:
///
///   idle --tick--> trying --connected--> subscribing --subscribed--> ready
///     ^------ failed, or lost: wait 2 s, doubling to 60 s, half of it by lot ------'
class reconnect {
 public:
  enum class todo : unsigned char { nothing, connect, subscribe };
  enum class state : unsigned char { idle, trying, subscribing, ready };

  explicit reconnect(std::uint64_t seed) : random_{seed} {}

  /// The time here is that of the world outside, however fast the house's clock runs.
  todo tick(time_point now);
  todo on(const mqtt_event& e, time_point now);

  [[nodiscard]] bool ready() const { return state_ == state::ready; }

 private:
  void wait(time_point now);

  state state_ = state::idle;
  time_point next_try_;
  duration back_off_ = limits::reconnect_first;
  std::mt19937_64 random_;
};

}  // namespace hearth
