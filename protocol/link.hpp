#pragma once

#include "protocol/dating.hpp"
#include "protocol/inbox.hpp"
#include "protocol/journal_item.hpp"
#include "protocol/limits.hpp"
#include "protocol/link_state.hpp"
#include "protocol/messages.hpp"
#include "protocol/outbox.hpp"

#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The house's end of the link to its cloud node, as a pure machine: no socket, no thread, no
/// clock. What happens goes in, what is to be done comes out; the states and the ways between
/// them are drawn in link_state.hpp.
///
/// Timeouts, all in limits.hpp: `ack_timeout` for an answer to anything we asked (response
/// timeout) and before a journaled message is sent again; `ping_after_silence` before a
/// heartbeat asks whether the node is there, and `ask_time_every` before one asks for its time;
/// `setup_timeout` for the subscriptions; `reconnect_first` doubling to `reconnect_longest` between
/// attempts to connect.
///
/// Journaled messages come from the journal, on disk already, and are sent while active, at most
/// `send_window` unanswered: those just made at once, older ones oldest first, page by page, from
/// the oldest on after each new connection. The journal forgets them when the node acks. Live ones
/// are sent at once while connected and forgotten otherwise.
namespace hearth {

// ---- what happens

struct link_start {};
struct link_connected {};
struct link_connect_failed {
  fault why;
};
struct link_subscribed {};  ///< one `link_subscribe` was confirmed
struct link_message {
  std::string topic;
  std::string payload;
};
struct link_disconnected {
  fault why;
};
struct link_tick {};  ///< time passed; once a second is enough
struct link_stop {};
/// On disk since now: what the journal has just taken.
struct link_journaled {
  std::vector<journal_item> items;
};
/// The journal's answer to `link_fetch`.
struct link_history {
  std::uint64_t session = 0;        ///< as in `link_fetch`
  std::vector<journal_item> items;  ///< ascending by number
  bool more = false;                ///< there are further ones behind the last
};
/// The journal is another one now, or came back: what was read from it before means nothing.
struct link_journal_reset {};
/// What makes a date of the machine's `now`: it lives in house time, its messages do not.
struct link_dated {
  dating dates;
};
/// The house has something live to say.
struct link_submit {
  hearth::body body;
  std::string in_reply_to = {};  ///< message id of what it answers, or empty
};
using link_input = std::variant<link_start, link_connected, link_connect_failed, link_subscribed,
                                link_message, link_disconnected, link_tick, link_stop, link_submit,
                                link_journaled, link_history, link_journal_reset, link_dated>;

// ---- what is to be done, in this order

struct link_connect {};  ///< start one attempt
struct link_subscribe {
  std::vector<std::string> topics;
};
struct link_publish {
  std::string topic;
  std::string payload;
  bool retained = false;
  bool live = false;  ///< soon replaced by a newer one: the first to give way
};
struct link_disconnect {};
/// Read on in the journal: the oldest messages behind `after`, at most so many.
struct link_fetch {
  std::uint64_t session = 0;  ///< to be given back with the answer
  std::uint64_t after = 0;
  std::size_t most = 0;
};
/// The node has these durably.
struct link_forget {
  std::vector<std::string> message_ids;
};
/// The node will never take this one: put it aside with its bytes.
struct link_set_aside {
  std::string message_id;
  std::string why;
};
/// A new message for the house; the link has acknowledged that it arrived, no more.
struct link_deliver {
  envelope message;
};
/// A node that knows nothing of this house is there: tell it the layout, a snapshot, the state.
struct link_peer_arrived {};
/// The node's clock spoke in answer to us.
struct link_node_time {
  node_time said;
};
struct link_state_changed {
  link_state from, to;
  std::string why;
};
/// Something for the event log, at most once per kind of trouble.
struct link_event {
  hearth::event event;
};
/// This input makes no sense in this state; nothing was changed.
struct link_misuse {
  fault why;
};
using link_output =
    std::variant<link_connect, link_subscribe, link_publish, link_disconnect, link_fetch,
                 link_forget, link_set_aside, link_deliver, link_peer_arrived, link_node_time,
                 link_state_changed, link_event, link_misuse>;

struct link_options {
  std::string site;
  std::string boot_id;  ///< new at every start of the program
  std::string speaker;  ///< new for every machine: its live messages are named after it
  std::string layout_hash;
  std::string version;
  std::uint64_t seed = 1;  ///< of the back-off's jitter
  std::vector<std::string> topics =
      {};  ///< to subscribe to; empty: everything sent down to the site
  /// How long broker and node may take. More than the usual where house time runs fast, for a
  /// fast clock hurries nobody else.
  duration answer_within = limits::ack_timeout;
  duration setup_within = limits::setup_timeout;
  std::size_t window = limits::send_window;
};

struct link_counters {
  std::uint64_t published = 0;     ///< repeats included
  std::uint64_t acknowledged = 0;  ///< journaled messages the node has
  std::uint64_t set_aside = 0;     ///< journaled messages the node refuses or never answers
  std::uint64_t delivered = 0;
  std::uint64_t repeated = 0;                         ///< arrived again and were acknowledged again
  std::map<nack_reason, std::uint64_t> refused = {};  ///< arrived and were answered with a nack
};

class link_machine {
 public:
  explicit link_machine(link_options options);

