#include "actors/home_assistant.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <set>
#include <utility>

namespace hearth {
namespace {

using json = nlohmann::ordered_json;
using namespace std::chrono_literals;

/// Whoever hears of an entity needs a moment to listen to it, and no chart shows more than this.
constexpr duration pause = 10s;
constexpr duration repeat_after = 5min;
/// A broker that was started anew in between has forgotten, and its port does not tell.
constexpr duration introduced_again_after = 10min;
/// Two repetitions may get lost.
constexpr auto expires_after =
    std::chrono::floor<std::chrono::seconds>(2 * repeat_after + 1min).count();
/// A heat pump that draws this part of its nameplate runs; the rest is stand-by.
constexpr double running_part = 0.05;
/// What is shown at once is this part of what a live picture of the node calls noticeable.
constexpr double shown_part = 0.2;
/// How Home Assistant calls a state that nobody knows.
constexpr auto nobody_knows = "None";

/// How a unit is called there, and what kind of number it is. Empty: there is no word for it.
struct way_to_tell {
  const char* unit;
  const char* device_class;
  const char* state_class;
  double scale = 1;
};

way_to_tell way_of(unit u) {
  switch (u) {
  case unit::watt: return {"W", "power", "measurement"};
  case unit::var: return {"var", "reactive_power", "measurement"};
  case unit::volt_ampere: return {"VA", "apparent_power", "measurement"};
  case unit::watt_hour: return {"Wh", "energy", "total_increasing"};
  case unit::volt: return {"V", "voltage", "measurement"};
  case unit::ampere: return {"A", "current", "measurement"};
  case unit::hertz: return {"Hz", "frequency", "measurement"};
  case unit::celsius: return {"°C", "temperature", "measurement"};
  // A device class would make a difference of 10 K one of −263 °C.
  case unit::kelvin: return {"K", "", "measurement"};
  case unit::litre: return {"L", "volume", "total_increasing"};
  case unit::litre_per_minute: return {"L/min", "volume_flow_rate", "measurement"};
  case unit::pascal: return {"Pa", "pressure", "measurement"};
  case unit::second: return {"s", "duration", "measurement"};
  case unit::fraction: return {"%", "", "measurement", 100};
  case unit::usd_per_mwh: return {"USD/MWh", "", "measurement"};
  case unit::count:
  case unit::on_off: return {"", "", ""};
  }
  return {"", "", ""};
}

std::string in_digits(double value, int digits) {
  auto text = std::array<char, 64>{};
  const auto size = std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  // What is longer than any real reading is none.
  if (!std::isfinite(value) || size < 0 || static_cast<std::size_t>(size) >= text.size())
    return nobody_knows;
  return text.data();
}

/// Only what may stand in a discovery topic.
std::string plain(const std::string& name) {
  auto out = std::string{};
  for (const auto c : name) {
    const auto kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    out += kept || c == '-' ? c : '_';
  }
  return out;
}

}  // namespace

home_assistant::home_assistant(std::shared_ptr<const layout> house, std::string program_version)
    : house_{std::move(house)} {
  const auto& l = *house_;
  const auto site = plain(l.site);
  const auto house_id = "hearth_" + site;
  const auto whole_house = json{{"identifiers", json::array({house_id})},
                                {"name", "Hearth " + l.site},
                                {"manufacturer", "Hearth"},
                                {"model", "house"},
                                {"sw_version", program_version}};
  const auto prefix = l.home_assistant ? l.home_assistant->prefix : std::string{"homeassistant"};
  auto taken = std::set<std::string>{};
  const auto add = [&](subject about, std::size_t place, const std::string& component,
                       const std::string& id, json says, json device) {
    auto object = plain(id);
    for (auto i = 2; !taken.insert(object).second; ++i)
      object = plain(id) + "_" + std::to_string(i);
    auto e = entity{};
    e.about = about;
    e.place = place;
    e.topic = "hearth/home/" + site + "/" + object;
    says["unique_id"] = house_id + "_" + object;
    says["state_topic"] = e.topic;
    says["expire_after"] = expires_after;
    says["device"] = std::move(device);
    says["origin"] = {{"name", "Hearth"}, {"sw_version", program_version}};
    if (about == subject::in_charge) {
      says["json_attributes_topic"] = e.topic;
      says["value_template"] = "{{ value_json.in_charge }}";
    }
    e.introduction = {prefix + "/" + component + "/" + house_id + "/" + object + "/config",
                      says.dump(-1, ' ', false, json::error_handler_t::replace), true};
    entities_.push_back(std::move(e));
  };
  // First the house, which the others name as what they belong to.
  if (l.plant) {
    add(subject::in_charge, 0, "sensor", "in_charge", {{"name", "In charge"}}, whole_house);
    add(subject::heat_pump, 0, "binary_sensor", "heat_pump",
        {{"name", "Heat pump"},
         {"device_class", "running"},
         {"payload_on", "ON"},
         {"payload_off", "OFF"}},
        whole_house);
    for (std::size_t i = 0; i < l.plant->zones.size(); ++i) {
      const auto& zone = l.plant->zones[i].name;
      add(subject::setpoint, i, "sensor", "setpoint_" + zone,
          {{"name", "Setpoint of " + zone},
           {"unit_of_measurement", "°C"},
           {"device_class", "temperature"},
           {"state_class", "measurement"}},
          whole_house);
    }
  }
  for (std::size_t i = 0; i < l.channels.size(); ++i) {
    const auto& c = l.channels[i];
    const auto& d = l[c.device];
    auto device = json{{"identifiers", json::array({house_id + "_" + plain(d.name)})},
                       {"name", l.site + " " + d.name},
                       {"model", d.model},
                       {"via_device", house_id}};
    if (!l.plant) device = whole_house;
    auto says = json{{"name", c.name}};
    if (c.unit == unit::on_off) {
      says["payload_on"] = "ON";
      says["payload_off"] = "OFF";
      add(subject::channel, i, "binary_sensor", c.name, std::move(says), std::move(device));
      continue;
    }
    const auto way = way_of(c.unit);
    const auto say = [&](const char* key, const char* value) {
      if (*value != '\0') says[key] = value;
    };
    say("unit_of_measurement", way.unit);
    say("device_class", way.device_class);
    say("state_class", way.state_class);
    add(subject::channel, i, "sensor", c.name, std::move(says), std::move(device));
  }
}

void home_assistant::hear(const body& said) {
  if (const auto* state = std::get_if<state_report>(&said)) state_ = *state;
}

void home_assistant::begin_again() {
  for (auto& e : entities_) {
    e.introduced.reset();
    e.said.reset();
  }
  next_ = 0;
}

std::vector<bus_request> home_assistant::say(const snapshot& now) {
  auto batch = std::vector<bus_request>{};
  for (std::size_t i = 0; i < entities_.size() && batch.size() < most_at_once; ++i) {
    auto& e = entities_[next_];
    next_ = (next_ + 1) % entities_.size();
    if (!e.introduced || now.at - e.introduced_at >= introduced_again_after) {
      if (!e.introduced) e.introduced = now.at;
      e.introduced_at = now.at;
      batch.emplace_back(e.introduction);
      continue;
    }
    if (now.at - *e.introduced < pause || (e.said && now.at - e.said_at < pause)) continue;
    auto is = of(e, now);
    const auto moved =
        is.value && e.value ? std::abs(*is.value - *e.value) >= is.noticeable : is.text != e.said;
    if (e.said && !moved && now.at - e.said_at < repeat_after) continue;
    e.said = is.text;
    e.value = is.value;
    e.said_at = now.at;
    batch.emplace_back(mqtt_publish{e.topic, std::move(is.text)});
  }
  return batch;
}

home_assistant::word home_assistant::of(const entity& e, const snapshot& now) const {
  switch (e.about) {
  case subject::channel: return of_channel({static_cast<std::uint16_t>(e.place)}, now);
  case subject::heat_pump: return of_heat_pump(now);
  case subject::in_charge: return of_charge();
  case subject::setpoint: break;
  }
  const auto wanted = e.place < setpoints_.size() ? setpoints_[e.place].setpoint : std::nullopt;
  return {wanted ? in_digits(wanted->in_celsius(), 1) : nobody_knows};
}

home_assistant::word home_assistant::of_channel(channel_id c, const snapshot& now) const {
  const auto& p = now[c];
  const auto u = (*house_)[c].unit;
  if (p.quality != quality::good || !p.value || p.value->unit != u) return {nobody_knows};
  if (u == unit::on_off) return {p.value->amount != 0 ? "ON" : "OFF"};
  const auto row = std::ranges::find(unit_table, u, &unit_row::id);
  const auto scale = way_of(u).scale;
  const auto digits = -row->told_exponent - static_cast<int>(std::lround(std::log10(scale)));
  auto told = in_digits(scale * p.value->amount, std::max(0, digits));
  if (told == nobody_knows) return {std::move(told)};
  return {std::move(told), p.value->amount, shown_part * row->noticeable};
}

home_assistant::word home_assistant::of_heat_pump(const snapshot& now) const {
  const auto& heat_pump = house_->plant->heat_pump;
  auto runs = now.good<bool>(heat_pump.enable);
  if (const auto drawn =
          heat_pump.power_meter ? now.good<power>(*heat_pump.power_meter) : std::optional<power>{})
    runs = *drawn >= running_part * heat_pump.max_power;
  if (!runs) return {nobody_knows};
  return {*runs ? "ON" : "OFF"};
}

home_assistant::word home_assistant::of_charge() const {
  auto says = json{{"in_charge", nobody_knows}};
  if (state_)
    says = {{"in_charge", to_text(state_->in_charge)},
            {"mode", state_->mode},
            {"cause", state_->cause},
            {"contract", state_->contract_id}};
  return {says.dump(-1, ' ', false, json::error_handler_t::replace)};
}

}  // namespace hearth
