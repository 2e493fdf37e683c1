#pragma once

#include "actors/node/event_queue.hpp"
#include "actors/node/keeping.hpp"
#include "actors/node/reconnect.hpp"
#include "drivers/ports/node_store.hpp"
#include "tools/atn/settings.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace hearth::atn {

/// 16 hexadecimal digits by lot: a boot id, or what makes a client id unique.
std::string random_id();

/// The store of the settings, or nothing with --no-state.
result<std::unique_ptr<node_store>> open_store(const settings& s, bool to_read);

/// The pure node on a real connection, with its durable memory: takes what came in, saves, and
/// only then says what is to be said.
class station {
 public:
  /// `store` may be null: nothing is kept.
  station(const settings& s, const std::string& role, std::unique_ptr<node_store> store, node n);
  ~station();
  station(const station&) = delete;
  station& operator=(const station&) = delete;

  /// Waits for something to happen, at most `longest`, and deals with one batch of it: takes it,
  /// keeps it in one transaction, and says what is to be said, one ack per house.
  struct happened {
    std::vector<turn> heard;
    std::vector<outgoing> said;
  };
  happened serve(std::chrono::milliseconds longest);

  /// Says one thing now. False if there is no connection or too much is under way.
  bool publish(const outgoing& message);
  void disconnect();

  [[nodiscard]] bool ready() const { return reconnect_.ready(); }
  /// Why the last attempt to connect failed, or how the connection ended.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }
  [[nodiscard]] hearth::node& node() { return node_; }

 private:
  void listen(mqtt_event e);
  void follow(const mqtt_event& e);
  void advance(reconnect::todo what);
  /// False if what was heard is not on disk; then nothing may be acknowledged.
  bool save(bool at_once);

  const settings& settings_;
  std::unique_ptr<node_store> store_;
  hearth::node node_;
  reconnect reconnect_;
  house_clock world_ = house_clock::real();
  time_point last_save_;
  bool store_failing_ = false;
  std::string trouble_ = "no answer yet";

  std::mutex lock_;
  std::condition_variable woken_;
  event_queue queue_;
  std::uint64_t dropped_told_ = 0;
  std::unique_ptr<mqtt_client> client_;  ///< last: it calls `listen` until it is gone
};

}  // namespace hearth::atn
