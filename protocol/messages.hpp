#pragma once

#include "protocol/command.hpp"
#include "protocol/contract.hpp"
#include "protocol/reading.hpp"
#include "protocol/standing.hpp"
#include "protocol/time.hpp"
#include "protocol/units.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Everything house and node say to each other, as values. `hearth.proto` is the same list
/// for other languages; `codec.*` is the only place that sees both. Channels go by name here.
namespace hearth {

// ---- house → node

/// Retained. The offline one is the connection's will.
struct birth {
  bool online = true;
  std::string layout_hash;  ///< changes when the layout does
  std::string version;      ///< of the program
  bool operator==(const birth&) const = default;
};

struct sample {
  time_point at;
  result<double> value;  ///< in the unit of its series
  bool operator==(const sample&) const = default;
};

/// What a sample counts against `limits::report_samples`: a fault brings its text along.
std::size_t room_of(const result<double>& value);

struct channel_series {
  std::string channel;
  hearth::unit unit = unit::count;
  std::vector<sample> samples;  ///< oldest first
  bool operator==(const channel_series&) const = default;
};

/// All readings of one reporting slot. Journaled.
struct report {
  time_point slot_start;
  duration slot_length{};
  std::vector<channel_series> series;
  bool operator==(const report&) const = default;
};

/// A meter whose power moved noticeably. Live: newest wins.
struct power_update {
  std::string channel;
  hearth::power power;
  time_point at;
  bool operator==(const power_update&) const = default;
};

struct channel_point {
  std::string channel;
  result<measured> value;
  hearth::quality quality = hearth::quality::never;
  time_point at;
  bool operator==(const channel_point&) const = default;
};

/// What a channel has become since a full picture was taken.
struct point_change {
  std::uint32_t place = 0;  ///< in the full picture
  result<measured> value;
  hearth::quality quality = hearth::quality::never;
  time_point at;
  bool operator==(const point_change&) const = default;
};

/// Every channel's last reading: a full picture, or what changed since one (`live_picture` puts
/// the two together). Live: newest wins.
struct snapshot_report {
  time_point at;
  std::vector<channel_point> points;  ///< of a full picture, in the order of the layout
  /// When the full picture was taken that this one amends; absent: it is one itself.
  std::optional<time_point> base = {};
  std::vector<point_change> changes = {};  ///< of an amendment, by place
  /// A good channel that an amendment does not tell was measured within this before `at`.
  duration fresh_within{};
  bool operator==(const snapshot_report&) const = default;
};

/// Who is in charge and why.
struct state_report {
  authority in_charge = authority::local;
  std::string mode;         ///< of local control: "tariff-timer", "thermostat", "hardware-fallback"
  std::string cause;        ///< one sentence
  std::string contract_id;  ///< of the contract in force, or empty
  time_point since;
  bool operator==(const state_report&) const = default;
};

enum class severity : unsigned char { info, warning, alarm };
std::string_view to_text(severity s);

/// Something happened that a person or the node should know. Journaled.
struct event {
  hearth::severity severity = hearth::severity::info;
  std::string kind;     ///< a stable word: "device-failed", "interlock", "restarted" …
  std::string subject;  ///< the device, channel, actor or contract it is about
  std::string text;     ///< one sentence for a person
  time_point at;
  bool operator==(const event&) const = default;
};

/// What became of a request. Journaled.
struct outcome {
  std::string request_id;  ///< the message id of the request
  bool accepted = false;
  std::string reason;
  bool operator==(const outcome&) const = default;
};

struct channel_description {
  std::string channel;
  hearth::unit unit = unit::count;
  std::string device;
  std::string model;
  bool actuator = false;
  duration max_age{};  ///< a value older than this is stale; zero: not said
  bool operator==(const channel_description&) const = default;
};

struct layout_report {
  std::string layout_hash;
  std::vector<channel_description> channels;
  bool operator==(const layout_report&) const = default;
};

/// A run of one boot's journaled messages, both ends included.
struct message_run {
  std::string boot_id;
  std::uint64_t first = 0, last = 0;
  bool operator==(const message_run&) const = default;
};

/// Journaled messages that will never come, because the house does not have them any more.
/// Journaled.
struct loss {
  message_run lost;
  std::string reason;  ///< one sentence
  time_point at;
  bool operator==(const loss&) const = default;
};

/// How much waits in the house's journal. Live: newest wins.
struct backlog {
  std::uint64_t last_sequence = 0;  ///< of the boot's journaled messages so far; 0: none yet
  std::uint64_t waiting = 0;        ///< messages, of all boots
  std::uint64_t waiting_bytes = 0;
  std::optional<time_point> oldest;  ///< when the oldest of them was made
  /// The one that journaled messages have now, which is another after a crash of the journal alone;
  /// nothing: that of the envelope.
  std::optional<std::string> boot_id;
  bool operator==(const backlog&) const = default;
};

// ---- both ways

struct heartbeat {
  std::string contract_id;  ///< of the contract in force, or empty
  bool operator==(const heartbeat&) const = default;
};

/// "I have it, durably; forget it."
struct ack {
  std::string message_id;
  std::vector<std::string> more = {};  ///< further messages, acknowledged with it
  bool operator==(const ack&) const = default;
};

enum class nack_reason : unsigned char {
  undecodable,
  oversized,
  unexpected,
  replayed,
  stale,
  wrong_site,
  invalid,
  forbidden
};
std::string_view to_text(nack_reason r);

/// "I can't take it, and this is why; don't send it again."
struct nack {
  std::string message_id;  ///< empty when it could not even be read
  nack_reason reason = nack_reason::invalid;
  std::string text;
  bool operator==(const nack&) const = default;
};

// ---- node → house

/// Takes back a contract that has not ended.
struct withdrawal {
  std::string contract_id;
  std::string reason;
  bool operator==(const withdrawal&) const = default;
};

/// Prices per slot, energy and distribution apart.
struct prices {
  time_point start;
  duration slot{};
  std::vector<energy_price> energy;
  std::vector<energy_price>
      distribution;  ///< as long as `energy`, or empty: the layout's tariff holds
  bool operator==(const prices&) const = default;
};

/// Outdoor temperature forecast per slot.
struct weather {
  time_point start;
  duration slot{};
  std::vector<temperature> outdoor;
  bool operator==(const weather&) const = default;
};

/// "Hold this actuator at this value."
struct hold {
  std::string channel;
  measured value;
  bool operator==(const hold&) const = default;
};
/// How hard the grid presses. What a house gives for each stands in `actors/grid_response.hpp`.
enum class grid_severity : unsigned char {
  gentle = 1,     ///< only what costs neither comfort nor a contract
  firm = 2,       ///< the margin of comfort may be used, a contract may suffer
  emergency = 3,  ///< whatever the interlock allows
};
std::string_view to_text(grid_severity s);

/// "Use as little power as this severity allows."
struct shed {
  grid_severity severity = grid_severity::firm;
  bool operator==(const shed&) const = default;
};
/// "End your leases now."
struct release {
  bool operator==(const release&) const = default;
};
/// "Use power now, if the store can take it."
struct raise_load {
  grid_severity severity = grid_severity::firm;
  bool operator==(const raise_load&) const = default;
};
/// "The house may draw at most this": a bound that the interlock keeps, whoever commands. It holds
/// while the node is heard; in its silence `failsafe` holds instead, for `failsafe_for`.
struct power_limit {
  power most;
  std::optional<power> failsafe = {};  ///< absent: the same as `most`
  duration failsafe_for{};             ///< zero asks for the default
  bool operator==(const power_limit&) const = default;
};
/// "There will be no power": from the request's start, for its lease.
struct outage {
  bool operator==(const outage&) const = default;
};
/// "Renew my running leases, each by its own length from now."
struct keep_alive {
  bool operator==(const keep_alive&) const = default;
};

/// A wish, with a rank and a lease; never a command.
struct request {
  authority rank = authority::grid;  ///< admin or grid
  std::variant<hold, shed, release, raise_load, power_limit, outage, keep_alive> wish;
  duration lease{};  ///< zero asks for the rank's default
  std::string reason;
  std::optional<time_point> start = {};  ///< of the grid's wishes, in UTC; absent: at once
  bool operator==(const request&) const = default;
};

enum class query_subject : unsigned char { snapshot, layout, state, standing };
std::string_view to_text(query_subject q);

struct query {
  query_subject subject = query_subject::snapshot;
  bool operator==(const query&) const = default;
};

/// "These never came: say them again, or that they are lost."
struct resend {
  std::vector<message_run> missing;
  bool operator==(const resend&) const = default;
};

/// One message's content. The order is the order of the tables in `docs/wire.md`.
using body =
    std::variant<birth, report, power_update, snapshot_report, state_report, event, outcome,
                 contract_report, layout_report, loss, backlog, standing, heartbeat, ack, nack,
                 contract, withdrawal, prices, weather, request, query, resend>;

struct envelope {
  std::string site;
  std::string boot_id;  ///< of the sender; new at every start
  /// Of a house's journaled message: counts them since its boot, from 1 and without a gap. 0 for
  /// its live messages. A node counts whatever it says.
  std::uint64_t sequence = 0;
  std::string message_id;  ///< unique for ever; of a journaled message "<boot_id>-<sequence>"
  time_point sent;
  std::string in_reply_to;  ///< a message id, or empty
  hearth::body body;
  /// In the first journaled message of a boot: id of the last one before it, of another boot;
  /// empty where there was none. So no boot's end can go missing unnoticed.
  std::string follows = {};
  /// The sender never knew the date: times tell the order and the distances, nothing more.
  bool undated = false;
  bool operator==(const envelope&) const = default;
};

/// The last word of the topic: "report", "power", "contract" …
std::string_view kind_of(const body& b);
/// Kept until the node's ack.
bool is_journaled(const body& b);
/// May be sent by a house (`up/<kind>`) or by a node (`down/<kind>`).
bool is_upstream(const body& b);
bool is_downstream(const body& b);
/// The receiver answers it with an ack: what is journaled, and whatever only a node says.
bool wants_ack(const body& b);

}  // namespace hearth
