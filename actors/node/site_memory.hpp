#pragma once

#include "actors/node/boot_book.hpp"
#include "drivers/ports/node_store.hpp"
#include "protocol/live_picture.hpp"
#include "protocol/messages.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// What a node knows of one house: what it heard, what it said, and how it stands. Pure: the
/// messages and the time come in, the answers go out, and the parts that changed are marked so
/// that a store can keep them.
namespace hearth {

enum class presence : unsigned char {
  unknown,  ///< nothing heard since this memory began
  online,
  silent,   ///< says it is online, but has not been heard for `node_limits::silent_after`
  offline,  ///< said good-bye, or the broker said it for it
};
std::string_view to_text(presence p);

/// The latest reading of one channel, from snapshot, report or power message, whichever is newest.
struct known_channel {
  result<measured> value = failed(fault_code::not_ready);
  hearth::quality quality = quality::never;
  time_point at;
  duration max_age{};    ///< a value older than this is stale; zero: the layout did not say
  energy energy_so_far;  ///< of a power channel, over all its reports
  money cost_so_far;     ///< of that energy, where prices were known
  bool operator==(const known_channel&) const = default;
};

/// What a node may make of a channel's latest reading.
struct staleness {
  hearth::quality quality = quality::never;
  std::optional<duration> age;  ///< of the reading, by the node's clock; absent: there is none
  bool operator==(const staleness&) const = default;
};
/// A house that is there judges its channels itself, every `limits::snapshot_every`; its word holds
/// that much longer than the channel's `max_age`, and clocks may differ by `limits::clock_skew`. Of
/// a house that is not there nothing is trusted beyond `max_age` and one snapshot, nor at all where
/// the layout says no `max_age`.
staleness staleness_of(const known_channel& c, time_point now, presence p);

struct known_event {
  event said;
  bool undated = false;  ///< the house did not know the date: its time tells the order only
  bool operator==(const known_event&) const = default;
};

/// A contract as the node sent it and the house keeps it.
struct known_contract {
  std::optional<contract> offered;  ///< absent: another node sent it
  std::optional<time_point> sent;   ///< last time this node sent it
  std::optional<contract_report> reported;
  std::optional<energy_price> price;  ///< energy and distribution at its start, when known
  /// True until the house has said what becomes of it.
  [[nodiscard]] bool unanswered() const { return !reported; }
  /// Accepted or running.
  [[nodiscard]] bool alive() const;
  bool operator==(const known_contract&) const = default;
};

/// One contract that is over, as the house entered it in its book and as this node sold it.
struct settled_contract {
  contract_report entered;       ///< with its settlement
  std::optional<contract> sold;  ///< absent: another node did, or it is forgotten
  bool operator==(const settled_contract&) const = default;
};

struct site_counters {
  std::uint64_t messages = 0;  ///< taken in, repeats not counted
  std::uint64_t reports = 0;
  std::uint64_t duplicates = 0;  ///< heard again: acknowledged, without further effect
  std::uint64_t refused = 0;     ///< answered with a nack
  std::uint64_t deferred = 0;    ///< not taken and not answered, for want of room: comes again
  std::uint64_t overflowed = 0;  ///< channels beyond `node_limits::channels`
  bool operator==(const site_counters&) const = default;
};

/// When this node last said something of a kind; absent: not since the house's last start.
struct said_times {
  std::optional<time_point> prices, weather, heartbeat, asked;
  bool operator==(const said_times&) const = default;
};

/// The parts of a memory that are kept apart on disk. Its boots are parts of their own, one each,
/// so that a message costs the writing of one of them.
enum class memory_part : unsigned char { site, channels, contracts, events, losses };
inline constexpr std::size_t memory_parts = 5;
std::string_view to_text(memory_part p);

/// What energy cost at a time: energy and distribution together. Nothing where no price is known.
using price_lookup = std::function<std::optional<energy_price>(time_point)>;

/// What to do about one message.
struct hearing {
  std::optional<body> reply;       ///< an ack, a nack or a heartbeat
  bool fresh = false;              ///< heard for the first time, and it had its effect
  std::optional<fault> not_taken;  ///< why it had no effect and must come again
};

struct site_memory {
  std::string site;
  std::optional<birth> last_birth;
  time_point last_birth_sent;
  std::string last_birth_id;  ///< its message id: the broker tells it again and again
  std::string boot_id;        ///< of the house's latest start known
  time_point last_heard;
  bool heard_ever = false;
  std::optional<state_report> state;
  std::optional<outcome> last_outcome;
  time_point last_outcome_sent;
  std::optional<backlog> last_backlog;
  time_point last_backlog_heard;
  std::string layout_hash;  ///< of the layout whose channels are known; empty: none was told
  std::map<std::string, known_channel> channels;
  /// Channels no layout has any more, for what they consumed. Reports of their time may still come.
  std::map<std::string, known_channel> former_channels;
  std::map<std::string, known_contract> contracts;
  energy settled_energy;  ///< metered under contracts that are forgotten by now
  money settled_cost;
  std::deque<known_event> events;  ///< oldest first
  std::deque<loss> losses;         ///< as they were told
  boot_book boots;
  site_counters counters;
  std::optional<standing> stands;  ///< not kept on disk: it is asked for before it is used
  live_picture picture;            ///< not kept on disk: each new node is told a full one
  said_times said;                 ///< not kept on disk: saying it again is harmless
  unsigned changed = 0;            ///< a bit per `memory_part`
  /// Journaled messages that took effect since the last save, to be written with their effects.
  std::vector<ledger_row> taken;
  /// What was settled since the last save.
  std::vector<settled_contract> settled;

  hearing hear(const envelope& e, time_point now, const price_lookup& price_at);
  /// Notes that a message was refused before it could be heard. False if that was known of it.
  bool refuse(const nack& no);
  /// Notes what this node just sent to the house.
  void say(const body& b, time_point now, const price_lookup& price_at);

  [[nodiscard]] presence presence_at(time_point now) const;
  /// The contract whose slot holds `now` and which the house has not refused, ended or given up.
  [[nodiscard]] const known_contract* in_force(time_point now) const;
  [[nodiscard]] energy contracted_energy() const;  ///< metered under all contracts so far
  [[nodiscard]] money contracted_cost() const;

  void mark(memory_part p) { changed |= 1U << static_cast<unsigned>(p); }
  /// All of it is on disk.
  void saved();
  /// Settles and forgets the oldest contract when there are too many.
  void bound_contracts();
};

/// What a report says a power channel consumed: each sample holds until the next, the last one
/// to the end of the slot; before the first and after a fault nothing is known and nothing counted.
energy consumed(const channel_series& s, time_point slot_end);

}  // namespace hearth
