#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hearth {

/// A QR code for a terminal: lines of half blocks, two rows of modules each, in the quiet zone that
/// readers need. It is drawn light on dark, as most terminals are; readers take either. Nothing if
/// the text is too long for one (2,953 bytes).
std::optional<std::string> qr_text(std::string_view text);

}  // namespace hearth
