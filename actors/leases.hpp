#pragma once

#include "actors/grid_leases.hpp"
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
///                                held --keep-alive: until = now + its own length--> held
///
/// An admin holds single actuators; what the grid may ask stands in `grid_leases`. Pure.
class leases {
 public:
  struct lease {
    std::string request_id;
    std::string reason;
    measured value;
    duration length{};
    time_point until;
  };

  explicit leases(std::shared_ptr<const layout> house) : house_{std::move(house)} {}

  /// What the date is from now on.
  void redate(const dating& dates) { grid_.redate(dates); }

  /// The node has said something.
  void heard(time_point now) { grid_.heard(now); }

  /// Grants or refuses; the outcome says which and why.
  outcome ask(const request& wish, const std::string& request_id, time_point now);

  /// The same for somebody who stands in the house: needs no layout to allow it, and is an admin or
  /// nobody.
  outcome ask_on_site(const request& wish, const std::string& request_id, time_point now);

  /// Begins what is due and drops leases that have ended; one event for each.
  std::vector<event> expire(time_point now);

  /// What an admin holds, as wishes for what is left of each lease.
  struct standing_hold {
    request wish;
    std::string request_id;
  };
  [[nodiscard]] std::vector<standing_hold> holds(time_point now) const;
  /// The admin's hold on an actuator.
  [[nodiscard]] std::optional<lease> hold_on(channel_id actuator, time_point now) const;
  [[nodiscard]] const grid_leases& grid() const { return grid_; }

 private:
  outcome ask_admin(const request& wish, const std::string& id, time_point now);
  outcome grant_admin(const request& wish, const std::string& id, time_point now);
  outcome ask_hold(const request& wish, const hold& what, const std::string& id, time_point now);
  outcome keep_holds(const std::string& id, time_point now);
  [[nodiscard]] std::optional<std::string> objection(const request& wish) const;

  std::shared_ptr<const layout> house_;
  std::map<channel_id, lease> holds_;  ///< at most one per actuator
  grid_leases grid_;
};

}  // namespace hearth
