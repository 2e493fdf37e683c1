#pragma once

#include "protocol/fault.hpp"
#include "protocol/time.hpp"
#include "protocol/units.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hearth {

/// What the cloud node has bought for this house: an average power over one market slot.
struct contract {
  std::string id;     ///< the node's name for it, unique per site
  time_point start;   ///< a multiple of 300 s
  duration length{};  ///< 5, 15, 30 or 60 min
  power average;      ///< over the slot, at the heat pump's meter; never negative
  std::optional<energy_price> price = {};  ///< of its energy, all that it costs; absent: not said

  [[nodiscard]] time_point end() const { return start + length; }
  [[nodiscard]] energy promised() const { return average * length; }
  bool operator==(const contract&) const = default;
};

/// Where a contract stands, as told upstream.
enum class contract_status : unsigned char {
  accepted,   ///< will run at its start
  active,     ///< running
  completed,  ///< ran to its end
  refused,    ///< never taken on; the reason says why
  withdrawn,  ///< taken back by the node
  given_up,   ///< the house could not keep it; the reason says why
};

std::string_view to_text(contract_status s);

/// What of a contract is settled: its entry in the house's book, told in its last report.
struct settlement {
  std::string book;                   ///< the house's name for it; empty: not entered yet
  std::uint64_t entry = 0;            ///< counted from 1
  time_point start;                   ///< of the slot, as agreed
  duration length{};                  ///< of the slot
  std::optional<energy_price> price;  ///< as agreed
  duration unmetered{};  ///< of the slot, time without a good reading of the meter, whole seconds
  std::string chain;     ///< SHA-256 over the entry before and this one, 32 bytes
  bool operator==(const settlement&) const = default;
};

/// How a contract went, told upstream at every change of status.
struct contract_report {
  std::string contract_id;
  contract_status status = contract_status::accepted;
  std::string reason;  ///< empty when there is nothing to explain
  energy promised;
  energy metered;  ///< so far, on the heat pump's meter
  time_point at;
  std::optional<settlement> settled = {};  ///< of one that has run and is over
  bool operator==(const contract_report&) const = default;
};

}  // namespace hearth
