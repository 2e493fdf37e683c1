#pragma once

#include <compare>
#include <cstdint>

namespace hearth {

/// The place of a thing in its layout's table. Names stand in the layout and at the edges;
/// inside, an index makes a snapshot a plain array.
template <class Kind>
struct index_of {
  std::uint16_t value = 0;
  constexpr auto operator<=>(const index_of&) const = default;
};

using channel_id = index_of<struct channel_kind>;
using device_id = index_of<struct device_kind>;
using bus_id = index_of<struct bus_kind_tag>;

}  // namespace hearth
