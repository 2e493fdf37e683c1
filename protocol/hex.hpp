#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hearth {

/// Two digits a byte, in lower case.
inline std::string hex_of(std::string_view bytes) {
  constexpr auto digits = std::string_view{"0123456789abcdef"};
  auto out = std::string{};
  for (const auto c : bytes) {
    out += digits[static_cast<unsigned char>(c) >> 4U];
    out += digits[static_cast<unsigned char>(c) & 15U];
  }
  return out;
}

/// Nothing if it is no such text.
inline std::optional<std::string> bytes_from_hex(std::string_view text) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  if (text.size() % 2 != 0) return {};
  auto out = std::string{};
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto high = digit(text[i]), low = digit(text[i + 1]);
    if (high < 0 || low < 0) return {};
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

}  // namespace hearth
