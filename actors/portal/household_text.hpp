#pragma once

#include "actors/household.hpp"
#include "protocol/fault.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

/// Schedules and wishes as text: for the page's API and for the file in which they outlive the
/// program.
namespace hearth {

/// "06:30"; nothing if it is anything else.
std::optional<std::chrono::minutes> time_of_day_from(std::string_view text);
std::string time_of_day_text(std::chrono::minutes since_midnight);

/// [{"days":[1,2],"from":"06:30","setpoint_c":20}], Monday is 1.
nlohmann::json schedule_json(const std::vector<schedule_entry>& entries);

/// Times as they stand in `all`.
std::string household_to_text(const household& all);
/// A fault if it is no such text, or says more than this program knows to write.
result<household> household_from_text(const std::string& text);

std::optional<wish_kind> wish_kind_from(std::string_view text);

}  // namespace hearth
