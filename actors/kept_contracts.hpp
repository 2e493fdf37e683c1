#pragma once

#include "protocol/contract.hpp"
#include "protocol/time.hpp"
#include "protocol/units.hpp"

#include <optional>
#include <string>
#include <vector>

/// What of a house's contracts outlives its program: the journal keeps it, and a dispatcher that is
/// new takes it up. Times are in UTC, because house time begins anew.
namespace hearth {

struct kept_running {
  contract terms;
  energy metered;        ///< so far
  duration unmetered{};  ///< of its slot, so far
  bool used_up = false;
  bool operator==(const kept_running&) const = default;
};

struct kept_contracts {
  time_point at;                  ///< when it was so
  std::vector<contract> pending;  ///< by start
  std::optional<kept_running> active;
  bool operator==(const kept_contracts&) const = default;

  /// Whether the same contracts stand the same; only what was metered may differ.
  [[nodiscard]] bool same_as(const kept_contracts& other) const;
};

std::string text_of(const kept_contracts& k);
/// Nothing if it is no such text.
std::optional<kept_contracts> kept_contracts_from(const std::string& text);

}  // namespace hearth
