#pragma once

#include "layouts/layout.hpp"
#include "protocol/messages.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hearth {

/// Who may decide over contract and local control, and until when. Every lease ends by itself:
///
///   (none) --request accepted--> held --release | until ≤ now | newer request--> (none)
///
/// An admin holds single actuators; the grid may only shed. Pure.
class leases {
 public:
  struct lease {
    std::string request_id;
    std::string reason;
    measured value;  ///< of a hold
    time_point until;
  };

  explicit leases(std::shared_ptr<const layout> house) : house_{std::move(house)} {}

  /// Grants or refuses; the outcome says which and why.
  outcome ask(const request& wish, const std::string& request_id, time_point now);

  /// Drops leases that have ended; one event for each.
  std::vector<event> expire(time_point now);

  /// The admin's hold on an actuator.
  [[nodiscard]] std::optional<lease> hold_on(channel_id actuator, time_point now) const;
  [[nodiscard]] std::optional<lease> shedding(time_point now) const;

 private:
  outcome ask_hold(const request& wish, const hold& what, const std::string& id, time_point now);

  std::shared_ptr<const layout> house_;
  std::map<channel_id, lease> holds_;  ///< at most one per actuator
  std::optional<lease> shed_;
};

}  // namespace hearth
