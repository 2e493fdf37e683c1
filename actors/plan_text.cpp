#include "actors/plan_text.hpp"

#include "actors/interlock.hpp"
#include "drivers/bus_load.hpp"
#include "drivers/registry.hpp"
#include "protocol/limits.hpp"
#include "protocol/topics.hpp"

#include <algorithm>
#include <iomanip>
#include <sstream>

namespace hearth {
namespace {

std::string heading(const std::string& text) { return "\n" + text + "\n"; }

/// Columns padded to their widest cell; Unicode counts by code point.
class text_table {
 public:
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  [[nodiscard]] std::string str() const {
    auto widths = std::vector<std::size_t>{};
    for (const auto& r : rows_)
      for (std::size_t i = 0; i < r.size(); ++i) {
        widths.resize(std::max(widths.size(), i + 1));
        widths[i] = std::max(widths[i], width(r[i]));
      }
    auto out = std::string{};
    for (const auto& r : rows_) {
      out += " ";
      for (std::size_t i = 0; i < r.size(); ++i) {
        out += " " + r[i];
        if (i + 1 < r.size()) out += std::string(widths[i] - width(r[i]) + 1, ' ');
      }
      out += "\n";
    }
    return out;
  }

 private:
  static std::size_t width(const std::string& s) {
    return static_cast<std::size_t>(std::count_if(
        s.begin(), s.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
  }
  std::vector<std::vector<std::string>> rows_;
};

std::string number(double value, int digits) {
  auto text = std::ostringstream{};
  text << std::fixed << std::setprecision(digits) << value;
  return text.str();
}

std::string shown(const option_value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  if (const auto* real = std::get_if<double>(&value)) {
    auto text = std::ostringstream{};
    text << *real;
    return text.str();
  }
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  return std::to_string(std::get<std::vector<register_row>>(value).size()) + " rows";
}

std::string shown(const option_map& options) {
  auto text = std::string{};
  for (const auto& [key, value] : options)
    text += (text.empty() ? "" : ", ") + key + " " + shown(value);
  return text;
}

std::string on_change_text(const channel_layout& c) {
  auto text = std::string{"once a slot"};
  if (c.report_every) text = "every " + to_text(*c.report_every);
  if (c.on_change) {
    auto change = std::ostringstream{};
    change << *c.on_change;
    text += ", on " + change.str() + " " +
            std::string{symbol(c.unit == unit::celsius ? unit::kelvin : c.unit)};
  }
  return text;
}

std::string fail_safe_of(const layout& house, const channel_layout& c) {
  const auto& options = house[c.device].options;
  if (has_option(options, "fail_safe")) return text_option(options, "fail_safe");
  return c.unit == unit::on_off ? "off" : "its lowest value";
}

}  // namespace

std::vector<std::string> actor_names(const layout& house) {
  auto names = std::vector<std::string>{};
  for (const auto& b : house.buses) names.push_back("bus " + b.name);
  for (const auto& d : house.devices) names.push_back("device " + d.name);
  names.insert(names.end(), {"timekeeper", "blackboard"});
  if (house.plant && house.plant->store) names.emplace_back("planner");
  names.insert(names.end(), {"dispatcher", "reporter"});
  if (house.history) names.emplace_back("history");
  if (house.link) names.emplace_back("upstream");
  if (house.portal) names.emplace_back("portal");
  if (house.home_assistant) names.emplace_back("home assistant");
  return names;
}

namespace plan_text {

std::string site(const layout& house) {
  auto out = "Site " + house.site + " in " + house.timezone + ", layout " +
             house.hash.substr(0, 12) + "\n";
  if (house.portal)
    out += "  page at " + house.portal->listen +
           (house.portal->cert.empty() ? ", not encrypted (loopback only)"
                                       : ", TLS with certificate " + house.portal->cert) +
           (house.portal->metrics_token_sha256.empty() ? "; no metrics"
                                                       : "; metrics for whoever has their token") +
           "\n";
  if (!house.link) return out + "  no node: the house decides by itself\n";
  out += "  node by " + house.link->broker +
         (house.link->anyone_may_command ? ", NOT ENCRYPTED: anyone may listen and command"
          : house.link->cert.empty()     ? ", not encrypted (loopback only)"
                                         : ", TLS with certificate " + house.link->cert) +
         "\n";
  return out +
         "  admin requests from the node: " + (house.link->remote_admin ? "taken" : "refused") +
         "\n";
}

std::string actors(const layout& house) {
  auto out = heading("Actors: the supervisor spawns, in this order");
  auto line = std::string{};
  for (const auto& name : actor_names(house)) {
    if (line.size() + name.size() > 92) {
      out += "  " + line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " · ") + name;
  }
  return out + "  " + line + "\n";
}

std::string buses(const layout& house) {
  auto table = text_table{};
  table.row({"bus", "kind", "options", "devices", "polls"});
  for (std::uint16_t i = 0; i < house.buses.size(); ++i) {
    const auto& b = house.buses[i];
    const auto on = std::ranges::count(house.devices, bus_id{i}, &device_layout::bus);
    auto cells = std::vector{b.name, b.kind, shown(b.options), std::to_string(on)};
    if (const auto load = poll_load(house, bus_id{i})) cells.push_back(to_text(*load));
    table.row(std::move(cells));
  }
  return heading("Buses: " + std::to_string(house.buses.size())) + table.str();
}

std::string devices(const layout& house) {
  auto table = text_table{};
  table.row({"device", "model", "bus", "poll", "options"});
  for (const auto& d : house.devices)
    table.row({d.name, d.model, house[d.bus].name, to_text(d.poll_every), shown(d.options)});
  return heading("Devices: " + std::to_string(house.devices.size())) + table.str();
}

std::string channels(const layout& house) {
  auto table = text_table{};
  table.row({"channel", "unit", "from", "stale after", "in the report"});
  for (const auto& c : house.channels)
    table.row({c.name, std::string{symbol(c.unit)}, house[c.device].name + "." + c.key,
               to_text(c.max_age), on_change_text(c)});
  return heading("Channels: " + std::to_string(house.channels.size())) + table.str();
}

std::string topics(const layout& house) {
  auto table = text_table{};
  if (house.link) {
    table.row({"says", birth_topic(house.site), "online or offline, retained"});
    for (const auto* kind : {"report", "event", "outcome", "contract"})
      table.row({"says", up_topic(house.site, kind), "journaled: repeated until acknowledged"});
    for (const auto* kind : {"power", "snapshot", "state", "layout", "heartbeat", "ack", "nack"})
      table.row({"says", up_topic(house.site, kind), "live: newest wins"});
    table.row({"hears", down_topic(house.site, "#"),
               "contracts, withdrawals, prices, weather, requests, queries"});
  }
  for (std::uint16_t i = 0; i < house.devices.size(); ++i) {
    const auto* kind = find_model(house.devices[i].model);
    if (!kind) continue;
    for (const auto& topic : kind->make(house, device_id{i})->topics())
      table.row(
          {"hears", topic,
           "device " + house.devices[i].name + " on bus " + house[house.devices[i].bus].name});
  }
  return heading("Topics") + table.str();
}

std::string interlocks(const layout& house) {
  if (!house.plant) return heading("Interlocks: none, for there is no plant");
  const auto& plant = *house.plant;
  const auto enable = house[plant.heat_pump.enable].name;
  auto table = text_table{};
  const auto rule = [&](interlock_rule r, const std::string& when, const std::string& then) {
    table.row({std::string{to_text(r)}, when, then});
  };
  rule(interlock_rule::expired, "a command is older than " + to_text(limits::command_life),
       "dropped");
  if (plant.store)
    rule(interlock_rule::store_too_hot,
         "a store layer reaches " + number(plant.store->max.in_celsius(), 1) + " °C",
         enable + " off");
  if (plant.heat_pump.pump)
    rule(interlock_rule::pump_stopped,
         house[*plant.heat_pump.pump].name + " is seen off while the heat pump runs",
         enable + " off");
  rule(interlock_rule::freezing,
       "a zone or layer is below " + number(plant.freeze_limit.in_celsius(), 1) + " °C",
       enable + (plant.heat_pump.pump ? ", its pump" : "") + " and calls on");
  if (plant.store)
    rule(interlock_rule::blind, "no store temperature can be trusted", enable + " released");
  if (plant.electrical_limit)
    rule(
        interlock_rule::electrical_limit,
        "the house would draw more than " + number(plant.electrical_limit->in(kilowatt), 1) + " kW",
        enable + " off");
  if (house.link)
    rule(interlock_rule::grid_limit, "the house would draw more than the grid allows now",
         enable + " off");
  rule(interlock_rule::minimum_off,
       "stopped less than a minimum off time of " + to_text(plant.heat_pump.min_off) + " ago",
       enable + " stays off");
  if (plant.heat_pump.starts_per_hour)
    rule(interlock_rule::starts_per_hour,
         "started " + std::to_string(*plant.heat_pump.starts_per_hour) + " times within the hour",
         enable + " stays off");
  if (plant.heat_pump.pump)
    rule(interlock_rule::pump_first,
         house[*plant.heat_pump.pump].name + " has not been seen on before a start",
         enable + " stays off");
  rule(interlock_rule::minimum_on,
       "started less than a minimum on time of " + to_text(plant.heat_pump.min_on) + " ago",
       enable + " stays on");
  return heading("Interlocks: whoever commands, the first that objects decides") + table.str();
}

std::string authorities(const layout& house) {
  auto table = text_table{};
  table.row({"actuator", "commanded by, highest rank first", "when nobody commands"});
  const auto own = house.plant ? plant_actuators(*house.plant) : std::vector<channel_id>{};
  for (std::uint16_t i = 0; i < house.channels.size(); ++i) {
    const auto& c = house.channels[i];
    if (!c.actuator) continue;
    auto who = std::string{house.link && house.link->remote_admin ? "admin" : ""};
    const auto add = [&](const char* rank) {
      who += (who.empty() ? "" : " > ") + std::string{rank};
    };
    if (house.plant && channel_id{i} == house.plant->heat_pump.enable) {
      if (house.link) {
        add(house.plant->store ? "grid (shed, raise)" : "grid (shed)");
        add("contract");
      }
      add("local");
    } else if (std::ranges::count(own, channel_id{i}) > 0) {
      add("local");
    }
    table.row({c.name, who.empty() ? "nobody" : who, fail_safe_of(house, c)});
  }
  return heading("Who may command what (admin leases end after " +
                 to_text(limits::admin_lease_default) + " unless asked for, at most " +
                 to_text(limits::admin_lease_longest) + ")") +
         table.str();
}

}  // namespace plan_text
}  // namespace hearth
