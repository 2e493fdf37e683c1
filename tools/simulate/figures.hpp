#pragma once

#include "tools/simulate/record.hpp"

#include <optional>
#include <string>
#include <vector>

/// What can be said of a run beyond its sums: found in its slots, for people.
namespace hearth::simulate {

/// How a house's clocks stand against UTC from some moment on.
struct clock_offset {
  time_point from;
  duration ahead{};  ///< of UTC; negative in America
  std::string name;  ///< "EST"
};

/// The clocks of one place during a run: summer time comes and goes.
class local_clock {
 public:
  /// A zone that this machine does not know counts as UTC, and is said to be.
  local_clock(const std::string& zone, time_point from, time_point to);

  [[nodiscard]] const std::string& zone() const { return zone_; }
  /// Never empty; the first holds from the start of the run.
  [[nodiscard]] const std::vector<clock_offset>& offsets() const { return offsets_; }
  /// What a clock on the wall shows, as if it were UTC.
  [[nodiscard]] time_point wall(time_point t) const;
  /// "Wed 15 Jan 2020, 07:20"
  [[nodiscard]] std::string text(time_point t) const;

 private:
  std::string zone_;
  std::vector<clock_offset> offsets_;
};

/// "15 Jan 2020", of a time on the wall.
std::string date_text(time_point wall);

/// How one zone fared.
struct zone_comfort {
  std::string zone;
  temperature coldest, warmest;
  time_point coldest_at;
  duration below{};  ///< under the setpoint by more than `comfort_tolerance`
  degree_hours lacking;
};

/// In the order of the zones; empty when there is no slot.
std::vector<zone_comfort> comfort_of(const slot_table& slots);

/// A day or a month by the clock of the house.
struct calendar_row {
  std::string name;  ///< "Wed 15 Jan 2020", "January 2020"
  money cost;
  energy electricity, heat;
  temperature outdoor;                 ///< mean
  std::optional<temperature> coldest;  ///< of all rooms
  duration below{};                    ///< during which any room was too cold
};

/// Longer runs are told by the month, so that a table stays a page.
inline constexpr auto days_told_one_by_one = std::chrono::days{62};
std::vector<calendar_row> calendar_of(const slot_table& slots, const local_clock& clock);

/// Prices of a run's electricity; nothing when none was known, or none was used.
struct price_figures {
  energy_price paid;    ///< what the heat pump's electricity cost on average
  energy_price market;  ///< mean over time: what a steady user pays
};
std::optional<price_figures> prices_of(const slot_table& slots);

}  // namespace hearth::simulate
