#pragma once

#include "drivers/simulated/plant.hpp"
#include "layouts/layout.hpp"
#include "tools/simulate/bound_book.hpp"
#include "tools/simulate/event_hash.hpp"
#include "tools/simulate/record.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace hearth::simulate {

/// Counts a season while it is lived: what was used and paid, how warm it was, who was in charge.
class tally {
 public:
  /// `house` is on stand-ins, so that each zone is simulated. `start`: how the plant stands when it
  /// begins.
  tally(std::shared_ptr<const layout> house, const simulated::plant& start, time_point from,
        duration slot_length);

  void happened(const event& e);
  /// The house says so.
  void said(const body& b);
  /// From `from` to `now` the plant came to this, at this price.
  void passed(time_point from, time_point now, const simulated::plant& is,
              std::optional<energy_price> price);
  /// A slot is over.
  void end_slot(time_point start, time_point now, std::optional<energy_price> price);

  [[nodiscard]] const slot_table& slots() const { return slots_; }
  [[nodiscard]] const event_list& events() const { return events_; }
  /// Of all so far, without the messages.
  [[nodiscard]] run_totals totals() const;
  /// What the same heat would have cost at least, by `bound.hpp`.
  [[nodiscard]] result<money> bound() const;

 private:
  void follow_compressor(time_point now);
  void feel(duration length);

  std::shared_ptr<const layout> house_;
  std::vector<double> conductance_w_per_k_;  ///< by zone
  simulated::plant before_, slot_began_;
  slot_table slots_;
  event_list events_;
  run_totals totals_;
  bound_book best_;
  event_hash log_;
  authority in_charge_ = authority::local;
  std::optional<time_point> running_since_;
};

}  // namespace hearth::simulate
