#pragma once

#include "drivers/ports/paho_client.hpp"
#include "tests/support/mosquitto.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

namespace hearth::testing {

/// Keeps Paho awake. All its clients in a program share one thread, which notices a new connection
/// only when its sleep of a second ends or an old one has something to say. So one says something
/// all the time, and the tests of this room come up in milliseconds instead of seconds.
class metronome {
 public:
  /// Begins with the first call and beats until the program ends.
  static void start() { static auto one = metronome{}; }

 private:
  metronome() {
    auto options = mqtt_options{};
    options.uri = broker_.uri();
    options.client_id = "metronome";
    client_ = make_paho_client(options, [this](mqtt_event e) {
      if (std::holds_alternative<mqtt_connected>(e)) connected_ = true;
    });
    client_->connect();
    thread_ = std::thread{[this] { beat(); }};
  }
  ~metronome() {
    ending_ = true;
    thread_.join();
  }

  void beat() {
    auto listens = false;
    for (; !ending_; std::this_thread::sleep_for(std::chrono::milliseconds{5})) {
      if (!connected_) continue;
      if (!std::exchange(listens, true)) client_->subscribe({"beat"});
      client_->publish("beat", "", false);
    }
  }

  mosquitto broker_;
  std::atomic<bool> connected_ = false, ending_ = false;
  std::unique_ptr<mqtt_client> client_;
  std::thread thread_;
};

}  // namespace hearth::testing
