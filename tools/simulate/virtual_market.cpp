#include "tools/simulate/virtual_market.hpp"

#include "actors/node/keeping.hpp"
#include "protocol/topics.hpp"
#include "tools/simulate/stand_in.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace hearth::simulate {
namespace {

std::string site_name(std::size_t i) {
  auto text = std::array<char, 32>{};
  std::snprintf(text.data(), text.size(), "house-%05zu", i + 1);
  return text.data();
}

node_options options_of(const market_plan& plan) {
  auto out = node_options{.boot_id = "node", .sites = {}, .dispatch = {}};
  out.dispatch.emplace();
  out.dispatch->bids = true;
  out.dispatch->timezone = plan.homes.front()->timezone;
  return out;
}

outlook outlook_of(const market_plan& plan) {
  auto expected = plan.prices;
  if (!plan.day_ahead) return {prices_of(expected), weather_of(*plan.outdoor)};
  expected.front() = *plan.day_ahead;
  return {prices_of(expected), weather_of(*plan.outdoor), prices_of(plan.prices)};
}

}  // namespace

class virtual_market::client final : public mqtt_client {
 public:
  client(virtual_market& to, std::string site, mqtt_options options, mqtt_listener listener)
      : to_{to},
        site_{std::move(site)},
        options_{std::move(options)},
        listener_{std::move(listener)} {
    to_.clients_[site_] = this;
  }
  ~client() override {
    if (connected_ && options_.will) to_.hear(options_.will->topic, options_.will->payload);
    if (to_.clients_[site_] == this) to_.clients_.erase(site_);
  }
  void connect() override {
    connected_ = true;
    listener_(mqtt_connected{});
  }
  void subscribe(std::vector<std::string>) override {
    if (connected_) listener_(mqtt_subscribed{});
  }
  bool publish(std::string_view topic, std::string_view payload, bool) override {
    if (connected_) to_.hear(std::string{topic}, std::string{payload});
    return connected_;
  }
  void disconnect() override { connected_ = false; }

  void deliver(const outgoing& m) {
    if (connected_) listener_(mqtt_message{m.topic, m.payload});
  }

 private:
  virtual_market& to_;
  std::string site_;
  mqtt_options options_;
  mqtt_listener listener_;
  bool connected_ = false;
};

virtual_market::virtual_market(market_plan plan, std::unique_ptr<node_store> store)
    : plan_{std::move(plan)},
      store_{std::move(store)},
      node_{options_of(plan_), outlook_of(plan_), {}},
      now_{plan_.when.from} {
  for (std::size_t i = 0; i < plan_.houses; ++i) {
    auto own = on_stand_ins(*plan_.homes[i % plan_.homes.size()], plan_.step);
    own.site = site_name(i);
    own.simulation->seed = plan_.seed + i;
    auto& home = homes_[own.site];
    home.house = std::make_shared<const layout>(std::move(own));
    home.plant = std::make_shared<simulated_house>(
        simulated::plant{*home.house->plant, *home.house->simulation, plan_.outdoor, nullptr});
    open_relays(*home.house, *home.plant);
    (void)home.plant->read("outdoor", now_);  // the plant's clock starts here
    home.alive = std::make_unique<virtual_house>(house_plan{
        .house = home.house,
        .plant = home.plant,
        .from = now_,
        .boot_id = "boot",
        .connect =
            [this, site = home.house->site](mqtt_options options, mqtt_listener listener) {
              return std::make_unique<client>(*this, site, std::move(options), std::move(listener));
            },
        .log = [](const event&) {},
        .seed = plan_.seed + i});
  }
}

// Their last words are heard.
virtual_market::~virtual_market() {
  for (auto& [site, home] : homes_) home.alive.reset();
}

result<bool> virtual_market::live() {
  if (now_ >= plan_.when.to) return false;
  const auto from = now_;
  const auto plan = node_.tick(from);
  if (auto f = keep(node_, *store_)) return tl::make_unexpected(*f);
  say(plan);
  const auto until = std::min(from + plan_.step, plan_.when.to);
  for (auto& [site, home] : homes_) {
    now_ = from;
    home.alive->live_until(until);
  }
  now_ = until;
  return true;
}

void virtual_market::hear(const std::string& topic, const std::string& payload) {
  ++messages_;
  const auto where = parse_topic(topic);
  const auto from = where ? homes_.find(where->site) : homes_.end();
  if (from == homes_.end()) return;
  if (from->second.alive) now_ = std::max(now_, from->second.alive->now());
  const auto turn = node_.take({topic, payload}, now_);
  const auto acks = node_.acknowledge(now_);
  say(turn.send);
  say(acks);
}

void virtual_market::say(const std::vector<outgoing>& all) {
  for (const auto& each : all) {
    ++messages_;
    if (const auto to = clients_.find(each.message.site); to != clients_.end())
      to->second->deliver(each);
  }
}

std::vector<std::string> virtual_market::sites() const {
  auto out = std::vector<std::string>{};
  for (const auto& [site, home] : homes_) out.push_back(site);
  return out;
}

result<site_settlement> virtual_market::settlement(const std::string& site) {
  return settlement_in(*store_, site);
}

}  // namespace hearth::simulate
