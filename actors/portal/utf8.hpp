#pragma once

#include "protocol/utf8.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

/// Which letters of a text that came from outside may be shown.
namespace hearth {

/// Neither a control character nor one that hides or turns around what stands beside it.
bool may_be_shown(char32_t letter);

/// Whether a text is made of such letters alone. How many, or nothing.
std::optional<std::size_t> shown_letters(std::string_view text);

}  // namespace hearth
