#include "tools/simulate/faults.hpp"

#include "tools/simulate/dice.hpp"
#include "tools/simulate/stand_in.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

namespace hearth::simulate {
namespace {

using namespace std::chrono_literals;

/// Where a fault strikes, which says what its `part` names.
enum class place : unsigned char { sensor, relay, bus, link, actor, machine };

struct kind_row {
  fault_kind kind;
  std::string_view name;
  place where;
  double least, most;  ///< of `amount`
};

constexpr auto kinds = std::to_array<kind_row>({
    {fault_kind::sensor_vanishes, "sensor-vanishes", place::sensor, 0, 0},
    {fault_kind::sensor_sticks, "sensor-sticks", place::sensor, 0, 0},
    {fault_kind::sensor_drifts, "sensor-drifts", place::sensor, -4, 4},
    {fault_kind::sensor_lies, "sensor-lies", place::sensor, -15, 15},
    {fault_kind::sensor_raves, "sensor-raves", place::sensor, 0, 0},
    {fault_kind::relay_dead, "relay-dead", place::relay, 0, 0},
    {fault_kind::relay_welded, "relay-welded", place::relay, 0, 0},
    {fault_kind::bus_silent, "bus-silent", place::bus, 0, 0},
    {fault_kind::bus_late, "bus-late", place::bus, 0, 0},
    {fault_kind::bus_garbage, "bus-garbage", place::bus, 0, 0},
    {fault_kind::link_down, "link-down", place::link, 0, 0},
    {fault_kind::link_loses, "link-loses", place::link, 0.05, 0.95},
    {fault_kind::link_repeats, "link-repeats", place::link, 0.05, 0.95},
    {fault_kind::link_delays, "link-delays", place::link, 1, 240},
    {fault_kind::node_silent, "node-silent", place::link, 0, 0},
    {fault_kind::node_restarts, "node-restarts", place::link, 0, 0},
    {fault_kind::node_mad, "node-mad", place::link, 1, 6},
    {fault_kind::clock_jumps, "clock-jumps", place::machine, -90'000, 90'000},
    {fault_kind::actor_killed, "actor-killed", place::actor, 0, 0},
    {fault_kind::power_cut, "power-cut", place::machine, 0, 0},
    {fault_kind::disk_full, "disk-full", place::link, 0, 0},
});
constexpr duration shortest = 2min;
constexpr duration longest = 8h;
constexpr duration quiet_end = 3h;

const kind_row& row_of(fault_kind k) { return *std::ranges::find(kinds, k, &kind_row::kind); }

std::string_view next_word(std::string_view& rest) {
  const auto begin = std::min(rest.find_first_not_of(' '), rest.size());
  const auto end = std::min(rest.find(' ', begin), rest.size());
  const auto word = rest.substr(begin, end - begin);
  rest.remove_prefix(end);
  return word;
}

template <class Number>
std::optional<Number> number_of(std::string_view word) {
  auto out = Number{};
  const auto* const last = word.data() + word.size();
  const auto read = std::from_chars(word.data(), last, out);
  if (read.ec != std::errc{} || read.ptr != last) return {};
  return out;
}

const std::vector<std::string>* parts_at(place where, const fault_targets& targets) {
  switch (where) {
  case place::sensor: return &targets.sensors;
  case place::relay: return &targets.relays;
  case place::actor: return &targets.actors;
  case place::bus:
  case place::link:
  case place::machine: return nullptr;
  }
  return nullptr;
}

}  // namespace

fault_targets targets_of(const layout& house) {
  auto out = fault_targets{};
  for (const auto& [channel, point] : roles_of(house))
    (house[channel].actuator ? out.relays : out.sensors).push_back(point);
  for (const auto& d : house.devices) out.actors.push_back("device " + d.name);
  for (const auto& b : house.buses) out.actors.push_back("bus " + b.name);
  auto core = std::vector<std::string>{"timekeeper", "blackboard", "dispatcher", "reporter"};
  if (house.link) core.insert(core.end(), {"journal", "upstream"});
  // Those that everything goes through die as often as the many at the edge.
  for (auto edge = out.actors.size(); out.actors.size() < 2 * edge;)
    out.actors.insert(out.actors.end(), core.begin(), core.end());
  out.node = house.link.has_value();
  return out;
}

std::string_view to_text(fault_kind k) { return row_of(k).name; }

std::string to_text(const fault_spell& s) {
  auto amount = std::array<char, 32>{};
  const auto end = std::to_chars(amount.begin(), amount.end(), s.amount).ptr;
  const auto seconds = std::chrono::round<std::chrono::seconds>(s.when.to - s.when.from);
  auto out = std::string{to_text(s.kind)} + " " + to_iso8601(s.when.from) + " " +
             std::to_string(seconds.count()) + " " + std::string{amount.begin(), end};
  if (!s.part.empty()) out += " " + s.part;
  return out;
}

result<fault_spell> parse_fault(std::string_view words) {
  const auto wrong = [&](const std::string& why) {
    return failed(fault_code::malformed,
                  "'" + std::string{words} + "': " + why +
                      "; write KIND BEGIN SECONDS AMOUNT [PART], as in 'sensor-lies "
                      "2020-01-03T04:00:00Z 5400 -7.25 store.layer.0'");
  };
  auto rest = words;
  const auto kind = std::ranges::find(kinds, next_word(rest), &kind_row::name);
  if (kind == kinds.end()) return wrong("there is no such kind of fault");
  const auto from = from_iso8601(next_word(rest));
  if (!from) return wrong("its beginning is no time");
  const auto seconds = number_of<std::int32_t>(next_word(rest));
  if (!seconds || *seconds < 0) return wrong("its length is no number of seconds");
  const auto amount = number_of<double>(next_word(rest));
  if (!amount || !std::isfinite(*amount)) return wrong("its amount is no number");
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  const auto takes_part = parts_at(kind->where, {}) != nullptr;
  if (takes_part == rest.empty())
    return wrong(takes_part ? "it does not say what of" : "it is about nothing else");
  return fault_spell{
      kind->kind, std::string{rest}, {*from, *from + std::chrono::seconds{*seconds}}, *amount};
}

std::vector<fault_spell> draw_faults(const fault_targets& targets, const period& when,
                                     std::uint64_t seed, std::size_t most) {
  auto roll = dice{seed};
  auto out = std::vector<fault_spell>{};
  const auto last = when.to - std::min<duration>(quiet_end, (when.to - when.from) / 4);
  for (auto left = 1 + roll.below(most); left > 0; --left) {
    const auto& kind = kinds[roll.below(kinds.size())];
    if (kind.where == place::link && !targets.node) continue;
    auto s = fault_spell{};
    s.kind = kind.kind;
    if (const auto* parts = parts_at(kind.where, targets)) {
      if (parts->empty()) continue;
      s.part = (*parts)[roll.below(parts->size())];
    }
    // Short ones are as likely as long ones.
    const auto stretch =
        static_cast<double>(longest.count()) / static_cast<double>(shortest.count());
    const auto length =
        std::chrono::round<std::chrono::seconds>(shortest * std::pow(stretch, roll.part()));
    s.when.from =
        when.from + std::chrono::round<std::chrono::seconds>((last - when.from) * roll.part());
    s.when.to = std::min(last, s.when.from + length);
    const auto amount = kind.least + (kind.most - kind.least) * roll.part();
    s.amount = std::round(100 * amount) / 100;
    out.push_back(std::move(s));
  }
  std::ranges::stable_sort(out, {}, [](const fault_spell& s) { return s.when.from; });
  return out;
}

}  // namespace hearth::simulate
