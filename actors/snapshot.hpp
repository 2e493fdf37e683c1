#pragma once

#include "protocol/ids.hpp"
#include "protocol/reading.hpp"
#include "protocol/time.hpp"
#include "protocol/unit.hpp"

#include <optional>
#include <vector>

namespace hearth {

/// What is known of one channel at one instant.
struct point {
  result<measured> value = failed(fault_code::not_ready, "nothing heard yet");
  hearth::quality quality = hearth::quality::never;
  time_point at;     ///< when the value was measured, or the fault was met
  time_point since;  ///< when the quality became what it is
  bool operator==(const point&) const = default;
};

/// The process image: every channel at one instant, frozen. The only input of decisions.
struct snapshot {
  time_point at;
  std::vector<point> points;  ///< by channel id

  [[nodiscard]] const point& operator[](channel_id c) const { return points[c.value]; }

  /// The channel's value if it may be acted upon. Asking without an answer for "and if not?"
  /// does not compile.
  template <class Quantity>
  [[nodiscard]] std::optional<Quantity> good(channel_id c) const {
    const auto& p = points[c.value];
    if (p.quality != quality::good || !p.value) return {};
    return as<Quantity>(*p.value);
  }
};

}  // namespace hearth
