#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// Compressed bytes, as zlib streams (RFC 1950).
namespace hearth {

/// Always comes back from `inflated`; not always shorter.
std::string deflated(std::string_view bytes);

/// Nothing if `bytes` is not one whole stream, or more than `most` bytes would come out: that much
/// memory at most is ever taken, whatever the stream promises.
std::optional<std::string> inflated(std::string_view bytes, std::size_t most);

}  // namespace hearth
