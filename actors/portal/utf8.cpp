#include "actors/portal/utf8.hpp"

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

bool may_be_shown(char32_t letter) {
  if (letter < 0x20 || (letter >= 0x7F && letter < 0xA0)) return false;
  const auto hidden = (letter >= 0x200B && letter <= 0x200F) || letter == 0x00AD ||
                      letter == 0x2060 || letter == 0xFEFF;
  const auto turning = (letter >= 0x2028 && letter <= 0x202E) ||
                       (letter >= 0x2066 && letter <= 0x2069) || letter == 0x061C;
  const auto tag = letter >= 0xE0000 && letter <= 0xE007F;
  return !hidden && !turning && !tag;
}

std::optional<std::size_t> shown_letters(std::string_view text) {
  auto count = std::size_t{0};
  for (auto at = std::size_t{0}; at < text.size(); ++count) {
    const auto letter = letter_at(text, at);
    if (!letter || !may_be_shown(letter->value)) return {};
    at += letter->bytes;
  }
  return count;
}

}  // namespace hearth
