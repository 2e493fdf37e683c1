#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hearth {

struct utf8_letter {
  char32_t value = 0;
  std::size_t bytes = 1;
};

/// The letter that begins at `at`; nothing if what stands there is none: an overlong form, a
/// surrogate, what lies beyond Unicode, a letter cut off, the end.
std::optional<utf8_letter> letter_at(std::string_view text, std::size_t at);

/// `text` as every reader of the wire accepts it: a '?' for each byte that is part of no UTF-8
/// character, cut at `limits::text_bytes`. A good text comes back unchanged.
std::string mended(std::string_view text);

/// Whether all of it is UTF-8.
bool is_utf8(std::string_view text);

}  // namespace hearth
