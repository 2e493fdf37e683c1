#pragma once

#include "actors/record/flight_recorder.hpp"
#include "layouts/layout.hpp"
#include "layouts/series.hpp"
#include "protocol/fault.hpp"
#include "tools/simulate/faults.hpp"
#include "tools/simulate/promise.hpp"
#include "tools/simulate/record.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

/// A stretch of a house's life, lived on virtual time and counted.
namespace hearth::simulate {

/// Who decides below the contracts.
enum class control : unsigned char {
  planner,     ///< the house's own planner
  timer,       ///< its tariff timer, as if it had no planner
  thermostat,  ///< the same house with a flat tariff: nothing makes one hour better than another
};
std::string_view to_text(control c);
std::optional<control> control_named(std::string_view word);

struct season_plan {
  std::shared_ptr<const layout> house;  ///< as it stands in its file
  std::shared_ptr<const series> outdoor;
  std::shared_ptr<const series> sun;  ///< null: a share of a clear sky
  std::vector<series> prices;         ///< `price_columns`, the second perhaps missing
  /// What energy was expected to cost; the node plans by it and tells it. Absent: as it came.
  std::optional<series> day_ahead = {};
  period when;
  duration step = std::chrono::minutes{1};  ///< between two control ticks
  simulate::control control = simulate::control::planner;
  bool contracts = false;  ///< the node offers some, as `atn` does
  bool bids = false;       ///< … for every slot what its plan for the house takes, as `atn --bid`
  std::uint64_t seed = 1;
  std::vector<fault_spell> faults = {};  ///< what goes wrong
  recording_plan recording = {};         ///< of what the dispatcher is given and decides
};

/// Figures are kept for every so long: means of what flows, and how things stand at the end.
inline constexpr duration slot_length = std::chrono::minutes{5};

struct season_record {
  run_totals totals;
  slot_table slots;
  event_list events;
  /// What the same heat would have cost at least; a fault where nobody can say.
  result<money> bound = failed(fault_code::not_ready, "the season has not been lived");
  std::vector<violation> violations;  ///< promises that were broken
};

/// A house that lives. Nothing in it reads a clock: one plan, one record.
class season {
 public:
  /// A fault where the layout has nothing that could be simulated.
  static result<std::unique_ptr<season>> begin(season_plan plan);
  virtual ~season() = default;

  /// Lives one more slot; false when there is none left.
  virtual bool live() = 0;
  [[nodiscard]] virtual time_point now() const = 0;
  /// What there is to tell by now.
  virtual season_record record() = 0;
};

}  // namespace hearth::simulate
