#include "protocol/utf8.hpp"

#include "protocol/limits.hpp"

#include <algorithm>

namespace hearth {
namespace {

/// The length of the UTF-8 character at the front of `text`, or 0 if there is none.
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  // Overlong forms, surrogates and what lies beyond Unicode show in the second byte.
  const auto second = byte(1);
  const auto bad = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
                   (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
  return bad ? 0 : length;
}

}  // namespace

std::string mended(std::string_view text) {
  // Names are plain nearly always.
  const auto plain = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (text.size() <= limits::text_bytes && std::ranges::all_of(text, plain))
    return std::string{text};
  auto out = std::string{};
  while (!text.empty()) {
    const auto length = character_length(text);
    if (out.size() + std::max<std::size_t>(length, 1) > limits::text_bytes) break;
    if (length == 0)
      out += '?';
    else
      out += text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto length = character_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace hearth
