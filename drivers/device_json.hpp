#pragma once

#include "protocol/fault.hpp"
#include "protocol/unit.hpp"

#include <nlohmann/json.hpp>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

/// Reading what MQTT devices say, without an exception whatever they say. An absent member is
/// nothing; a member of another kind is a fault.
namespace hearth {

/// The JSON object in `text`. Nothing if it is no object or longer than such devices send.
std::optional<nlohmann::json> object_in(std::string_view text);

/// The member at `path`; null if it is not there.
const nlohmann::json* member_at(const nlohmann::json& object,
                                std::initializer_list<std::string_view> path);

/// What a channel of `unit` can be, so that a device's nonsense does not reach the planner.
struct plausible {
  hearth::unit unit = hearth::unit::count;
  double lowest = 0;
  double highest = 0;
};

/// `member` × `scale` as a value of a channel; null and text are faults too.
result<measured> number_in(const nlohmann::json& member, double scale, const plausible& bounds);

/// The same of a message that is nothing but a number, as text.
result<measured> number_from(std::string_view text, double scale, const plausible& bounds);

}  // namespace hearth
