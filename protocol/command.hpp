#pragma once

#include "protocol/ids.hpp"
#include "protocol/time.hpp"
#include "protocol/unit.hpp"

#include <array>
#include <string>
#include <string_view>

namespace hearth {

/// Who asks, in rank order: the first with a live lease decides. `safety` is no rank to be
/// asked for: it marks commands of the interlock and of make-safe.
enum class authority : unsigned char { safety, admin, grid, contract, policy, local };

std::string_view to_text(authority a);

/// One setpoint for one actuator. It dies at `expires`: if nothing newer came by then, the
/// device's driver makes the actuator safe without being told.
struct command {
  channel_id target;
  measured value;
  authority source = authority::local;
  std::string cause;  ///< one sentence for "why is it running?"
  time_point issued;
  time_point expires;
  bool operator==(const command&) const = default;
};

}  // namespace hearth
