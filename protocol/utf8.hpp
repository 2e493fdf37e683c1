#pragma once

#include <string>
#include <string_view>

namespace hearth {

/// `text` as every reader of the wire accepts it: a '?' for each byte that is part of no UTF-8
/// character, cut at `limits::text_bytes`. A good text comes back unchanged.
std::string mended(std::string_view text);

/// Whether all of it is UTF-8: no overlong form, no surrogate, nothing beyond Unicode.
bool is_utf8(std::string_view text);

}  // namespace hearth
