#pragma once

#include "actors/leases.hpp"
#include "actors/local_control.hpp"
#include "actors/snapshot.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string>

namespace hearth {

/// What the grid's requests mean for the heat pump of this house now. Pure but for its memory of
/// where a limit of temperature was crossed, so that nothing trembles there.
///
///   asked    gentle                          firm                     emergency
///   shed     off while the store carries     off until a critical     off until its end, 4 h at
///            the house and no contract runs  zone is 0.6 K too cold   most
///   raise    on while the store has room     on while the store has   on until the store is as
///            and no contract runs            room                     hot as it may be
///
/// A shed stands over a raise. In the hours before an announced outage the store is filled as by a
/// gentle raise. What does not apply leaves the heat pump to contract and local control; what does
/// still passes the interlock.
class grid_response {
 public:
  explicit grid_response(std::shared_ptr<const layout> house) : house_{std::move(house)} {}

  /// Once per snapshot.
  void watch(const snapshot& now, const local_wish& local);

  struct wish {
    bool heat_pump_on = false;
    std::string cause;
  };
  /// `in_trouble`: a critical zone is too cold, or the house is blind.
  [[nodiscard]] std::optional<wish> decide(const grid_leases& asked, bool under_contract,
                                           bool in_trouble, time_point now) const;

 private:
  [[nodiscard]] bool has_room(grid_severity how) const;

  std::shared_ptr<const layout> house_;
  bool needs_heat_ = false;  ///< the store does not carry the house any more
  bool store_seen_ = false;
  std::array<bool, 2> full_{};  ///< for all but emergencies, and for those
};

}  // namespace hearth
