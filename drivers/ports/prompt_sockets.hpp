#pragma once

#include <cstdint>

namespace hearth {

/// Lets this program's TCP connections to `port` send each packet at once. Paho leaves Nagle's
/// algorithm on and has no option for it: a small packet then waits up to 40 ms for the peer's
/// delayed ack, and a window of five messages makes fifty a second instead of thousands. Its
/// sockets are known by where they lead to. Gives back how many were found.
int send_promptly_to(std::uint16_t port);

}  // namespace hearth
