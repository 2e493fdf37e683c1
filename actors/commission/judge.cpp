#include "actors/commission/judge.hpp"

#include "actors/view/live_state.hpp"
#include "actors/view/words.hpp"

#include <algorithm>
#include <cmath>

namespace hearth {
namespace {

/// Layers this far apart are in an order; sensors on a tank agree no better than by a kelvin.
constexpr auto order_margin = 1 * kelvin;
/// A store this much warmer below than above has its sensors swapped: water does not do that.
constexpr auto swapped_margin = 3 * kelvin;

constexpr auto room_coldest_c = 5.0;
constexpr auto room_hottest_c = 35.0;
constexpr auto outdoor_coldest_c = -40.0;
constexpr auto outdoor_hottest_c = 45.0;

constexpr auto noticeable_part = 0.05;
constexpr auto noticeable_least = 50 * watt;

/// What a hand-held instrument and the point where it is held are worth.
struct allowance {
  double least = 0;  ///< in the channel's unit
  double part = 0;   ///< of what is shown
};

allowance allowance_of(unit u) {
  switch (u) {
  case unit::watt:
  case unit::var:
  case unit::volt_ampere: return {50, 0.05};
  case unit::watt_hour: return {1000, 0.02};
  case unit::volt: return {0.2, 0.03};
  case unit::ampere: return {0.5, 0.05};
  case unit::hertz: return {0.5, 0};
  case unit::celsius:
  case unit::kelvin: return {2, 0};
  case unit::litre: return {10, 0.05};
  case unit::litre_per_minute: return {1, 0.1};
  case unit::pascal: return {10'000, 0.05};
  case unit::second: return {60, 0.05};
  case unit::fraction: return {0.05, 0};
  case unit::count: return {1, 0};
  case unit::on_off: return {0, 0};
  case unit::usd_per_mwh: return {0.01, 0};
  }
  return {};
}

judgement in_range(const measured& shown, double lowest, double highest, const char* what) {
  if (shown.amount >= lowest && shown.amount <= highest)
    return {check_verdict::passed, value_text(shown) + ", as " + what + " may be"};
  return {check_verdict::failed, value_text(shown) + "; " + what + " is between " +
                                     fixed(lowest, 0) + " and " + fixed(highest, 0) + " °C"};
}

struct layer {
  std::string name;
  temperature is;
};

std::string degrees(temperature t) { return fixed(t.in_celsius(), 1); }

std::string list_of(const std::vector<layer>& layers) {
  auto text = std::string{};
  for (const auto& l : layers) text += (text.empty() ? "" : ", ") + l.name + " " + degrees(l.is);
  return text + " °C from top to bottom";
}

std::string swaps_of(const std::vector<layer>& layers) {
  auto text = std::string{};
  for (std::size_t i = 0; i < layers.size() / 2; ++i)
    text += (text.empty() ? "swap " : ", ") + layers[i].name + " with " +
            layers[layers.size() - 1 - i].name;
  return text;
}

}  // namespace

double tolerance_of(const measured& value) {
  const auto a = allowance_of(value.unit);
  return std::max(a.least, a.part * std::abs(value.amount));
}

judgement compared(const measured& shown, const measured& instrument) {
  const auto off = shown.amount - instrument.amount;
  const auto words =
      "shows " + value_text(shown) + ", the installer's instrument " + value_text(instrument);
  if (std::abs(off) <= tolerance_of(shown)) return {check_verdict::passed, words};
  const auto most =
      measured{tolerance_of(shown), shown.unit == unit::celsius ? unit::kelvin : shown.unit};
  if (shown.unit == unit::on_off) return {check_verdict::failed, words};
  return {check_verdict::failed, words + ": more than " + value_text(most) + " apart"};
}

std::optional<std::string> unusable(const point& p) {
  switch (p.quality) {
  case quality::good: return {};
  case quality::never: return "nothing was heard";
  case quality::stale: return "stale: nothing new is heard";
  case quality::fault: return p.value ? std::string{"fault"} : to_text(p.value.error());
  }
  return {};
}

judgement tank_order(const layout& house, const snapshot& now) {
  auto layers = std::vector<layer>{};
  for (const auto id : house.plant->store->layers) {
    const auto t = now.good<temperature>(id);
    if (!t)
      return {check_verdict::failed,
              house[id].name + ": " + unusable(now[id]).value_or("not a temperature")};
    layers.push_back({house[id].name, *t});
  }
  if (layers.size() < 2) return {check_verdict::skipped, "one sensor is in no order"};
  auto rises = false;  // somewhere it is colder above than below
  auto falls = false;
  auto worst = std::size_t{0};
  auto worst_by = swapped_margin;
  for (std::size_t i = 0; i + 1 < layers.size(); ++i) {
    const auto above = layers[i].is - layers[i + 1].is;
    rises = rises || above < -order_margin;
    falls = falls || above > order_margin;
    if (-above > worst_by) {
      worst_by = -above;
      worst = i + 1;
    }
  }
  const auto seen = list_of(layers);
  if (!falls && layers.back().is - layers.front().is > swapped_margin)
    return {check_verdict::failed,
            "tank sensors look upside down: " + swaps_of(layers) + "; " + seen};
  if (worst > 0)
    return {check_verdict::failed, layers[worst - 1].name + " is colder than " +
                                       layers[worst].name +
                                       " below it: look whether the two are swapped; " + seen};
  if (!rises && !falls)
    return {check_verdict::passed,
            seen + "; evenly warm, which says little: look again when the top is hot"};
  return {check_verdict::passed, seen};
}

judgement room_range(const measured& shown) {
  return in_range(shown, room_coldest_c, room_hottest_c, "a room");
}

judgement outdoor_range(const measured& shown) {
  return in_range(shown, outdoor_coldest_c, outdoor_hottest_c, "the air outdoors");
}

power noticeable_start(power nameplate) {
  return std::max(noticeable_part * nameplate, noticeable_least);
}

std::optional<judgement> meter_moved(power before, power now, power nameplate) {
  const auto by = noticeable_start(nameplate);
  const auto words =
      "from " + value_text(of(before)) + " to " + value_text(of(now)) + " as the heat pump started";
  if (now - before >= by) return judgement{check_verdict::passed, "rose " + words};
  if (before - now >= by)
    return judgement{check_verdict::failed,
                     "fell " + words +
                         ": the meter is reversed; turn its current transformer "
                         "round, or swap supply and load"};
  return {};
}

}  // namespace hearth
