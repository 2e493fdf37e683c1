#pragma once

#include "protocol/messages.hpp"
#include "protocol/time.hpp"
#include "tools/simulate/faults.hpp"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::simulate {

/// A promise that was broken.
struct violation {
  time_point at;
  std::string promise;  ///< "minimum-off" …; docs/simulate/swarm.md lists them
  std::string text;
  bool operator==(const violation&) const = default;
};

inline bool is_one_of(fault_kind k, std::initializer_list<fault_kind> kinds) {
  return std::ranges::find(kinds, k) != kinds.end();
}

/// What goes wrong, for those who must know what to excuse.
class misfortune {
 public:
  explicit misfortune(std::vector<fault_spell> spells) : spells_{std::move(spells)} {}

  [[nodiscard]] const std::vector<fault_spell>& spells() const { return spells_; }

  /// Whether any of these kinds, about anything, holds at some time of `when`.
  [[nodiscard]] bool any(std::initializer_list<fault_kind> kinds, const period& when) const {
    return has(when, [&](const fault_spell& s) { return is_one_of(s.kind, kinds); });
  }
  /// The program is not there, or one of these actors is not.
  [[nodiscard]] bool gone(std::initializer_list<std::string_view> actors,
                          const period& when) const {
    return has(when, [&](const fault_spell& s) {
      return s.kind == fault_kind::power_cut ||
             (s.kind == fault_kind::actor_killed &&
              std::ranges::find(actors, std::string_view{s.part}) != actors.end());
    });
  }
  template <class Predicate>
  [[nodiscard]] bool has(const period& when, Predicate is) const {
    return std::ranges::any_of(spells_,
                               [&](const fault_spell& s) { return s.overlaps(when) && is(s); });
  }

 private:
  std::vector<fault_spell> spells_;
};

}  // namespace hearth::simulate
