#include "tools/atn/station.hpp"

#include "drivers/ports/paho_client.hpp"
#include "protocol/topics.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>
#include <unistd.h>

namespace hearth::atn {
namespace {

std::uint64_t random_number() {
  auto device = std::random_device{};
  return (std::uint64_t{device()} << 32U) | device();
}

}  // namespace

std::string random_id() {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx",
                static_cast<unsigned long long>(random_number()));
  return text.data();
}

result<std::unique_ptr<node_store>> open_store(const settings& s, bool to_read) {
  if (s.no_state) return std::unique_ptr<node_store>{};
  const auto file =
      s.state_file.empty() ? default_node_store() : std::filesystem::path{s.state_file};
  if (!file)
    return failed(fault_code::no_such_device,
                  "neither HOME nor XDG_STATE_HOME is set; give --state FILE");
  return to_read ? node_store::open_to_read(*file) : node_store::open(*file);
}

station::station(const settings& s, const std::string& role, std::unique_ptr<node_store> store,
                 hearth::node n)
    : settings_{s},
      store_{std::move(store)},
      node_{std::move(n)},
      reconnect_{random_number()},
      last_save_{world_.now()},
      client_{make_paho_client(
          {.uri = s.broker,
           .client_id = "atn-" + role + "-" + std::to_string(::getpid()) + "-" + random_id(),
           .ca = s.ca,
           .cert = s.cert,
           .key = s.key,
           .will = {},
           .unconfirmed = &goes_unconfirmed},
          [this](mqtt_event e) { listen(std::move(e)); })} {}

station::~station() { client_.reset(); }

void station::listen(mqtt_event e) {
  const auto guard = std::lock_guard{lock_};
  queue_.push(std::move(e));
  woken_.notify_one();
}

station::happened station::serve(std::chrono::milliseconds longest) {
  advance(reconnect_.tick(world_.now()));
  auto events = std::vector<mqtt_event>{};
  {
    auto guard = std::unique_lock{lock_};
    woken_.wait_for(guard, longest, [this] { return !queue_.empty(); });
    events = queue_.take(node_limits::batch_events, node_limits::batch_bytes);
    if (queue_.dropped() != dropped_told_)
      spdlog::warn("queue full: {} messages dropped so far; houses send what matters again",
                   dropped_told_ = queue_.dropped());
  }

  auto out = happened{};
  auto answers = std::vector<outgoing>{};
  const auto now = settings_.now();
  for (const auto& e : events) {
    follow(e);
    const auto* m = std::get_if<mqtt_message>(&e);
    if (m == nullptr) continue;
    auto t = node_.take(*m, now);
    std::ranges::move(t.send, std::back_inserter(answers));
    t.send.clear();
    out.heard.push_back(std::move(t));
  }
  std::ranges::move(node_.acknowledge(now), std::back_inserter(answers));
  auto plan = ready() ? node_.tick(now) : std::vector<outgoing>{};

  if (!save(!answers.empty() || !plan.empty())) return out;
  for (const auto& a : answers)
    if (!publish(a)) spdlog::debug("{} not sent; the house will ask again", a.topic);
  for (auto& p : plan)
    if (publish(p))
      out.said.push_back(std::move(p));
    else
      spdlog::debug("{} not sent; it is said again later", p.topic);
  return out;
}

void station::follow(const mqtt_event& e) {
  if (std::holds_alternative<mqtt_connected>(e)) spdlog::info("connected to {}", settings_.broker);
  const auto* failed = std::get_if<mqtt_connect_failed>(&e);
  const auto* lost = std::get_if<mqtt_disconnected>(&e);
  if (failed != nullptr || lost != nullptr) {
    auto why = to_text(failed != nullptr ? failed->why : lost->why);
    // An outage of a night is one line, not thousands.
    const auto level = why == trouble_ ? spdlog::level::debug : spdlog::level::warn;
    spdlog::log(level, "{} {}: {}; trying again", failed != nullptr ? "no connection to" : "lost",
                settings_.broker, why);
    trouble_ = std::move(why);
  }
  advance(reconnect_.on(e, world_.now()));
}

void station::advance(reconnect::todo what) {
  switch (what) {
  case reconnect::todo::nothing: return;
  case reconnect::todo::connect: return client_->connect();
  case reconnect::todo::subscribe: return client_->subscribe(node_.topics());
  }
}

bool station::publish(const outgoing& message) {
  return client_->publish(message.topic, message.payload, false);
}

void station::disconnect() {
  client_->disconnect();
  save(true);
}

bool station::save(bool at_once) {
  if (!store_) {
    node_.saved();
    return true;
  }
  const auto now = world_.now();
  if (!at_once && now < last_save_ + node_limits::live_save_every) return true;
  last_save_ = now;
  const auto f = keep(node_, *store_);
  if (f && !store_failing_)
    spdlog::error("nothing is acknowledged until it can be kept: {}", to_text(*f));
  if (!f && store_failing_) spdlog::warn("what is heard can be kept again");
  store_failing_ = f.has_value();
  return !f;
}

}  // namespace hearth::atn
