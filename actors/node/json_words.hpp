#pragma once

#include "protocol/messages.hpp"

#include <nlohmann/json.hpp>

/// The words of the wire as JSON: keys in snake_case with the unit as suffix, times as ISO 8601
/// in UTC, enumerations as the words logs use. Private to `render.cpp`, `memory_text.cpp`,
/// `settle.cpp`, `kept_contracts.cpp` and the decision log.
namespace hearth::json_words {

using json = nlohmann::ordered_json;

json of(const body& b);
json of(const birth& b);
json of(const state_report& s);
json of(const event& e);
json of(const outcome& o);
json of(const contract& c);
json of(const contract_report& r);
json of(const settlement& s);
/// {"value": 21.5, "unit": "°C"} or {"fault": "timeout", "detail": "…"}
json of(const result<measured>& value);

// The way back, for what was written by the functions above. They throw what nlohmann throws, or
// std::invalid_argument for a word or time that is none; `memory_text.cpp` catches both.
time_point time_from(const json& j);
/// A number as JSON writes it: `null` is one too large to be written, which a peer may well cause.
double number_from(const json& j);
birth birth_from(const json& j);
state_report state_from(const json& j);
event event_from(const json& j);
outcome outcome_from(const json& j);
loss loss_from(const json& j);
backlog backlog_from(const json& j);
contract contract_from(const json& j);
settlement settlement_from(const json& j);
contract_report contract_report_from(const json& j);
result<measured> value_from(const json& j);
quality quality_from(const json& j);

}  // namespace hearth::json_words
