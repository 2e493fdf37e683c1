#include "tools/simulate/report_data.hpp"

#include "protocol/utf8.hpp"
#include "tools/simulate/words.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace hearth::simulate {
namespace {

using json = nlohmann::ordered_json;

constexpr std::string_view base64_letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string base64(const std::string& bytes) {
  auto text = std::string{};
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    auto three = std::uint32_t{0};
    for (std::size_t k = 0; k < 3; ++k)
      three = three << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k)
      text += i + k <= bytes.size() ? base64_letters[three >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

/// Beyond it the difference of two would not fit 32 bits; no plot shows such a number.
constexpr auto steps_most = double{1 << 29};

json packed_column(const std::string& name, const column& numbers, double finest) {
  auto c = json::object();
  c["name"] = name;
  c["finest"] = finest;
  auto gaps = json::array();
  for (const auto& g : numbers.gaps()) gaps.push_back({g.from, g.to});
  c["gaps"] = std::move(gaps);
  c["data"] = packed(numbers, finest);
  return c;
}

/// Neighbouring layers as one, so that no more than `layers_shown` are left.
std::vector<column> merged(const std::vector<const column*>& layers) {
  const auto shown = std::min(layers.size(), layers_shown);
  auto merged = std::vector<column>(shown);
  for (std::size_t band = 0; band < shown; ++band) {
    const auto from = band * layers.size() / shown, to = (band + 1) * layers.size() / shown;
    merged[band].reserve(layers[from]->size());
    for (std::size_t slot = 0; slot < layers[from]->size(); ++slot) {
      auto sum = 0.0;
      for (auto i = from; i < to; ++i) sum += layers[i]->at(slot).value_or(0);
      merged[band].push(sum / static_cast<double>(to - from));
    }
  }
  return merged;
}

json events_of(const run_record& r, const local_clock& clock) {
  auto all = json::array();
  for (const auto& e : r.events.kept())
    all.push_back({{"at", e.at.time_since_epoch().count()},
                   {"severity", to_text(e.severity)},
                   {"when", clock.text(e.at)},
                   {"text", mended(e.subject.empty() ? e.text : e.subject + ": " + e.text)}});
  return all;
}

}  // namespace

std::string packed(const column& numbers, double finest) {
  auto bytes = std::string{};
  bytes.reserve(numbers.size() * 5 / 4);
  auto before = std::int32_t{0};
  for (std::size_t slot = 0; slot < numbers.size(); ++slot) {
    auto steps = before;
    if (const auto value = numbers.at(slot))
      steps = static_cast<std::int32_t>(
          std::clamp(std::round(*value / finest), -steps_most, steps_most));
    const auto change = steps - before;
    before = steps;
    auto rest = static_cast<std::uint32_t>(change) << 1 ^ static_cast<std::uint32_t>(change >> 31);
    for (; rest >= 0x80; rest >>= 7) bytes += static_cast<char>((rest & 0x7f) | 0x80);
    bytes += static_cast<char>(rest);
  }
  return base64(bytes);
}

std::string report_data(const run_record& r, const local_clock& clock) {
  auto all = json::object();
  all["site"] = mended(r.site);
  all["start"] = r.slots.time(0).time_since_epoch().count();
  all["step"] = r.slots.step().count();
  all["slots"] = r.slots.size();
  auto offsets = json::array();
  for (const auto& o : clock.offsets())
    offsets.push_back({o.from.time_since_epoch().count(), o.ahead.count(), mended(o.name)});
  all["offsets"] = std::move(offsets);
  auto zones = json::array();
  for (const auto& zone : r.slots.zones()) zones.push_back(mended(zone));
  all["zones"] = std::move(zones);
  auto ranks = json::array();
  for (const auto a : authorities) ranks.push_back(in_words(a));
  all["ranks"] = std::move(ranks);
  all["events"] = events_of(r, clock);

  auto columns = json::array();
  auto layers = std::vector<const column*>{};
  for (const auto& c : r.slots.columns()) {
    if (c.name.starts_with("layer_"))
      layers.push_back(c.numbers);
    else
      columns.push_back(packed_column(c.name, *c.numbers, c.finest));
  }
  auto bands = json::array();
  for (const auto& band : merged(layers)) bands.push_back(packed_column("layer", band, 0.1));
  all["layers"] = std::move(bands);
  all["columns"] = std::move(columns);

  auto text = all.dump();
  for (auto at = text.find('<'); at != std::string::npos; at = text.find('<', at))
    text.replace(at, 1, "\\u003c");
  return text;
}

}  // namespace hearth::simulate
