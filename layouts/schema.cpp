#include "layouts/schema.hpp"

#include "layouts/keys.hpp"
#include "layouts/quantity.hpp"

#include <nlohmann/json.hpp>

#include <cassert>
#include <utility>

namespace hearth {
namespace {

using json = nlohmann::ordered_json;

/// "kW|W|…" with what a regular expression would take for its own escaped.
std::string alternatives(dimension d) {
  auto text = std::string{};
  for (const auto symbol : unit_spellings(d)) {
    if (!text.empty()) text += '|';
    text += symbol;
  }
  return text;
}

json quantity_schema(dimension d) {
  const auto units = alternatives(d);
  const auto number = std::string{"^ *[-+\u2212]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)? *"};
  auto written = json{{"type", "string"},
                      {"pattern", number + "(" + units + ") *$"},
                      {"examples", {example_of(d)}}};
  if (!channel_symbol(d).empty()) return written;
  auto bare = json{{"type", "number"}};
  return units.empty() ? bare : json{{"anyOf", {bare, written}}};
}

/// A number as itself: "10 min" stays text, "12" becomes 12.
json fallback_of(const field& f, form as) {
  if (as == form::integer || as == form::number || as == form::flag) return json::parse(f.fallback);
  return f.fallback;
}

json with_bounds(json made, const field& f, bool whole) {
  const auto bound = [&](double value) {
    return whole ? json(static_cast<std::int64_t>(value)) : json(value);
  };
  if (f.lowest) made["minimum"] = bound(*f.lowest);
  if (f.highest) made["maximum"] = bound(*f.highest);
  return made;
}

json one_of_several(json first, json second) {
  return {{"anyOf", {std::move(first), std::move(second)}}};
}

json section_schema(const section& s);

json schema_as(const field& f, form as) {
  switch (as) {
  case form::text:
  case form::timezone: return {{"type", "string"}, {"minLength", 1}};
  case form::site:
  case form::name:
  case form::channel:
  case form::clock:
  case form::instant: return {{"type", "string"}, {"pattern", pattern_of(as)}};
  case form::integer: return with_bounds({{"type", "integer"}}, f, true);
  case form::number: return with_bounds({{"type", "number"}}, f, false);
  case form::range:
    return {{"type", "array"}, {"items", {{"type", "number"}}}, {"minItems", 2}, {"maxItems", 2}};
  case form::quantity: {
    auto made = quantity_schema(f.dimension);
    if (!f.choices.empty()) made = one_of_several({{"enum", f.choices}}, std::move(made));
    if (f.or_channel) made = one_of_several(std::move(made), schema_as(f, form::channel));
    return made;
  }
  case form::flag: return {{"type", "boolean"}};
  case form::choice: return {{"enum", f.choices}};
  case form::channels:
    return {{"type", "array"}, {"items", schema_as(f, form::channel)}, {"minItems", 1}};
  case form::section: return section_schema(*f.inner);
  case form::sections: return {{"type", "array"}, {"items", section_schema(*f.inner)}};
  case form::table: {
    auto inner = section_schema(*f.inner);
    if (f.brief) inner = one_of_several(schema_as(f, *f.brief), std::move(inner));
    return {{"type", "object"}, {"additionalProperties", std::move(inner)}};
  }
  }
  assert(false && "every form has a schema");
  return {};
}

json field_schema(const field& f) {
  auto made = schema_as(f, f.is);
  if (f.brief && f.is == form::section)
    made = one_of_several(schema_as(f, *f.brief), std::move(made));
  made["description"] = f.help;
  if (!f.fallback.empty()) made["default"] = fallback_of(f, f.brief.value_or(f.is));
  return made;
}

json section_schema(const section& s) {
  auto made =
      json{{"type", "object"}, {"additionalProperties", false}, {"properties", json::object()}};
  auto required = json::array();
  for (const auto& f : s.fields) {
    made["properties"][f.key] = field_schema(f);
    if (f.required) required.push_back(f.key);
  }
  if (!required.empty()) made["required"] = std::move(required);
  return made;
}

/// The choice between kinds of bus or models: one definition each, picked by the word at `key`,
/// so that an editor talks about the kind that stands there and no other.
json picked_by(const std::string& key, const std::vector<std::string>& words,
               const std::string& prefix) {
  auto made = json{{"type", "object"},
                   {"required", {key}},
                   {"properties", {{key, {{"enum", words}}}}},
                   {"allOf", json::array()}};
  for (const auto& word : words)
    made["allOf"].push_back(
        {{"if", {{"properties", {{key, {{"const", word}}}}}, {"required", {key}}}},
         {"then", {{"$ref", "#/$defs/" + prefix + word}}}});
  return made;
}

/// Only the channels the model has may stand under `channels`. What may be said of a channel is the
/// same for all and goes into `definitions` once.
json model_schema(const model_spec& model, json& definitions) {
  auto made = section_schema(section_of(model));
  made["description"] = model.title;
  made["properties"]["model"] = {{"const", model.name}};
  auto& channels = made["properties"]["channels"];
  const auto each = json{{"$ref", "#/$defs/channel"}};
  definitions["channel"] = std::exchange(channels["additionalProperties"], each);
  if (model.channels.empty()) return made;
  channels["additionalProperties"] = false;
  for (const auto& channel : model.channels) {
    auto described = each;
    described["description"] = channel.help + " (" + std::string{symbol(channel.unit)} + ")";
    channels["properties"][channel.name] = std::move(described);
  }
  return made;
}

}  // namespace

std::string json_schema(const catalog& known) {
  auto root =
      json{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
           {"title", "Hearth layout"},
           {"description", "A house that Hearth runs: its buses, devices, plant and tariff"}};
  root.update(section_schema(layout_section()));
  auto kinds = std::vector<std::string>{};
  for (const auto& bus : known.buses) {
    kinds.push_back(bus.kind);
    auto made = section_schema(section_of(bus));
    made["description"] = bus.title;
    made["properties"]["kind"] = {{"const", bus.kind}};
    root["$defs"]["bus-" + bus.kind] = std::move(made);
  }
  auto models = std::vector<std::string>{};
  for (const auto& model : known.models) {
    models.push_back(model.name);
    auto made = model_schema(model, root["$defs"]);
    root["$defs"]["device-" + model.name] = std::move(made);
  }
  root["properties"]["buses"]["additionalProperties"] = picked_by("kind", kinds, "bus-");
  root["properties"]["devices"]["items"] = picked_by("model", models, "device-");
  return root.dump(2) + "\n";
}

}  // namespace hearth
