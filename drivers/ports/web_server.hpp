#pragma once

#include "drivers/web.hpp"

namespace hearth {

/// Listens at once, in a thread of its own that does nothing else. A fault says why it cannot: an
/// address that is taken or not ours, keys that are no pair. Port 0 is any free one.
///
/// What every connection may take is bounded by `bounds`; what is refused is answered with a status
/// and one sentence where HTTP was spoken, and closed without a word where it was not.
result<std::unique_ptr<web_server>> make_web_server(const web_address& where,
                                                    const web_bounds& bounds,
                                                    std::function<void(web_request)> heard);

}  // namespace hearth
