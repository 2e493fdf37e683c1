#include "actors/portal/utf8.hpp"

namespace hearth {

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
