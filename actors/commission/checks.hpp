#pragma once

#include "actors/commission/record.hpp"
#include "layouts/layout.hpp"

#include <optional>
#include <string>
#include <vector>

namespace hearth {

/// One thing to be seen about a house before it is left alone.
struct check {
  enum class kind : unsigned char {
    hands_off,  ///< every actuator is in its fail-safe state and stays there
    sensor,     ///< a channel against the installer's own instrument
    tank,       ///< the store's layers are in order
    room,       ///< a zone's temperature is one of a room
    outdoor,    ///< the outdoor temperature is one of this earth
    actuator    ///< moves, and comes back; of the heat pump also pump and meters
  };
  kind what = kind::hands_off;
  std::optional<channel_id> channel = {};  ///< of the house as a whole: none
  bool operator==(const check&) const = default;
};

/// All of a house, in the order of going through them: what is only read first, then what moves;
/// the heat pump last, after its pump.
std::vector<check> checks_of(const layout& house);

/// The word that a finding of this check begins with, and that says it has been come to.
std::string_view word_of(check::kind what);

/// Whether the check has its finding. Hands off is never done: it has to be seen in each run.
bool is_done(const check& c, const layout& house, const std::vector<check_finding>& findings);

}  // namespace hearth