  std::vector<link_output> advance(const link_input& input, time_point now);

  /// What the broker shall say, retained, when this house vanishes: its offline birth.
  link_publish will(time_point now);

  [[nodiscard]] link_state state() const { return state_; }
  [[nodiscard]] const link_counters& counters() const { return counters_; }
  [[nodiscard]] std::size_t at_hand() const { return outbox_.at_hand(); }
  [[nodiscard]] std::size_t under_way() const { return outbox_.under_way(); }

 private:
  void on(const link_start&, time_point now);
  void on(const link_connected&, time_point now);
  void on(const link_connect_failed& failed, time_point now);
  void on(const link_subscribed&, time_point now);
  void on(const link_message& message, time_point now);
  void on(const link_disconnected& lost, time_point now);
  void on(const link_tick&, time_point now);
  void on(const link_stop&, time_point now);
  void on(const link_submit& submitted, time_point now);
  void on(const link_journaled& made, time_point now);
  void on(const link_history& page, time_point now);
  void on(const link_journal_reset&, time_point now);
  void on(const link_dated& known, time_point now);

  void on_verdict(const message_taken& taken, time_point now);
  void on_verdict(const message_repeated& repeated, time_point now);
  void on_verdict(const message_refused& refused, time_point now);

  /// Takes the arrow for `signal`; false, with a `link_misuse`, if there is none.
  bool step(link_signal signal, std::string why, time_point now);
  void heard_peer(const envelope& message, time_point now);
  void welcome_peer();
  void note_time(const envelope& answer, time_point now);
  void connection_lost(time_point now);
  void settle(const ack& taken);
  void work_off(time_point now);
  void ping(time_point now);
  /// Gives back the message's id.
  std::string say(body content, time_point now, std::string in_reply_to = {});
  envelope wrap(body content, time_point now, std::string in_reply_to);
  void publish(link_publish message);
  /// Tells the event log, unless it knows of this `kind` of trouble with this `subject`.
  void complain(std::string kind, std::string subject, std::string text, time_point now);
  void set_unanswered_aside(time_point now);

  link_options options_;
  inbox inbox_;
  outbox outbox_;
  std::minstd_rand random_;
  link_counters counters_;
  link_state state_ = link_state::not_started;
  time_point since_;                    ///< when this state was entered
  std::uint64_t said_ = 0;              ///< live messages made
  std::size_t subscriptions_left_ = 0;  ///< not yet confirmed
  duration backoff_;                    ///< before the next attempt but one
  std::optional<time_point> reconnect_at_;
  std::optional<time_point> asked_;  ///< of the first thing asked since the node was heard
  time_point quiet_since_;           ///< when the node was last heard or pinged
  time_point time_asked_;            ///< when it was last pinged
  dating dates_ = exact_dates;
  /// The last question whose answer tells the node's time, and when it was put.
  std::optional<std::pair<std::string, time_point>> question_;
  std::string peer_boot_;           ///< of the node heard last on this connection
  std::set<std::string> welcomed_;  ///< boots of nodes that were told about the house since
  std::string contract_id_;         ///< in force, as the house last said
  std::set<std::string> complained_;
  std::vector<link_output> out_;
};

}  // namespace hearth
