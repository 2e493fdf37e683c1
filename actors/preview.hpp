#pragma once

#include "layouts/layout.hpp"
#include "layouts/series.hpp"
#include "protocol/command.hpp"
#include "protocol/time.hpp"
#include "protocol/units.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hearth {

/// What is expected at one quarter of an hour.
struct preview_row {
  time_point at;
  temperature outdoor;
  std::optional<energy_price>
      price;  ///< energy and distribution; absent while the energy price is unknown
  energy_price distribution;
  power heat_pump;  ///< average over the quarter
  std::optional<temperature> store_top, store_mean;
  std::optional<temperature_difference> coldest;  ///< of all zones, against its setpoint
  authority in_charge = authority::local;
  std::string cause;
};

/// The next hours of dispatch, as the house would decide them by itself.
struct preview {
  std::vector<std::string> assumptions;  ///< what had to be assumed, for people
  std::vector<preview_row> rows;
  energy electricity;         ///< of the heat pump
  std::optional<money> cost;  ///< absent if any price was
  int starts = 0;             ///< of the heat pump
};

/// Forecasts, where there are files with them.
struct preview_inputs {
  std::optional<series> outdoor_c;
  std::optional<series> energy_usd_per_mwh;
};

/// Runs the dispatcher itself against a simulated plant for `ahead`: the same decisions as in the
/// house, on physics that are assumed where the layout does not tell. Nothing for a house without
/// a plant. Pure: a second or less of computing, no I/O.
std::optional<preview> look_ahead(std::shared_ptr<const layout> house, const preview_inputs& known,
                                  time_point start, duration ahead);

}  // namespace hearth
