#pragma once

#include "actors/snapshot.hpp"
#include "drivers/mqtt_client.hpp"
#include "protocol/messages.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace hearth {

/// What went over the upstream link so far, as seen at its connection.
struct link_traffic {
  bool connected = false;
  bool node_heard = false;          ///< on this connection
  std::uint64_t up = 0;             ///< messages published, repeats included
  std::uint64_t down = 0;           ///< messages of the node
  std::uint64_t acknowledged = 0;   ///< journaled messages the node has
  std::uint64_t repeated = 0;       ///< journaled messages published again
  std::size_t in_flight = 0;        ///< journaled messages published and not yet acknowledged
  std::size_t waiting = 0;          ///< journaled messages not yet published
};

/// What was seen and heard of a house and a slower watcher has not fetched yet. Many threads put,
/// one takes. Bounded: of snapshots the newest is kept, of words the newest `words_kept`.
class observations {
 public:
  static constexpr std::size_t words_kept = 1024;

  /// `at_snapshot` is called with every snapshot, on the observer's thread.
  explicit observations(std::function<void()> at_snapshot = {})
      : at_snapshot_{std::move(at_snapshot)} {}

  void saw(const snapshot& image);
  void said(const body& statement);                ///< by the house
  void published(std::string_view payload);        ///< by the link, to the node
  void happened(const mqtt_event& e);              ///< on the link's connection

  struct batch {
    std::optional<snapshot> image;
    std::vector<body> by_house;
    std::vector<body> by_node;
    link_traffic traffic;
    std::uint64_t missed = 0;  ///< words that found no room since the start
  };
  /// Everything since the last call.
  batch take();

 private:
  void keep(std::vector<body>& words, const body& b);
  void begin_boot(const std::string& id);

  std::function<void()> at_snapshot_;
  std::mutex guard_;
  batch fresh_;
  std::string boot_id_;                  ///< of the link's present incarnation
  std::uint64_t journaled_sequence_ = 0; ///< the highest published of this boot
  std::uint64_t journaled_said_ = 0;
  std::uint64_t journaled_published_ = 0;
  std::set<std::string> in_flight_;
};

/// Clients that tell `watcher` of everything they publish and hear, and change nothing.
mqtt_client_maker overheard(mqtt_client_maker make, std::shared_ptr<observations> watcher);

}  // namespace hearth
