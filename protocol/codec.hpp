#pragma once

#include "protocol/messages.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Between the values of `messages.hpp` and the bytes of `hearth.proto`. `codec_*` are the only
/// files that see generated code.
namespace hearth {

/// The bytes of `e`. What no reader would accept is mended here, because a message that is
/// refused for one bad letter is lost as a whole: texts are cut to `limits::text_bytes` and
/// made UTF-8, numbers that are none become faults, durations round up to whole seconds.
std::string encode(const envelope& e);

/// Strict: a message is taken as a whole or not at all. `overflow` if it has more than
/// `limits::message_bytes`; else `malformed` with a sentence that names the field.
result<envelope> decode(std::string_view bytes);

/// The message id inside bytes that `decode` refused, so that a nack can name it. Nothing if
/// not even that can be read.
std::optional<std::string> message_id_in(std::string_view bytes);

/// What to tell the sender of a message that `decode` refused.
nack_reason reason_for(const fault& f);

}  // namespace hearth
