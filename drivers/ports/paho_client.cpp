#include "drivers/ports/paho_client.hpp"

#include "drivers/ports/certificate.hpp"
#include "drivers/ports/paho_options.hpp"
#include "drivers/ports/prompt_sockets.hpp"
#include "drivers/ports/tls_diagnosis.hpp"
#include "drivers/ports/tls_keys.hpp"
#include "protocol/limits.hpp"

#include <mqtt/async_client.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace hearth {
namespace {

using namespace std::chrono_literals;

constexpr auto flush_timeout = 500ms;
constexpr auto goodbye_timeout = 500ms;
constexpr auto diagnosis_end = 300ms;

/// Publishes given to Paho at one time. Brokers take 20 (mosquitto's default); with more, Paho
/// waits a second for each further batch.
constexpr std::size_t window = 16;

/// Paho stops its threads with its last client and waits up to a second for them. One idle
/// client that is never destroyed keeps them, so that no other ever waits.
void keep_paho_running() {
  [[gnu::used]] static auto* const keeper = new mqtt::async_client{"tcp://127.0.0.1:1", ""};
}

/// The broker's own word, such as "Not authorized".
std::string reason_text(int code) {
  const auto* const text = ::MQTTReasonCode_toString(static_cast<MQTTReasonCodes>(code));
  return text ? text : "reason code " + std::to_string(code);
}

bool is_refusal(int code) { return code >= 0x80 && code < mqtt::ReasonCode::MQTTPP_V3_CODE; }

/// What survives the client: Paho's threads and the thread of an attempt meet here. Two locks,
/// because Paho calls back under a lock of its own: `paho_` is held around calls into Paho from
/// outside and never taken by a callback; `state_` is never held around a call into Paho.
class connection final : public mqtt::callback,
                         public mqtt::iaction_listener,
                         public std::enable_shared_from_this<connection> {
 public:
  connection(mqtt_options options, mqtt_listener listener)
      : options_{std::move(options)}, listener_{std::move(listener)} {}

  void connect() {
    const auto number = begin_attempt();
    if (!number) return;
    try {
      std::thread{[self = shared_from_this(), n = *number] { self->attempt(n); }}.detach();
    } catch (const std::exception& e) {
      end_attempt(*number, {fault_code::io, std::string{"cannot start a thread: "} + e.what()});
    }
  }

  void subscribe(const std::vector<std::string>& topics) {
    const auto held = std::lock_guard{paho_};
    if (!is_connected()) return;
    if (topics.empty()) return tell(mqtt_subscribed{});
    try {
      const auto qos = mqtt::iasync_client::qos_collection(topics.size(), at_least_once);
      client_->subscribe(mqtt::string_collection::create(topics), qos, nullptr, *this);
    } catch (const std::exception& e) {
      lose({fault_code::io, std::string{"cannot subscribe: "} + e.what()});
      drop_client();
    }
  }

  bool publish(std::string_view topic, std::string_view payload, bool retained,
               std::size_t most = paho_outstanding) {
    {
      const auto held = std::lock_guard{state_};
      if (phase_ != phase::connected || waiting_.size() + in_flight_ >= most) return false;
      waiting_.push_back({std::string{topic}, std::string{payload}, retained});
    }
    const auto held = std::lock_guard{paho_};
    if (client_) pump(*client_);
    return true;
  }

  void disconnect() {
    const auto was_connected = begin_goodbye();
    const auto held = std::lock_guard{paho_};
    if (!client_) return;
    try {
      if (was_connected && client_->disconnect()->wait_for(goodbye_timeout)) return;
    } catch (const std::exception&) {  // already gone
    }
    drop_client();
  }

  void close() {
    {
      const auto held = std::lock_guard{state_};
      listener_ = nullptr;
    }
    disconnect();
    {
      // It notices at once that nobody wants it; a program that ends must not pull OpenSSL from
      // under it.
      auto held = std::unique_lock{state_};
      diagnosed_.wait_for(held, diagnosis_end, [this] { return diagnoses_ == 0; });
    }
    const auto held = std::lock_guard{paho_};
    drop_client();
  }

 private:
  enum class phase : unsigned char { idle, attempting, connected, leaving };
  struct outgoing {
    std::string topic;
    std::string payload;
    bool retained;
  };
  using attempt_number = std::uintptr_t;

  // ---- on the thread of an attempt

  void attempt(attempt_number number) noexcept {
    try {
      const auto broker = parse_broker(options_.uri);
      if (!broker) return end_attempt(number, broker.error());
      if (broker->tls)
        if (const auto keys = usable_keys(options_, certificate_time()); !keys)
          return end_attempt(number, keys.error());
      if (const auto there = reach(*broker); !there) return end_attempt(number, there.error());
      const auto held = std::lock_guard{paho_};
      if (!ask(number)) return;
      make_client(*broker);
      client_->connect(connect_options_for(options_, *broker), reinterpret_cast<void*>(number),
                       *this);
    } catch (const std::exception& e) {
      end_attempt(number, {fault_code::io, e.what()});
    }
  }

  /// Each attempt has a Paho client of its own. One that lost a connection would say again what was
  /// not confirmed, and after a write that failed half way it says it in bytes no broker takes; who
  /// needs something said again says it again.
  void make_client(const broker_address& broker) {
    drop_client();
    keep_paho_running();
    client_ = std::make_unique<mqtt::async_client>(
        to_paho_uri(broker), options_.client_id,
        mqtt::create_options{MQTTVERSION_5, static_cast<int>(paho_outstanding)});
    client_->set_callback(*this);
    // Paho does not always tell the loss that follows such a goodbye.
    client_->set_disconnected_handler([this](const mqtt::properties&, mqtt::ReasonCode code) {
      lose(
          {fault_code::disconnected, options_.uri + " ended the connection: " + reason_text(code)});
    });
  }

  // ---- called by Paho

  void on_success(const mqtt::token& token) override {
    switch (token.get_type()) {
    case mqtt::token::Type::CONNECT: return accepted(number_of(token));
    case mqtt::token::Type::SUBSCRIBE: return subscribed(token);
    case mqtt::token::Type::PUBLISH: return confirmed(token);
    case mqtt::token::Type::UNSUBSCRIBE:
    case mqtt::token::Type::DISCONNECT: return;
    }
  }

  void on_failure(const mqtt::token& token) override {
    switch (token.get_type()) {
    case mqtt::token::Type::CONNECT: return not_connected(token);
    case mqtt::token::Type::SUBSCRIBE: return refused_subscription(token, token.get_reason_code());
    case mqtt::token::Type::PUBLISH: return confirmed(token);
    case mqtt::token::Type::UNSUBSCRIBE:
    case mqtt::token::Type::DISCONNECT: return;
    }
  }

  void connection_lost(const std::string& cause) override {
    auto why = fault{fault_code::disconnected, "the connection to " + options_.uri + " was lost"};
    if (!cause.empty()) why.detail += ": " + cause;
    lose(std::move(why));
  }

  void message_arrived(mqtt::const_message_ptr message) override {
    const auto& payload = message->get_payload_ref();
    auto kept = payload ? payload.str().substr(0, limits::message_bytes + 1) : std::string{};
    tell(mqtt_message{message->get_topic(), std::move(kept)});
  }

  static attempt_number number_of(const mqtt::token& token) {
    return reinterpret_cast<attempt_number>(token.get_user_context());
  }

  /// Paho tells the broker's reason, but neither a timeout nor what TLS objects to.
  void not_connected(const mqtt::token& token) {
    const auto number = number_of(token);
    const auto& uri = options_.uri;
    if (const auto code = token.get_return_code(); is_refusal(code))
      return end_attempt(number,
                         {fault_code::refused, uri + " refuses this client: " + reason_text(code)});
    if (since_asked() >= mqtt_connect_timeout)
      return end_attempt(number,
                         {fault_code::timeout, uri + " accepts connections but does not answer"});
    if (uri.starts_with("mqtts")) return find_out(number);
    end_attempt(number,
                {fault_code::disconnected, uri + " ended the connection before accepting it"});
  }

  // ---- on the thread of a diagnosis, which belongs to its attempt

  void find_out(attempt_number number) {
    const auto diagnosing = [self = shared_from_this(), number] {
      self->diagnose(number);
      const auto held = std::lock_guard{self->state_};
      --self->diagnoses_;
      self->diagnosed_.notify_all();
    };
    {
      const auto held = std::lock_guard{state_};
      ++diagnoses_;
    }
    try {
      std::thread{diagnosing}.detach();
    } catch (const std::exception& e) {
      {
        const auto held = std::lock_guard{state_};
        --diagnoses_;
      }
      end_attempt(number, {fault_code::io, std::string{"cannot start a thread: "} + e.what()});
    }
  }

  void diagnose(attempt_number number) noexcept {
    try {
      const auto broker = parse_broker(options_.uri);
      if (!broker) return end_attempt(number, broker.error());
      end_attempt(number, why_no_tls(*broker, options_, [&] { return is_wanted(number); }));
    } catch (const std::exception& e) {
      end_attempt(number, {fault_code::io, e.what()});
    }
  }

  void subscribed(const mqtt::token& token) {
    const auto answer = token.get_subscribe_response();
    for (const auto code : answer.get_reason_codes())
      if (is_refusal(code)) return refused_subscription(token, code);
    tell(mqtt_subscribed{});
  }

  void refused_subscription(const mqtt::token& token, int code) {
    lose({fault_code::refused, options_.uri + " refuses a subscription: " + reason_text(code)});
    try {
      token.get_client()->disconnect();
    } catch (const std::exception&) {  // already gone
    }
  }

  void confirmed(const mqtt::token& token) {
    {
      const auto held = std::lock_guard{state_};
      if (in_flight_ > 0) --in_flight_;
    }
    pump(*token.get_client());
  }

  // ---- publishing

  /// Gives Paho what the window allows, from one thread at a time so that the order stays.
  void pump(mqtt::iasync_client& client) {
    auto held = std::unique_lock{state_};
    while (!pumping_ && !waiting_.empty() && in_flight_ < window &&
           (phase_ == phase::connected || phase_ == phase::leaving)) {
      pumping_ = true;
      ++in_flight_;
      const auto next = std::move(waiting_.front());
      waiting_.pop_front();
      held.unlock();
      const auto given = give(client, next);
      held.lock();
      pumping_ = false;
      if (!given) --in_flight_;
    }
    if (waiting_.empty() && in_flight_ == 0) all_confirmed_.notify_all();
  }

  bool give(mqtt::iasync_client& client, const outgoing& next) {
    try {
      const auto live = options_.unconfirmed && options_.unconfirmed(next.topic);
      client.publish(next.topic, next.payload.data(), next.payload.size(),
                     live ? at_most_once : at_least_once, next.retained, nullptr, *this);
      return true;
    } catch (const std::exception&) {  // lost meanwhile: its event is on the way
      return false;
    }
  }

  // ---- the phase

  std::optional<attempt_number> begin_attempt() {
    const auto held = std::lock_guard{state_};
    if (phase_ != phase::idle) return {};
    phase_ = phase::attempting;
    return ++attempt_;
  }

  /// True if the attempt is still wanted; from here it is the broker's turn.
  bool ask(attempt_number number) {
    const auto held = std::lock_guard{state_};
    asked_ = std::chrono::steady_clock::now();
    return phase_ == phase::attempting && number == attempt_;
  }

  bool is_wanted(attempt_number number) {
    const auto held = std::lock_guard{state_};
    return phase_ == phase::attempting && number == attempt_;
  }

  std::chrono::steady_clock::duration since_asked() {
    const auto held = std::lock_guard{state_};
    return std::chrono::steady_clock::now() - asked_;
  }

  void accepted(attempt_number number) {
    if (const auto broker = parse_broker(options_.uri)) send_promptly_to(broker->port);
    const auto held = std::lock_guard{state_};
    if (phase_ != phase::attempting || number != attempt_) return;
    phase_ = phase::connected;
    deliver(mqtt_connected{});
  }

  void end_attempt(attempt_number number, fault why) {
    const auto held = std::lock_guard{state_};
    if (phase_ != phase::attempting || number != attempt_) return;
    phase_ = phase::idle;
    deliver(mqtt_connect_failed{std::move(why)});
  }

  /// What was waiting goes with the connection: whoever published it learns of the loss.
  void lose(fault why) {
    const auto held = std::lock_guard{state_};
    waiting_.clear();
    if (phase_ != phase::connected) return;
    phase_ = phase::idle;
    deliver(mqtt_disconnected{std::move(why)});
  }

  /// Waits a moment for what was published last. True if there was a connection.
  bool begin_goodbye() {
    auto held = std::unique_lock{state_};
    ++attempt_;
    const auto was_connected = phase_ == phase::connected;
    if (was_connected) {
      phase_ = phase::leaving;
      all_confirmed_.wait_for(held, flush_timeout,
                              [this] { return waiting_.empty() && in_flight_ == 0; });
      waiting_.clear();
    }
    phase_ = phase::idle;
    return was_connected;
  }

  bool is_connected() {
    const auto held = std::lock_guard{state_};
    return phase_ == phase::connected;
  }

  void tell(mqtt_event event) {
    const auto held = std::lock_guard{state_};
    if (phase_ == phase::connected) deliver(std::move(event));
  }

  void deliver(mqtt_event event) {
    if (listener_) listener_(std::move(event));
  }

  /// Under `paho_`. Paho forgets the publishes of a client that goes without a word.
  void drop_client() {
    client_.reset();
    const auto held = std::lock_guard{state_};
    in_flight_ = 0;
  }

  const mqtt_options options_;

  std::mutex paho_;
  std::unique_ptr<mqtt::async_client> client_;

  std::mutex state_;
  std::condition_variable all_confirmed_;
  mqtt_listener listener_;
  phase phase_ = phase::idle;
  attempt_number attempt_ = 0;
  std::chrono::steady_clock::time_point asked_;
  std::condition_variable diagnosed_;
  int diagnoses_ = 0;
  std::deque<outgoing> waiting_;
  std::size_t in_flight_ = 0;
  bool pumping_ = false;
};

class paho_client final : public mqtt_client {
 public:
  paho_client(mqtt_options options, mqtt_listener listener)
      : connection_{std::make_shared<connection>(std::move(options), std::move(listener))} {}
  paho_client(const paho_client&) = delete;
  paho_client& operator=(const paho_client&) = delete;
  ~paho_client() override { connection_->close(); }

  void connect() override { connection_->connect(); }
  void subscribe(std::vector<std::string> topics) override { connection_->subscribe(topics); }
  bool publish(std::string_view topic, std::string_view payload, bool retained) override {
    return connection_->publish(topic, payload, retained);
  }
  bool publish_live(std::string_view topic, std::string_view payload) override {
    return connection_->publish(topic, payload, false, paho_outstanding_live);
  }
  void disconnect() override { connection_->disconnect(); }

 private:
  std::shared_ptr<connection> connection_;
};

}  // namespace

std::unique_ptr<mqtt_client> make_paho_client(mqtt_options options, mqtt_listener listener) {
  return std::make_unique<paho_client>(std::move(options), std::move(listener));
}

}  // namespace hearth
