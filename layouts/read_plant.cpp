#include "layouts/draft.hpp"

#include <set>

namespace hearth {
namespace {

std::string with_article(unit u) {
  return u == unit::on_off ? "an on/off channel" : "a channel in " + std::string{symbol(u)};
}

void read_heat_pump(draft& d, section_reader& plant) {
  auto from = plant.inner("heat_pump");
  if (!from) return;
  auto& made = d.result.plant->heat_pump;
  made.enable = d.channel(*from, "enable", "the heat pump").value_or(channel_id{});
  made.power_meter = d.channel(*from, "power", "");
  made.pump = d.channel(*from, "pump", "the heat pump");
  made.max_power = from->number("max_power").value_or(0) * watt;
  made.min_on = from_seconds(from->number("min_on").value_or(0));
  made.min_off = from_seconds(from->number("min_off").value_or(0));
  if (const auto starts = from->integer("starts_per_hour"))
    made.starts_per_hour = static_cast<std::size_t>(*starts);
  from->each("cop", [&](section_reader point) {
    made.cop.push_back({celsius(point.number("outdoor").value_or(0)),
                        celsius(point.number("leaving_water").value_or(0)),
                        point.number("cop").value_or(0)});
  });
}

void read_layers(draft& d, section_reader& from, store_layout& made) {
  const auto* layers = from.list("layers");
  if (!layers) return;
  if (layers->items.empty())
    d.out.add(from.place_of("layers"), "the store has no layers",
              "name its sensors from the hottest to the coldest");
  auto seen = std::set<channel_id>{};
  for (const auto& item : layers->items) {
    if (!expect_kind(d.out, *item, yaml_node::kind::scalar, "an entry of 'layers'")) continue;
    const auto found = d.resolve(from.row("layers"), item->text, item->at, "");
    if (!found) continue;
    if (!seen.insert(*found).second)
      d.out.add(item->at, "layer " + in_quotes(item->text) + " stands here twice",
                "each layer has its own sensor");
    made.layers.push_back(*found);
  }
}

void read_store(draft& d, section_reader& plant) {
  auto from = plant.inner("store");
  if (!from) return;
  auto& made = d.result.plant->store.emplace();
  made.volume = from->number("volume").value_or(0) * litre;
  made.max = celsius(from->number("max").value_or(95));
  made.min_top = celsius(from->number("min_top").value_or(0));
  read_layers(d, *from, made);
  from->each("heating_curve", [&](section_reader point) {
    made.heating_curve.push_back({celsius(point.number("outdoor").value_or(0)),
                                  celsius(point.number("supply").value_or(0))});
    if (made.heating_curve.back().supply >= made.max)
      d.out.add(point.place_of("supply"), "the rooms need hotter water than the store may hold",
                "'supply' must be below the store's 'max'");
  });
  if (made.min_top >= made.max)
    d.out.add(from->place_of("min_top"), "'min_top' is not below 'max'",
              "the store is kept between them; leave at least a few kelvins");
}

void read_zone(draft& d, section_reader& from, std::map<std::string, position>& names) {
  auto zone = zone_layout{};
  zone.name = from.text("id").value_or("");
  const auto owner = "zone " + in_quotes(zone.name);
  if (!zone.name.empty()) {
    const auto [first, is_new] = names.try_emplace(zone.name, from.place_of("id"));
    if (!is_new)
      d.out.add(from.place_of("id"), owner + " stands here twice",
                "the first is in " + in_line(first->second) + "; give each zone a name of its own");
  }
  zone.temperature_channel = d.channel(from, "temperature", "").value_or(channel_id{});
  zone.call = d.channel(from, "call", owner);
  zone.critical = from.flag("critical").value_or(false);
  const auto* setpoint = from.find("setpoint");
  const auto says_channel = setpoint && setpoint->value->is == yaml_node::kind::scalar &&
                            setpoint->value->text.find_first_of("0123456789") != 0 &&
                            !setpoint->value->text.starts_with('-');
  if (says_channel)
    zone.setpoint = d.channel(from, "setpoint", "").value_or(channel_id{});
  else
    zone.setpoint = celsius(from.number("setpoint").value_or(0));
  d.result.plant->zones.push_back(std::move(zone));
}

}  // namespace

std::optional<channel_id> draft::resolve(const field& wanted, const std::string& name, position at,
                                         const std::string& owner) {
  const auto found = channels.find(name);
  if (found == channels.end()) {
    if (!doubtful.contains(name))
      out.add_unknown(at, "no device feeds a channel " + in_quotes(name), name, keys_of(channels));
    return {};
  }
  const auto& channel = result[found->second];
  if (channel.unit != wanted.channel_unit) {
    out.add(at,
            in_quotes(name) + " is " + with_article(channel.unit) + ", but '" + wanted.key +
                "' wants " + with_article(wanted.channel_unit),
            wanted.help);
    return {};
  }
  if (!wanted.commanded) return found->second;
  if (!channel.actuator) {
    out.add(at, in_quotes(name) + " cannot be commanded",
            "'" + wanted.key + "' wants the state of a relay or a writable coil");
    return {};
  }
  const auto [first, is_new] = owners.try_emplace(found->second, owner);
  if (is_new) return found->second;
  out.add(at, in_quotes(name) + " is already commanded by " + first->second,
          "two owners of one actuator would fight; give " + owner + " its own");
  return {};
}

std::optional<channel_id> draft::channel(section_reader& from, std::string_view key,
                                         const std::string& owner) {
  const auto* found = from.find(key);
  if (!found ||
      !expect_kind(out, *found->value, yaml_node::kind::scalar, "'" + std::string{key} + "'"))
    return {};
  return resolve(from.row(key), found->value->text, found->value->at, owner);
}

void read_plant(draft& d, section_reader& top) {
  auto from = top.inner("plant");
  if (!from) return;
  d.result.plant.emplace();
  read_heat_pump(d, *from);
  read_store(d, *from);
  auto names = std::map<std::string, position>{};
  from->each("zones", [&](section_reader zone) { read_zone(d, zone, names); });
  auto& made = *d.result.plant;
  made.outdoor = d.channel(*from, "outdoor", "");
  made.house_power = d.channel(*from, "house_power", "");
  if (const auto limit = from->number("electrical_limit")) made.electrical_limit = *limit * watt;
  if (const auto limit = from->number("freeze_limit")) made.freeze_limit = celsius(*limit);
}

}  // namespace hearth
