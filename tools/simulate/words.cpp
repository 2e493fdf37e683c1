#include "tools/simulate/words.hpp"

#include "actors/view/words.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace hearth::simulate {
namespace {

/// Less than this is rounding, not money.
constexpr auto half_a_cent = 0.005 * us_dollar;

std::string percent(double part) { return fixed(100 * part, 0) + " %"; }
/// With commas between thousands.
std::string grouped(double amount, int digits) {
  auto text = fixed(amount, digits);
  const auto point = std::min(text.find('.'), text.size());
  for (auto at = point; at > 3 && text[at - 4] >= '0' && text[at - 4] <= '9'; at -= 3)
    text.insert(at - 3, ",");
  return text;
}

std::string kwh(energy e, int digits = 0) { return grouped(e.in(kilowatt_hour), digits) + " kWh"; }

}  // namespace

std::string money_text(money m) {
  const auto dollars = m.in(us_dollar);
  const auto sign = dollars <= -half_a_cent.in(us_dollar) ? "−$" : "$";
  return sign + grouped(std::abs(dollars), 2);
}

std::string length_text(duration d) {
  const auto hours = std::chrono::duration<double, std::ratio<3600>>{d}.count();
  if (hours >= 72) return fixed(hours / 24, 0) + " days";
  if (hours >= 10) return fixed(hours, 0) + " hours";
  if (hours >= 0.995) {
    const auto text = fixed(hours, 1);
    if (!text.ends_with(".0")) return text + " hours";
    return fixed(hours, 0) + (text == "1.0" ? " hour" : " hours");
  }
  const auto minutes = std::round(hours * 60);
  return fixed(minutes, 0) + (minutes == 1 ? " minute" : " minutes");
}

std::string price_text(energy_price p) { return fixed(p.in(usd_per_mwh) / 10, 1) + " ¢ per kWh"; }

std::optional<comparison> compared(const run_record& r, const result<money>& other) {
  if (!other) return {};
  auto c = comparison{*other, *other - r.totals.energy_cost, {}};
  if (*other > half_a_cent) c.part = c.saved / *other;
  return c;
}

std::string comparison_text(const comparison& c) {
  if (std::abs(c.saved.si()) < half_a_cent.si()) return "the same";
  const auto less = c.saved > money{};
  auto text = money_text(less ? c.saved : -c.saved) + (less ? " less" : " more");
  if (c.part) text += " (" + percent(std::abs(*c.part)) + ")";
  return text;
}

std::optional<double> part_of_possible(const run_record& r) {
  if (!r.baselines.thermostat || !r.baselines.bound) return {};
  const auto possible = *r.baselines.thermostat - *r.baselines.bound;
  if (possible < half_a_cent) return {};
  return std::clamp((*r.baselines.thermostat - r.totals.energy_cost) / possible, 0.0, 1.0);
}

std::vector<std::string> comfort_sentences(const run_record& r, const local_clock& clock) {
  auto said = std::vector<std::string>{};
  for (const auto& z : comfort_of(r.slots)) {
    if (z.below == duration{}) continue;
    said.push_back("“" + z.zone + "” was more than half a degree under its setpoint for " +
                   length_text(z.below) + ", coldest on " + clock.text(z.coldest_at) + " at " +
                   fixed(z.coldest.in_celsius(), 1) + " °C (" +
                   fixed(z.coldest.in_fahrenheit(), 0) + " °F).");
  }
  const auto lacking = r.totals.comfort_below.in(kelvin_hour);
  if (said.empty() && lacking < 0.05)
    return {"Every room stayed within half a degree of what was asked for, or above."};
  said.insert(
      said.begin(),
      "Rooms were too cold at times: " + fixed(lacking, 1) +
          " degree-hours in all, which is as much as one room one degree (°C) too cold for " +
          length_text(std::chrono::round<duration>(
              std::chrono::duration<double, std::ratio<3600>>{lacking})) +
          ".");
  return said;
}

std::vector<std::string> machine_sentences(const run_record& r) {
  const auto& t = r.totals;
  auto said = std::vector<std::string>{};
  auto used = "The heat pump used " + kwh(t.electricity) + " of electricity, and the rooms got " +
              kwh(t.heat_delivered) + " of heat";
  if (t.electricity > 0.5 * kilowatt_hour)
    used +=
        ": " + fixed(t.heat_delivered / t.electricity, 1) + " of heat for each 1 of electricity";
  said.push_back(used + ".");
  if (const auto p = prices_of(r.slots))
    said.push_back("Its electricity cost " + price_text(p->paid) +
                   " on average; spread evenly over the time it would have cost " +
                   price_text(p->market) + ".");
  auto starts = "It started " + std::to_string(t.heat_pump_starts) +
                (t.heat_pump_starts == 1 ? " time" : " times");
  if (t.shortest_run) starts += "; its shortest run was " + length_text(*t.shortest_run);
  said.push_back(starts + ".");
  if (t.unpriced > 0.05 * kilowatt_hour)
    said.push_back("No price was known for " + kwh(t.unpriced, 1) +
                   " of it, which are not in the cost.");
  if (t.unserved_heat > 0.05 * kilowatt_hour)
    said.push_back("Rooms asked for " + kwh(t.unserved_heat, 1) +
                   " of heat that the store did not have.");
  return said;
}

std::vector<std::string> charge_sentences(const run_record& r) {
  const auto& lengths = r.totals.in_charge;
  const auto all = std::accumulate(lengths.begin(), lengths.end(), duration{});
  auto order = std::vector<std::size_t>(lengths.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return lengths[a] > lengths[b]; });
  auto said = std::vector<std::string>{};
  for (const auto i : order) {
    if (lengths[i] <= duration{}) continue;
    const auto part = static_cast<double>(lengths[i].count()) / static_cast<double>(all.count());
    said.push_back(in_words(authorities[i]) + " for " + length_text(lengths[i]) + " (" +
                   (part < 0.01 ? "under 1 %" : percent(part)) + ")");
  }
  return said;
}

std::string in_words(authority a) {
  switch (a) {
  case authority::safety: return "the safety rules";
  case authority::admin: return "somebody by hand";
  case authority::grid: return "the grid operator";
  case authority::contract: return "a contract with the market";
  case authority::policy: return "the household's own script";
  case authority::local: return "the house by itself";
  }
  return "nobody known";
}

std::string control_in_words(const std::string& control) {
  if (control == "planner") return "a plan made from prices and weather";
  if (control == "timer") return "a timer that knows the cheap hours of the tariff";
  if (control == "thermostat") return "a thermostat";
  return control;
}

}  // namespace hearth::simulate
