#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace hearth::testing {

/// The network between one client and its broker: a port of the loopback whose connections lead
/// on to the broker's, TLS or not, and which a test can cut, freeze and close.
class wire {
 public:
  explicit wire(std::uint16_t broker);
  wire(const wire&) = delete;
  wire& operator=(const wire&) = delete;
  ~wire();

  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// Ends every connection as an unplugged router would: no MQTT goodbye.
  void cut();
  /// From now on whoever connects is cut off at once; those connected are cut now.
  void refuse();
  void admit() { refusing_ = false; }
  /// Connections stay and are accepted, but no byte passes.
  void freeze() { frozen_ = true; }
  void thaw() { frozen_ = false; }
  /// Connections accepted so far, refused ones included.
  [[nodiscard]] std::size_t attempts() const { return attempts_; }

 private:
  struct pair {
    int client, broker;
    bool alive = true;
  };

  void run();
  void take_client();
  void drop_dead();

  std::uint16_t broker_, port_ = 0;
  int listening_;
  std::mutex lock_;  ///< of `pairs_`
  std::vector<pair> pairs_;
  std::atomic<bool> refusing_ = false, frozen_ = false, ending_ = false;
  std::atomic<std::size_t> attempts_ = 0;
  std::thread thread_;
};

}  // namespace hearth::testing
