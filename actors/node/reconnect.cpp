#include "actors/node/reconnect.hpp"

#include <algorithm>

namespace hearth {

reconnect::todo reconnect::tick(time_point now) {
  if (state_ != state::idle || now < next_try_) return todo::nothing;
  state_ = state::trying;
  return todo::connect;
}

reconnect::todo reconnect::on(const mqtt_event& e, time_point now) {
  if (std::holds_alternative<mqtt_connected>(e)) {
    state_ = state::subscribing;
    return todo::subscribe;
  }
  if (std::holds_alternative<mqtt_subscribed>(e) && state_ == state::subscribing) {
    state_ = state::ready;
    back_off_ = limits::reconnect_first;
  }
  if (std::holds_alternative<mqtt_connect_failed>(e) ||
      std::holds_alternative<mqtt_disconnected>(e))
    wait(now);
  return todo::nothing;
}

void reconnect::wait(time_point now) {
  const auto half = back_off_.count() / 2;
  const auto lot = std::uniform_int_distribution<duration::rep>{0, half}(random_);
  next_try_ = now + duration{half + lot};
  back_off_ = std::min(back_off_ * 2, limits::reconnect_longest);
  state_ = state::idle;
}

}  // namespace hearth
