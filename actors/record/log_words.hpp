#pragma once

#include "actors/household.hpp"
#include "actors/planner/heat_plan.hpp"
#include "actors/record/decision.hpp"
#include "layouts/layout.hpp"
#include "protocol/dating.hpp"
#include "protocol/fault.hpp"
#include "protocol/messages.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The words of a decision log, shared by its writer and its reader. Private to both.
namespace hearth::log_words {

using json = nlohmann::ordered_json;

inline constexpr int version = 1;

/// One line, with its end. Texts are UTF-8 already; what is not is made so.
std::string line_of(const json& j);

/// A tariff, its prices in SI. A simulation may live by another one than its layout's.
json of(const tariff_layout& t);

/// A command, with its times counted from the input that led to it.
json of(const command& c, const layout& house, time_point input);
/// A plan, its amounts in SI.
json of(const heat_plan& plan);
/// What the household wants.
json of(const household& wanted);
/// A statement, under its kind.
json of(const body& said);
/// A point's value: a number in the channel's unit, or what went wrong.
json of(const result<measured>& value, unit expected);

// The way back. These throw what nlohmann throws, or std::invalid_argument; the reader catches
// both.
decision command_from(const json& j, time_point input);
decision statement_from(const json& j);
tariff_layout tariff_from(const json& j);
heat_plan plan_from(const json& j);
household household_from(const json& j);
/// Throws for what is none, and for one with a fraction.
std::int64_t whole_number_from(const json& j);
/// A length or a distance in time that can be reckoned with.
duration duration_from(const json& j);
time_point time_from(const json& j);

result<measured> value_from(const json& j, unit expected);
quality quality_from(const json& j);
dating dating_from(const json& j);

std::string hex_of(std::string_view bytes);
/// Nothing if it is none.
std::optional<std::string> bytes_of(std::string_view hex);

}  // namespace hearth::log_words
