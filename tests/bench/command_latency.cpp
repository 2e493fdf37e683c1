/// The node of the latency benchmark: sends admin holds to a relay, on and off in turn, and between
/// them publishes to itself, so that both meet the same broker, client and machine. Prints by
/// CLOCK_MONOTONIC in nanoseconds "sent VALUE NS" before each command is published and
/// "echo SENT NS" when a publish to itself came back. Ends when all was sent, 1 if the house never
/// spoke.

#include "protocol/codec.hpp"
#include "protocol/topics.hpp"

#include <mqtt/async_client.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <future>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>
#include <thread>

namespace {

using namespace std::chrono_literals;

constexpr auto gap = 10ms;  ///< between an echo and a command
constexpr auto lease = 60s;
constexpr auto patience = 20s;
constexpr auto qos = 1;

std::int64_t monotonic_ns() {
  auto t = timespec{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

/// Paho leaves Nagle's algorithm on: a command would wait up to 40 ms for the kernel's ACK of
/// whatever was sent just before, and that would be all there is to see.
void send_at_once() {
  const auto on = 1;
  for (auto descriptor = 3; descriptor < 64; ++descriptor)
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on,
                 sizeof on);  // fails where there is no socket
}

/// Paho's thread answers the house, the main thread commands it.
class node {
 public:
  node(const std::string& broker, std::string site)
      : site_{std::move(site)},
        echo_topic_{"bench/echo/" + site_},
        client_{broker, "bench-node", mqtt::create_options{MQTTVERSION_5}} {
    client_.set_message_callback([this](const mqtt::const_message_ptr& m) { hear(*m); });
    const auto options =
        mqtt::connect_options_builder{}.mqtt_version(MQTTVERSION_5).clean_start(true).finalize();
    client_.connect(options)->wait();
    send_at_once();
    client_.subscribe(hearth::birth_topic(site_), qos)->wait();
    client_.subscribe(hearth::up_topic(site_, "#"), qos)->wait();
    client_.subscribe(echo_topic_, qos)->wait();
  }

  bool house_is_there() {
    return house_spoke_.get_future().wait_for(patience) == std::future_status::ready;
  }

  void command(bool on) {
    const auto wish = hearth::hold{"relay", {on ? 1.0 : 0.0, hearth::unit::on_off}};
    const auto bytes = stamped(hearth::request{hearth::authority::admin, wish, lease, "bench"}, {});
    const auto now = monotonic_ns();
    client_.publish(hearth::down_topic(site_, "request"), bytes, qos, false);
    std::printf("sent %d %lld\n", on, static_cast<long long>(now));
  }

  void echo() { client_.publish(echo_topic_, std::to_string(monotonic_ns()), qos, false); }
  void leave() { client_.disconnect()->wait(); }

 private:
  void say(const hearth::body& what, const std::string& in_reply_to) {
    client_.publish(hearth::down_topic(site_, hearth::kind_of(what)), stamped(what, in_reply_to),
                    qos, false);
  }

  std::string stamped(hearth::body what, std::string in_reply_to) {
    const auto held = std::lock_guard{stamp_};
    const auto sent =
        std::chrono::time_point_cast<hearth::duration>(std::chrono::system_clock::now());
    ++sequence_;
    return hearth::encode({site_, boot_, sequence_, boot_ + "-" + std::to_string(sequence_), sent,
                           std::move(in_reply_to), std::move(what)});
  }

  void hear(const mqtt::message& m) {
    if (m.get_topic() == echo_topic_) {
      std::printf("echo %s %lld\n", m.to_string().c_str(), static_cast<long long>(monotonic_ns()));
      return;
    }
    const auto heard = hearth::decode(m.to_string());
    if (!heard) return;
    if (const auto* no = std::get_if<hearth::nack>(&heard->body))
      std::fprintf(stderr, "command_latency: nacked: %s\n", no->text.c_str());
    if (hearth::is_journaled(heard->body)) say(hearth::ack{heard->message_id}, heard->message_id);
    const auto* birth = std::get_if<hearth::birth>(&heard->body);
    const auto* beat = std::get_if<hearth::heartbeat>(&heard->body);
    if ((birth && birth->online) || (beat && heard->in_reply_to.empty()))
      say(hearth::heartbeat{}, heard->message_id);
    // The house's first word to a node that it has heard.
    if (std::holds_alternative<hearth::layout_report>(heard->body) && !std::exchange(known_, true))
      house_spoke_.set_value();
  }

  std::string site_;
  std::string echo_topic_;
  std::string boot_ = "bench-" + std::to_string(monotonic_ns());
  std::mutex stamp_;
  std::uint64_t sequence_ = 0;
  std::promise<void> house_spoke_;
  bool known_ = false;
  mqtt::async_client client_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return std::fputs("usage: command_latency BROKER SITE COMMANDS\n", stderr), 2;
  try {
    auto self = node{argv[1], argv[2]};
    if (!self.house_is_there())
      return std::fputs("command_latency: the house does not answer\n", stderr), 1;
    std::this_thread::sleep_for(2s);  // layout, snapshot and first events are through
    for (auto i = 0; i < std::atoi(argv[3]); ++i) {
      self.echo();
      std::this_thread::sleep_for(gap);
      self.command(i % 2 == 0);
      std::this_thread::sleep_for(gap);
    }
    std::this_thread::sleep_for(1s);
    self.leave();
  } catch (const std::exception& e) {
    std::fprintf(stderr, "command_latency: %s\n", e.what());
    return 1;
  }
}
