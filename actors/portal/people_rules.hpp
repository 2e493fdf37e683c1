#pragma once

#include <optional>
#include <string>
#include <string_view>

/// What a person may be called, and what may be a password. Pure.
namespace hearth {

inline constexpr std::size_t longest_name = 48;  ///< bytes
/// NIST SP 800-63B and OWASP ask for length instead of kinds of characters.
inline constexpr std::size_t shortest_password = 10;  ///< letters
/// Bytes: more does not make it safer, and what is hashed has to be bounded.
inline constexpr std::size_t longest_password = 128;

/// Why nobody may be called so; nothing: all is well.
std::optional<std::string> fault_of_name(std::string_view name);

/// Why this is no password for this person; nothing: it is one.
std::optional<std::string> fault_of_password(std::string_view password, std::string_view name);

/// Names that only differ in capitals are one: telephones begin a name with one by themselves.
bool same_name(std::string_view a, std::string_view b);
std::string lower_case(std::string_view text);

}  // namespace hearth
