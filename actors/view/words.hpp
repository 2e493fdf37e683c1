#pragma once

#include "actors/view/demo_state.hpp"

#include <optional>
#include <string>

/// What the demo says in words: lines for a log, and the figures that its live view shares.
namespace hearth {

/// "−12.3"; with `sign`, "+0.4". A true minus, because people look before they read.
std::string fixed(double number, int digits, bool sign = false);
/// The same, or "–" for what is not known.
std::string fixed(std::optional<double> number, int digits, bool sign = false);

std::optional<double> in_celsius(std::optional<temperature> t);
std::optional<double> in_kilowatt(std::optional<power> p);
/// A price as people pay it, per kWh.
std::optional<double> in_cent_per_kwh(std::optional<energy_price> p);

/// "2020-01-13T06:00:00Z Mon 01:00  outdoor −5.8 °C  living 20.4 °C …": one status line.
std::string status_line(const demo_state& s);
/// "2020-01-13T06:00:00Z Mon 01:00  warning device-failed hp-meter: …"
std::string event_line(const demo_state& s, const event& e);
/// What the whole run came to: comfort, energy, money, contracts, the books.
std::string summary(const demo_state& s);

/// What is wrong with a value, if anything: "fault: timeout", "stale", "nothing heard yet".
std::optional<std::string> trouble_of(const point& p);

}  // namespace hearth
