#pragma once

#include "protocol/messages.hpp"

#include <string>
#include <string_view>
#include <vector>

/// What a person types after `atn send`, as words of the wire. A fault's detail says what to write.
namespace hearth {

/// "now": the 5-minute step that holds `now`; "next": the next full `length`; else ISO 8601.
result<time_point> start_by_hand(std::string_view text, time_point now, duration length);

/// "on", "off", or a number with its unit, such as "45 °C" or "2 kW".
result<measured> value_by_hand(std::string_view text);

result<power> power_by_hand(std::string_view text);
result<duration> duration_by_hand(std::string_view text);

/// The name of a contract that was given none: its site, start and the message that sends it.
std::string contract_id_by_hand(std::string_view site, time_point start, std::string_view boot_id);

}  // namespace hearth
