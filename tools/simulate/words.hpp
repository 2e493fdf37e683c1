#pragma once

#include "tools/simulate/figures.hpp"

#include <optional>
#include <string>
#include <vector>

/// A run in plain words, for the terminal and for the page alike.
namespace hearth::simulate {

/// "$31.20", "−$0.45"
std::string money_text(money m);
/// "3.5 hours", "25 minutes", "12 days"
std::string length_text(duration d);
/// "8.4 ¢ per kWh"
std::string price_text(energy_price p);

/// How the cost compares with what something else would have cost.
struct comparison {
  money other;
  money saved;                 ///< negative: Hearth cost more
  std::optional<double> part;  ///< saved, of `other`; nothing where the other cost nothing
};
std::optional<comparison> compared(const run_record& r, const result<money>& other);
/// "$8.40 less (21 %)", "$0.30 more (1 %)", "the same"
std::string comparison_text(const comparison& c);

/// Of what could have been saved against a thermostat at most, the part that was, from 0 to 1;
/// nothing where thermostat or bound are not known or nothing could be saved.
std::optional<double> part_of_possible(const run_record& r);

/// Whether it was warm, in sentences: first of the house as a whole, then of each zone that was
/// not.
std::vector<std::string> comfort_sentences(const run_record& r, const local_clock& clock);
/// What ran and how: heat pump, electricity, prices paid.
std::vector<std::string> machine_sentences(const run_record& r);
/// Who was in charge, the longest first, such as "the dispatch contract for 14 hours (8 %)".
std::vector<std::string> charge_sentences(const run_record& r);
/// "the planner of the house", for people.
std::string in_words(authority a);
/// "today's plan from prices", for people: what a control does.
std::string control_in_words(const std::string& control);

}  // namespace hearth::simulate
