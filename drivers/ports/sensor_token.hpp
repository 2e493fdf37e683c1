#pragma once

#include "protocol/fault.hpp"

#include <string>
#include <string_view>

/// Tokens of the sensors that post: 256 random bits each, so that a plain hash of one betrays
/// nothing, and a layout that holds the hash may travel.
namespace hearth {

/// 64 hexadecimal digits. A fault if the operating system has no randomness to give.
result<std::string> make_sensor_token();

/// The digest of a token as it stands in a layout.
std::string sensor_token_digest(std::string_view token);

/// Whether `token` is the one of this digest; it takes as long for a wrong one as for a right one.
bool is_token_of(std::string_view digest, std::string_view token);

}  // namespace hearth
