#include "layouts/draft.hpp"

#include <algorithm>

namespace hearth {
namespace {

const bus_spec* find_spec(const catalog& known, std::string_view kind) {
  const auto found = std::ranges::find(known.buses, kind, &bus_spec::kind);
  return found == known.buses.end() ? nullptr : &*found;
}

}  // namespace

option_map read_options(draft& d, section_reader& from, const std::vector<option_spec>& specs) {
  auto options = option_map{};
  for (const auto& spec : specs) {
    if (spec.kind == option_kind::registers) {
      if (from.find(spec.key)) options.emplace(spec.key, read_registers(d, from, spec.key));
    } else if (auto value = from.value(spec.key)) {
      options.emplace(spec.key, std::move(*value));
    }
  }
  return options;
}

std::string peek(const yaml_node& map, std::string_view key) {
  const auto* found = map.find(key);
  return found && found->value->is == yaml_node::kind::scalar ? found->value->text : "";
}

void read_buses(draft& d, section_reader& top) {
  const auto* table = top.table("buses");
  if (!table) return;
  d.buses_known = true;
  for (const auto& e : table->entries) {
    auto bus = bus_layout{};
    bus.name = e.key;
    bus.at = e.at;
    auto name = yaml_node{yaml_node::kind::scalar, e.at, e.key, {}, {}};
    read_scalar(d.out, field{.key = "buses", .is = form::name}, name);
    const auto kind = peek(*e.value, "kind");
    const auto* spec = find_spec(d.known, kind);
    const auto keys = spec ? section_of(*spec) : *layout_section().find("buses")->inner;
    auto from = section_reader{d.out, *e.value, e.at, keys, "bus " + in_quotes(e.key), !spec};
    if (spec) {
      bus.kind = kind;
      bus.options = read_options(d, from, spec->options);
      const auto complete = std::ranges::all_of(spec->options, [&](const option_spec& option) {
        return !option.required || bus.options.contains(option.key);
      });
      const auto same = std::ranges::find_if(d.result.buses, [&](const bus_layout& other) {
        return other.kind == bus.kind && other.options == bus.options;
      });
      if (complete && same != d.result.buses.end())
        d.out.add(e.at,
                  "bus " + in_quotes(e.key) + " is the same as bus " + in_quotes(same->name) +
                      " (" + in_line(same->at) + ")",
                  "hang its devices on " + in_quotes(same->name) +
                      ": two owners of one bus would disturb each other");
    } else if (const auto* named = from.find("kind");
               named && expect_kind(d.out, *named->value, yaml_node::kind::scalar, "'kind'")) {
      auto kinds = std::vector<std::string>{};
      for (const auto& known : d.known.buses) kinds.push_back(known.kind);
      d.out.add_unknown(from.place_of("kind"), "unknown kind of bus " + in_quotes(kind), kind,
                        kinds, listing::always);
    }
    d.buses.emplace(bus.name, bus_id{static_cast<std::uint16_t>(d.result.buses.size())});
    d.result.buses.push_back(std::move(bus));
  }
}

}  // namespace hearth
