#pragma once

#include "actors/node/dispatch_policy.hpp"
#include "actors/node/gap_watch.hpp"
#include "actors/node/site_memory.hpp"
#include "drivers/mqtt_client.hpp"
#include "protocol/topics.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The node's side of the link, for many houses. Pure: MQTT messages and the time come in,
/// MQTT messages go out. Whoever runs it takes what came, keeps what changed (`keeping.hpp`), and
/// only then publishes what came out, so that an ack is never said of something that could still
/// be lost.
namespace hearth {

struct outgoing {
  std::string topic;
  std::string payload;
  envelope message;
};

/// What became of one MQTT message.
struct turn {
  std::optional<envelope> heard = {};  ///< what it says, if it could be read
  std::string site = {};               ///< empty where the topic is none of ours
  direction way = direction::up;       ///< down: another node said it
  bool fresh = false;                  ///< heard for the first time, and it had its effect
  std::optional<fault> trouble = {};   ///< why it was not taken in
  std::vector<outgoing> send = {};     ///< to be said at once; acks come from `acknowledge`
};

struct node_options {
  std::string boot_id;                       ///< of this program's start; unique
  std::vector<std::string> sites;            ///< to listen to; empty: all
  bool answers = true;                       ///< false: listens only, beside another node
  bool overhears = false;                    ///< listens to what nodes say as well
  std::optional<dispatch_options> dispatch;  ///< absent: plans nothing
};

struct node_counters {
  std::uint64_t foreign = 0;  ///< on topics that are none of ours
  std::uint64_t undecodable = 0;
  std::uint64_t beyond_limit = 0;  ///< from sites beyond `node_limits::sites`
  std::uint64_t not_quarantined =
      0;  ///< refused ones beyond `node_limits::unsaved_quarantine_bytes`
};

class node {
 public:
  node(node_options options, outlook world, std::map<std::string, site_memory> remembered);

  [[nodiscard]] std::vector<std::string> topics() const;
  turn take(const mqtt_message& m, time_point now);
  /// The acks that have become due, as few messages per house as they fit in. If they cannot be
  /// said they are simply dropped: the house says its message again, and is acked again.
  std::vector<outgoing> acknowledge(time_point now);
  /// What there is to say to each house now: the plan's words, and questions for what never came.
  std::vector<outgoing> tick(time_point now);
  /// Puts one body under way to a house, by hand.
  outgoing compose(const std::string& site, body b, time_point now, std::string in_reply_to = {});

  [[nodiscard]] const std::map<std::string, site_memory>& sites() const { return sites_; }
  /// Refused since the last `saved`.
  [[nodiscard]] const std::vector<quarantined>& refused() const { return refused_; }
  /// All that changed is on disk, or is not to be kept.
  void saved();
  [[nodiscard]] const node_counters& counters() const { return counters_; }

 private:
  turn overhear(turn t, envelope e, time_point now);
  turn refuse(turn t, const topic& where, nack no, const mqtt_message& m, std::string why,
              time_point now);
  void quarantine(nack no, const mqtt_message& m, const topic& where, const std::string& why,
                  time_point now);
  site_memory* memory_of(const std::string& site);
  [[nodiscard]] price_lookup prices() const;

  node_options options_;
  outlook world_;
  std::map<std::string, site_memory> sites_;
  std::optional<market_view> market_;  ///< of one that bids
  std::map<std::string, gap_watch> watches_;
  std::optional<time_point> looked_;                      ///< for gaps
  std::map<std::string, std::vector<std::string>> acks_;  ///< due, by site
  std::vector<quarantined> refused_;
  std::size_t refused_bytes_ = 0;
  std::uint64_t sequence_ = 0;
  node_counters counters_;
};

}  // namespace hearth
