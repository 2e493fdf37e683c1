#pragma once

#include "layouts/layout.hpp"
#include "layouts/series.hpp"
#include "protocol/fault.hpp"
#include "protocol/messages.hpp"
#include "tools/simulate/faults.hpp"
#include "tools/simulate/watch.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// A stretch of a house's life, lived on virtual time and counted: what was used and paid, how warm
/// it was, who was in charge.
namespace hearth::simulate {

/// Who decides below the contracts.
enum class control : unsigned char {
  timer,       ///< the house's own tariff timer
  thermostat,  ///< the same house with a flat tariff: nothing makes one hour better than another
};
std::string_view to_text(control c);

struct season_plan {
  std::shared_ptr<const layout> house;  ///< as it stands in its file
  std::shared_ptr<const series> outdoor;
  std::shared_ptr<const series> sun;  ///< null: a share of a clear sky
  std::vector<series> prices;         ///< `price_columns`, the second perhaps missing
  period when;
  duration step = std::chrono::minutes{1};  ///< between two control ticks
  simulate::control control = simulate::control::timer;
  bool contracts = false;  ///< the node offers some, as `atn` does
  std::uint64_t seed = 1;
  std::vector<fault_spell> faults = {};  ///< what goes wrong
};

/// Five minutes: means of what flows, and how things stand at the end.
struct slot_record {
  time_point at;  ///< its beginning
  temperature outdoor;
  std::optional<energy_price> price;  ///< energy and distribution together
  power heat_pump, house;             ///< electric
  power made;                         ///< heat, by the heat pump into the store
  power delivered;                    ///< heat, into the rooms
  std::vector<temperature> layers;    ///< hottest first
  std::vector<temperature> rooms;     ///< by zone
  authority in_charge = authority::local;
};
inline constexpr duration slot_length = std::chrono::minutes{5};

struct season_totals {
  money energy_cost;   ///< of the heat pump's electricity, energy and distribution
  energy unpriced;     ///< electricity while no price was known
  energy electricity;  ///< of the heat pump
  energy heat_delivered;
  energy heat_lost;  ///< of store and pipes
  energy store_start, store_end;
  energy balance_error;
  double comfort_below_k_h = 0;  ///< of all zones, more than 0.5 K under their setpoints
  int heat_pump_starts = 0;
  std::optional<duration> shortest_run;  ///< of the heat pump, over before the end
  std::size_t interlock_interventions = 0;
  std::map<authority, duration> in_charge;
  std::size_t alarms = 0;
  std::uint64_t messages = 0;  ///< both ways on the link
  /// What the same heat would have cost at least, by `bound.hpp`; a fault where nobody can say.
  result<money> bound = failed(fault_code::not_ready, "the season has not been lived");
  std::string event_log_sha256;
};

struct season_record {
  season_totals totals;
  std::vector<slot_record> slots;
  std::vector<event> events;          ///< warnings and alarms, the first `events_kept`
  std::vector<violation> violations;  ///< promises that were broken
};
inline constexpr std::size_t events_kept = 10'000;

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
