#include "protocol/utf8.hpp"

#include "protocol/limits.hpp"

#include <algorithm>

namespace hearth {
std::optional<utf8_letter> letter_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (at >= text.size()) return {};
  const auto first = byte(at);
  if (first < 0x80) return utf8_letter{first, 1};
  const auto bytes = first >= 0xF0 ? 4U : first >= 0xE0 ? 3U : 2U;
  if (first < 0xC2 || first > 0xF4 || text.size() - at < bytes) return {};
  auto value = static_cast<char32_t>(first & (0x7FU >> bytes));
  for (auto i = std::size_t{1}; i < bytes; ++i) {
    if ((byte(at + i) & 0xC0U) != 0x80U) return {};
    value = (value << 6U) | (byte(at + i) & 0x3FU);
  }
  const auto least = bytes == 2 ? 0x80U : bytes == 3 ? 0x800U : 0x10000U;
  if (value < least || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {};
  return utf8_letter{value, bytes};
}

std::string mended(std::string_view text) {
  // Names are plain nearly always.
  const auto plain = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (text.size() <= limits::text_bytes && std::ranges::all_of(text, plain))
    return std::string{text};
  auto out = std::string{};
  for (auto at = std::size_t{0}; at < text.size();) {
    const auto letter = letter_at(text, at);
    const auto bytes = letter ? letter->bytes : 1;
    if (out.size() + bytes > limits::text_bytes) break;
    out += letter ? text.substr(at, bytes) : "?";
    at += bytes;
  }
  return out;
}

bool is_utf8(std::string_view text) {
  for (auto at = std::size_t{0}; at < text.size();) {
    const auto letter = letter_at(text, at);
    if (!letter) return false;
    at += letter->bytes;
  }
  return true;
}

}  // namespace hearth
