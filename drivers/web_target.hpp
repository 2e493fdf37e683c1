#pragma once

#include "protocol/fault.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

/// What stands between a method and "HTTP/1.1", and in a header's value, read strictly. No socket
/// and no HTTP library: what strangers write is judged here.
namespace hearth {

/// Longest target read: a query that names 90 channels fits.
inline constexpr std::size_t longest_target = 6 * 1024;
/// Names with values in one query. Beyond: refused.
inline constexpr std::size_t query_parts = 256;

struct web_target {
  std::string path;  ///< as `web_request::path`
  std::multimap<std::string, std::string> query;
};

/// "/history?channel=a%20b". Percent signs are decoded once, and '+' in a query is a space. One '/'
/// at the end is dropped, so that /plan/ is /plan. A fault says in one sentence what is not taken:
/// anything but a path from '/', a broken escape, "..", ".", an empty part, a backslash, an escaped
/// slash, control characters, what is no UTF-8, and bytes a target must escape.
result<web_target> web_target_from(std::string_view text);

/// "house.example:8443", "[fd00::20]:8443": no character in it that a name, a number or a port has
/// not.
bool is_web_host(std::string_view text);

/// Visible ASCII, spaces and tabs.
bool is_plain_header(std::string_view value);

/// The digits of a Content-Length and nothing else; nothing if they are none or too many.
std::optional<std::uint64_t> content_length_from(std::string_view text);

}  // namespace hearth
