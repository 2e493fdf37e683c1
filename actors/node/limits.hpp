#pragma once

#include "protocol/time.hpp"

#include <cstddef>
#include <cstdint>

/// The bounds of the node: each with its reason and what happens beyond it. What a single message
/// may hold is bounded in `protocol/limits.hpp` already.
namespace hearth::node_limits {

using namespace std::chrono_literals;

/// Sites one node remembers. Beyond: a new site is not answered at all, so that it keeps its
/// journal for a node that has room; counted.
inline constexpr std::size_t sites = 4096;
/// Channels remembered of one site. Beyond: further ones are not remembered, only counted.
inline constexpr std::size_t channels = 1024;
/// Channels no layout has any more, remembered of one site for their sums. Beyond: the sums of
/// further ones are not kept, which is counted.
inline constexpr std::size_t former_channels = 1024;
/// Contracts remembered of one site. Beyond: the one that started longest ago is forgotten.
inline constexpr std::size_t contracts = 128;
/// Events remembered of one site. Beyond: the oldest is forgotten.
inline constexpr std::size_t events = 64;
/// Told losses remembered of one site with their reason. Beyond: the oldest reason is forgotten;
/// what was lost stays known.
inline constexpr std::size_t losses = 64;
/// Boots of one site whose sequence numbers are remembered, for ever, because a house restored from
/// an old copy of its card may say anything again; a boot that came whole is one run. This is a
/// restart a day for 45 years. Beyond: messages of further boots are not taken and not acked, so
/// that the house keeps them; nothing is ever applied twice.
inline constexpr std::size_t boots = 16'384;
/// Longest name of a boot. Beyond: the message is refused.
inline constexpr std::size_t boot_id_bytes = 64;
/// Runs of sequence numbers remembered of one boot; each gap opens one. Beyond: a message that
/// would open another is not taken and not acked, until history has closed some.
inline constexpr std::size_t sequence_runs = 1024;
/// Highest sequence number taken: one a millisecond for 8,900 years, and no sum of them overflows.
/// Beyond: the message is refused.
inline constexpr std::uint64_t sequence_highest = std::uint64_t{1} << 48U;
/// Journaled messages that took effect and are not on disk yet, of one site. Beyond, because the
/// disk is full: not taken and not acked.
inline constexpr std::size_t unsaved_messages = 4096;
/// Refused messages waiting to be put into quarantine, in bytes of all sites. Beyond, because the
/// disk is full: the further ones are refused without being kept.
inline constexpr std::size_t unsaved_quarantine_bytes = 8 * 1024 * 1024;
/// Of a refused message, so much is kept: all of any that could be good.
inline constexpr std::size_t quarantined_bytes = 256 * 1024;
/// Broker events handled between two commits, by number and by bytes. Beyond: the next commit.
inline constexpr std::size_t batch_events = 512;
inline constexpr std::size_t batch_bytes = 4 * 1024 * 1024;
/// Messages and broker events waiting to be handled. Beyond: the newest live message is dropped
/// and counted; a journaled one as well, for its house keeps it until the ack.
inline constexpr std::size_t queue_events = 4096;
/// Of the bytes waiting, at most so many; a house may send messages of 256 KiB.
inline constexpr std::size_t queue_bytes = 64 * 1024 * 1024;

/// A house is pinged after 60 s and speaks every 30 s: this much silence means it is not there,
/// even if the broker has not noticed.
inline constexpr duration silent_after = 3min;
/// A gap of a house that says nothing waits: it is asked for after this time.
inline constexpr duration ask_first = 10s;
/// The same while its backlog is still coming, and the gap with it. Counted anew whenever the
/// gap's beginning moves.
inline constexpr duration ask_while_waiting = 60s;
/// Asking again doubles the wait up to this.
inline constexpr duration ask_longest = 15min;
/// What live messages say reaches the disk at this pace; what journaled ones say, before their ack.
inline constexpr duration live_save_every = 10s;

}  // namespace hearth::node_limits
