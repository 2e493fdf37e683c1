#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

/// Letters of a text that came from outside.
namespace hearth {

struct utf8_letter {
  char32_t value = 0;
  std::size_t bytes = 1;
};

/// The letter that begins at `at`; nothing if what stands there is none (overlong, a surrogate,
/// cut off).
std::optional<utf8_letter> letter_at(std::string_view text, std::size_t at);

/// Neither a control character nor one that hides or turns around what stands beside it.
bool may_be_shown(char32_t letter);

/// Whether a text is made of such letters alone. How many, or nothing.
std::optional<std::size_t> shown_letters(std::string_view text);

}  // namespace hearth
