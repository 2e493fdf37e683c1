#pragma once

#include "layouts/series.hpp"
#include "protocol/messages.hpp"

#include <optional>
#include <span>

namespace hearth {

/// What the node expects of the world, as the words of the wire; as long as the files it came from.
struct outlook {
  std::optional<hearth::prices> prices;
  std::optional<hearth::weather> weather;
  /// What energy really costs, told of the slot that is; absent: as expected.
  std::optional<hearth::prices> cleared = {};
};

/// The columns `price_columns` of a price file; the second may be missing.
prices prices_of(std::span<const series> columns);
weather weather_of(const series& outdoor);

/// Energy and distribution together at `t`; nothing where no price is known.
std::optional<energy_price> price_at(const prices& p, time_point t);

/// The part from the slot that holds `now` on, at most `horizon` long: one message. Nothing if
/// nothing is known of `now`.
std::optional<prices> part_from(const prices& all, time_point now, duration horizon);
std::optional<weather> part_from(const weather& all, time_point now, duration horizon);

}  // namespace hearth
