#include "layouts/draft.hpp"
#include "layouts/quantity.hpp"
#include "protocol/limits.hpp"

#include <algorithm>
#include <utility>

namespace hearth {
namespace {

std::string shown(const option_value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return in_quotes(*text);
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  if (const auto* number = std::get_if<double>(&value)) return plain_number(*number);
  return "this";
}

/// "a or b or c"
std::string any_of(const std::vector<std::string>& words) {
  auto text = std::string{};
  for (const auto& word : words) text += (text.empty() ? "" : " or ") + word;
  return text;
}

const model_spec* find_spec(const catalog& known, std::string_view name) {
  const auto found = std::ranges::find(known.models, name, &model_spec::name);
  return found == known.models.end() ? nullptr : &*found;
}

/// What is known of all devices while they are read one after the other.
struct device_table {
  draft& d;
  std::map<std::string, position, std::less<>> names = {};
  /// (bus, what) → the device that has it
  std::map<std::pair<std::uint16_t, std::string>, device_id> owned = {};
};

/// `what` of its bus belongs to this device, unless another one has it already.
void claim(device_table& table, device_id id, const std::string& what, position at,
           const std::string& keys) {
  auto& d = table.d;
  const auto& device = d.result[id];
  const auto [owner, is_new] = table.owned.try_emplace({device.bus.value, what}, id);
  if (is_new) return;
  const auto& first = d.result[owner->second];
  d.out.add(at,
            what + " of bus " + in_quotes(d.result[device.bus].name) + " already belongs to " +
                in_quotes(first.name) + " (" + in_line(first.at) + ")",
            "give each device its own " + keys);
}

/// A device owns the combination of its owned options on its bus: an address, or a topic and a
/// relay; and each line that one of its options names.
void claim_all(device_table& table, section_reader& from, const model_spec& model, device_id id) {
  auto what = std::string{};
  auto keys = std::string{};
  const auto& options = table.d.result[id].options;
  for (const auto& option : model.options) {
    const auto value = options.find(option.key);
    if (value == options.end()) continue;
    if (!option.claims.empty())
      claim(table, id, option.claims + " " + shown(value->second), from.place_of(option.key),
            option.claims);
    if (!option.owned) continue;
    what += (what.empty() ? "" : " and ") + option.key + " " + shown(value->second);
    keys += (keys.empty() ? "" : " or ") + option.key;
  }
  if (what.empty()) return;
  const auto place = std::ranges::find_if(model.options, &option_spec::owned);
  claim(table, id, what, from.place_of(place->key), keys);
}

/// What a channel key of this device means; nothing if it has no such key.
std::optional<channel_spec> find_channel_spec(const model_spec& model, const option_map& options,
                                              std::string_view key) {
  for (const auto& spec : model.channels)
    if (spec.name == key) return spec;
  for (const auto& [name, value] : options) {
    const auto* rows = std::get_if<std::vector<register_row>>(&value);
    if (!rows) continue;
    const auto row = std::ranges::find(*rows, key, &register_row::channel);
    if (row != rows->end()) return channel_spec{row->channel, row->unit, "", row->writable};
  }
  return {};
}

std::vector<std::string> channel_keys(const model_spec& model, const option_map& options) {
  auto keys = std::vector<std::string>{};
  for (const auto& spec : model.channels) keys.push_back(spec.name);
  for (const auto& [name, value] : options)
    if (const auto* rows = std::get_if<std::vector<register_row>>(&value))
      for (const auto& row : *rows) keys.push_back(row.channel);
  return keys;
}

void read_report(draft& d, section_reader& from, channel_layout& channel) {
  auto report = from.inner("report");
  if (!report) return;
  if (const auto every = report->number("every")) channel.report_every = from_seconds(*every);
  const auto text = report->text("on_change");
  if (!text) return;
  // A temperature moves by kelvins, not by degrees on a scale.
  const auto own = row_of(channel.unit).dimension;
  const auto moved = own == dimension::temperature ? dimension::temperature_difference : own;
  const auto change = parse_quantity(*text, moved);
  if (!change)
    d.out.add(report->place_of("on_change"), change.error().message, change.error().hint);
  else if (*change <= 0)
    d.out.add(report->place_of("on_change"), "'on_change' must be more than nothing",
              "write it like '" + std::string{example_of(moved)} + "'");
  else
    channel.on_change = *change;
}

/// "power: hp.power", or "power: { id: hp.power, report: …, max_age: … }".
channel_layout read_channel(draft& d, const entry& at, const device_layout& device,
                            unit channel_unit) {
  auto channel = channel_layout{};
  channel.key = at.key;
  channel.at = at.value->at;
  channel.unit = channel_unit;
  channel.max_age = limits::stale_after_polls * device.poll_every;
  const auto& table = *device_section().find("channels");
  if (at.value->is != yaml_node::kind::map) {
    const auto name = read_scalar(d.out, table, *at.value);
    if (name) channel.name = std::get<std::string>(*name);
    return channel;
  }
  auto from = section_reader{d.out, *at.value, at.at, *table.inner, "channel " + in_quotes(at.key)};
  channel.name = from.text("id").value_or("");
  if (const auto* id = from.find("id")) channel.at = id->value->at;
  read_report(d, from, channel);
  if (const auto max_age = from.number("max_age")) {
    channel.max_age = from_seconds(*max_age);
    if (channel.max_age < device.poll_every)
      d.out.add(from.place_of("max_age"),
                "with 'max_age' " + to_text(channel.max_age) +
                    " the value would be stale before the next poll",
                "the device is polled every " + to_text(device.poll_every) +
                    "; make 'max_age' longer or 'poll' shorter");
  }
  return channel;
}

void add_channel(draft& d, channel_layout channel, bool certain) {
  if (channel.name.empty()) return;
  if (const auto known = d.channels.find(channel.name); known != d.channels.end()) {
    const auto& first = d.result[known->second];
    d.out.add(channel.at,
              "channel " + in_quotes(channel.name) + " is already fed by " +
                  in_quotes(d.result[first.device].name) + " (" + in_line(first.at) + ")",
              "give each channel a name of its own");
    return;
  }
  if (!certain) {
    d.doubtful.insert(channel.name);
    return;
  }
  const auto id = channel_id{static_cast<std::uint16_t>(d.result.channels.size())};
  d.channels.emplace(channel.name, id);
  d.result.devices[channel.device.value].channels.push_back(id);
  d.result.channels.push_back(std::move(channel));
}

void read_channels(draft& d, section_reader& from, const model_spec* model, device_id id) {
  const auto* table = from.table("channels");
  if (!table) return;
  if (table->entries.empty())
    d.out.add(from.place_of("channels"),
              "device " + in_quotes(d.result[id].name) + " feeds no channel",
              "name at least one of its channels, or remove the device");
  for (const auto& e : table->entries) {
    const auto& device = d.result[id];
    const auto spec = model ? find_channel_spec(*model, device.options, e.key) : std::nullopt;
    if (e.value->is == yaml_node::kind::nothing) {
      d.out.add(e.at, "channel key " + in_quotes(e.key) + " has no name",
                "write '" + e.key + ": name', such as 'power: hp.power'");
      continue;
    }
    auto channel = read_channel(d, e, device, spec ? spec->unit : unit::count);
    channel.device = id;
    channel.actuator = spec && spec->actuator;
    if (model && !spec)
      d.out.add_unknown(e.at,
                        "model " + in_quotes(model->name) + " has no channel " + in_quotes(e.key),
                        e.key, channel_keys(*model, device.options), listing::always);
    add_channel(d, std::move(channel), spec.has_value());
  }
}

/// The bus a device hangs on, if it exists and carries this model.
std::optional<bus_id> read_bus_of(draft& d, section_reader& from, const model_spec* model) {
  const auto name = from.text("bus");
  if (!name) return {};
  const auto found = d.buses.find(*name);
  if (found == d.buses.end() && !d.buses_known) return {};
  if (found == d.buses.end() && d.buses.empty()) {
    d.out.add(from.place_of("bus"), "there is no bus " + in_quotes(*name),
              "describe it under 'buses'");
    return {};
  }
  if (found == d.buses.end()) {
    d.out.add_unknown(from.place_of("bus"), "there is no bus " + in_quotes(*name), *name,
                      keys_of(d.buses), listing::always);
    return {};
  }
  const auto& kind = d.result[found->second].kind;
  if (!model || kind.empty() || std::ranges::find(model->bus_kinds, kind) != model->bus_kinds.end())
    return found->second;
  d.out.add(from.place_of("bus"),
            "model " + in_quotes(model->name) + " cannot hang on bus " + in_quotes(*name) +
                " of kind " + in_quotes(kind),
            "it needs a bus of kind " + any_of(model->bus_kinds));
  return {};
}

void read_device(device_table& table, const yaml_node& item) {
  auto& d = table.d;
  const auto model_name = peek(item, "model");
  const auto* model = find_spec(d.known, model_name);
  const auto keys = model ? section_of(*model) : device_section();
  const auto id_text = peek(item, "id");
  auto from = section_reader{
      d.out, item, item.at, keys, id_text.empty() ? "this device" : "device " + in_quotes(id_text),
      !model};
  const auto* named = from.find("model");
  if (named && expect_kind(d.out, *named->value, yaml_node::kind::scalar, "'model'") && !model) {
    auto names = std::vector<std::string>{};
    for (const auto& spec : d.known.models) names.push_back(spec.name);
    d.out.add_unknown(from.place_of("model"), "unknown model " + in_quotes(model_name), model_name,
                      names);
  }

  const auto id = device_id{static_cast<std::uint16_t>(d.result.devices.size())};
  auto device = device_layout{};
  device.name = from.text("id").value_or("");
  device.model = model_name;
  device.at = from.place_of("id");
  if (!device.name.empty()) {
    const auto [first, is_new] = table.names.try_emplace(device.name, device.at);
    if (!is_new)
      d.out.add(
          device.at, "device " + in_quotes(device.name) + " stands here twice",
          "the first is in " + in_line(first->second) + "; give each device a name of its own");
  }
  const auto bus = read_bus_of(d, from, model);
  device.bus = bus.value_or(bus_id{});
  const auto poll = from.number("poll");
  device.poll_every = poll ? from_seconds(*poll) : limits::poll_every_default;
  if (model) device.options = read_options(d, from, model->options);
  d.result.devices.push_back(std::move(device));
  if (model && bus) claim_all(table, from, *model, id);
  read_channels(d, from, model, id);
}

}  // namespace

void read_devices(draft& d, section_reader& top) {
  const auto* items = top.list("devices");
  if (!items) return;
  auto table = device_table{.d = d};
  for (const auto& item : items->items) read_device(table, *item);
}

}  // namespace hearth
