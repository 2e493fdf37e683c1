#pragma once

#include "protocol/time.hpp"

#include <cstddef>

/// The bounds of the node: each with its reason and what happens beyond it. What a single message
/// may hold is bounded in `protocol/limits.hpp` already.
namespace hearth::node_limits {

using namespace std::chrono_literals;

/// Sites one node remembers. Beyond: a new site is not answered at all, so that it keeps its
/// journal for a node that has room; counted.
inline constexpr std::size_t sites = 4096;
/// Channels remembered of one site. Beyond: further ones are not remembered, only counted.
inline constexpr std::size_t channels = 1024;
/// Contracts remembered of one site. Beyond: the one that started longest ago is forgotten.
inline constexpr std::size_t contracts = 128;
/// Events remembered of one site. Beyond: the oldest is forgotten.
inline constexpr std::size_t events = 64;
/// Boots of one site whose sequence numbers are remembered. Beyond: the one unheard longest.
inline constexpr std::size_t boots = 8;
/// Runs of sequence numbers remembered of one boot; each loss on the way opens one. Beyond: the
/// lowest is forgotten, and a repeat from there would count twice.
inline constexpr std::size_t sequence_runs = 256;
/// Messages and broker events waiting to be handled. Beyond: the newest live message is dropped
/// and counted; a journaled one as well, for its house keeps it until the ack.
inline constexpr std::size_t queue_events = 4096;
/// Of the bytes waiting, at most so many; a house may send messages of 256 KiB.
inline constexpr std::size_t queue_bytes = 64 * 1024 * 1024;

/// A house is pinged after 60 s and speaks every 30 s: this much silence means it is not there,
/// even if the broker has not noticed.
inline constexpr duration silent_after = 3min;
/// What live messages say reaches the disk at this pace; what journaled ones say, before their ack.
inline constexpr duration live_save_every = 10s;

}  // namespace hearth::node_limits
