// What planners make of two parts of a year with the house of the season bench: a store that is an
// energy bucket, hourly slots, so that they can be compared to the cent. The rules stand in
// docs/planner/season.md. For tests/bench/run.py, and by hand.
//
// usage: planner_season DATA_FOLDER
//
// Prints a table with a line for each planner, tariff and part, tab-separated: what it costs, and
// which part of the savings it captures that would be possible with all known in advance; then how
// long a plan takes beside GLPK's linear program of the same slots in this run.

#include "actors/planner/heat_value.hpp"
#include "actors/planner/outdoor_persistence.hpp"
#include "actors/planner/price_committee.hpp"
#include "layouts/parse.hpp"
#include "layouts/series.hpp"
#include "tools/simulate/bound.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace hearth;
using namespace hearth::simulate;
using namespace std::chrono_literals;

constexpr auto kwh = kilowatt_hour;
constexpr auto store = heat_store{60.16 * kwh, 35.95 * kwh, 0.005};
constexpr auto start = 30 * kwh;
constexpr auto settled_at = 50 * usd_per_mwh;
constexpr auto electricity_most = 11 * kwh;
constexpr std::size_t horizon = 48;

struct year {
  series outdoor, market, distribution, day_ahead;
};
struct tariff {
  const char* name;
  std::optional<double> flat;  ///< USD/MWh of distribution; nothing: that of the file
};
struct part {
  const char* name;
  std::size_t from, to;  ///< hours of the file
};

heat_slot hour(temperature outdoor) {
  const auto f = outdoor.in_fahrenheit();
  auto out = heat_slot{};
  out.load = std::max(0.0, 9.8 - 0.18 * f) * kwh;
  out.cop = f < 15 ? 1.4 : 1.02 + 0.0257 * f;
  out.electricity_most = electricity_most;
  return out;
}

bound_slot for_program(const heat_slot& s, energy_price market) {
  return {s.load, market + s.added, s.cop, s.cop * s.electricity_most, s.electricity_most};
}

/// One part of the year under one tariff.
struct season {
  const year& all;
  tariff paid;
  part when;

  [[nodiscard]] heat_slot slot(std::size_t h, temperature outdoor) const {
    auto s = hour(outdoor);
    s.day_ahead = all.day_ahead.values[h] * usd_per_mwh;
    s.added = paid.flat.value_or(all.distribution.values[h]) * usd_per_mwh;
    s.hour = h % 24;
    return s;
  }
  [[nodiscard]] energy_price market(std::size_t h) const {
    return all.market.values[h] * usd_per_mwh;
  }
  [[nodiscard]] temperature outdoor(std::size_t h) const { return celsius(all.outdoor.values[h]); }

  /// The heat that is needed when it is needed, past the store.
  [[nodiscard]] money thermostat() const {
    auto cost = money{};
    for (auto h = when.from; h < when.to; ++h) {
      const auto s = slot(h, outdoor(h));
      cost += (market(h) + s.added) * (s.load / s.cop);
    }
    return cost;
  }
  [[nodiscard]] money bound() const {
    auto p = bound_problem{
        {},
        1h,
        {store.most, start, start, store.rest, store.loss_per_hour, loss_rule::at_slot_start},
        {}};
    for (auto h = when.from; h < when.to; ++h)
      p.slots.push_back(for_program(slot(h, outdoor(h)), market(h)));
    const auto least = least_cost(p);
    if (!least) std::fprintf(stderr, "no bound: %s\n", to_text(least.error()).c_str());
    return least ? least->cost : money{};
  }
};

/// Lives through it; `plan` says how much electricity to use in the hour that begins.
using outlooks = std::vector<heat_outlook>;
using planner = std::function<energy(const outlooks&, energy, energy_price)>;
enum class weather_known : unsigned char { exactly, by_persistence };

struct outcome {
  money cost;
  energy unserved;
};

/// The next two days, or what is left of the part.
heat_outlook ahead(const season& s, std::size_t h,
                   const std::function<temperature(std::size_t)>& outdoor) {
  auto o = heat_outlook{store, 1h, {}, settled_at};
  for (auto t = h; t < std::min(h + horizon, s.when.to); ++t)
    o.slots.push_back(s.slot(t, outdoor(t)));
  if (h + horizon < s.when.to) {
    // What is left is worth what a cheap hour would charge for it.
    auto prices = std::vector<energy_price>{};
    for (const auto& each : o.slots) prices.push_back((each.day_ahead + each.added) / each.cop);
    const auto cheap = prices.begin() + static_cast<std::ptrdiff_t>(prices.size() / 4);
    std::ranges::nth_element(prices, cheap);
    o.end_worth = *cheap;
  }
  if (o.slots.size() < 2) o.slots.push_back(o.slots.back());
  return o;
}

outcome live_through(const season& s, weather_known known, const planner& plan,
                     const std::function<void(std::size_t)>& learn) {
  auto out = outcome{};
  auto in_store = start;
  auto weather = outdoor_persistence{};
  for (std::size_t h = 0; h < s.when.to; ++h) {
    weather.learn(s.outdoor(h));
    learn(h);
    if (h < s.when.from) continue;
    // Not knowing the weather, it may be colder or warmer by a standard deviation.
    auto unsure = std::vector<heat_outlook>{};
    for (const auto off :
         known == weather_known::exactly ? std::vector{0.0} : std::vector{-1.0, 1.0})
      unsure.push_back(ahead(s, h, [&](std::size_t t) {
        return known == weather_known::exactly ? s.outdoor(t)
                                               : weather.ahead(t - h) + off * weather.doubt(t - h);
      }));
    const auto& o = unsure.front();
    const auto& now = o.slots.front();
    const auto used = plan(unsure, in_store, s.market(h));
    const auto left = in_store - store.loss_per_hour * (in_store + store.rest) - now.load;
    in_store = left + now.cop * used;
    if (in_store < energy{}) out.unserved -= std::exchange(in_store, energy{});
    in_store = std::min(in_store, store.most);
    out.cost += used * (s.market(h) + now.added);
  }
  out.cost -= (in_store - start) * settled_at;
  return out;
}

energy by_linear_program(const heat_outlook& o, energy in_store, energy_price market) {
  auto p = bound_problem{
      {},
      1h,
      {store.most, in_store, energy{}, store.rest, store.loss_per_hour, loss_rule::at_slot_start},
      {}};
  for (const auto& s : o.slots)
    p.slots.push_back(for_program(s, &s == &o.slots.front() ? market : s.day_ahead));
  const auto plan = least_cost(p);
  if (!plan) std::fprintf(stderr, "%s\n", to_text(plan.error()).c_str());
  const auto& now = o.slots.front();
  const auto left = in_store - store.loss_per_hour * (in_store + store.rest) - now.load;
  const auto then = plan && !plan->store.empty() ? plan->store.front() : energy{};
  return std::clamp((then - left) / now.cop, energy{}, now.electricity_most);
}

struct stopwatch {
  std::vector<double> took_ms;
  template <class Work>
  auto time(Work work) {
    const auto before = std::chrono::steady_clock::now();
    auto out = work();
    took_ms.push_back(
        1e3 * std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count());
    return out;
  }
  double at(double part) {
    std::ranges::sort(took_ms);
    return took_ms[static_cast<std::size_t>(part * static_cast<double>(took_ms.size() - 1))];
  }
};

void print(const season& s, const char* who, const outcome& made, money thermostat, money least) {
  std::printf("%s\t%s\t%s\t%.2f\t%.4f\t%.2f\n", s.paid.name, s.when.name, who,
              made.cost.in(us_dollar), (thermostat - made.cost) / (thermostat - least),
              made.unserved.in(kwh));
  std::fflush(stdout);
}

std::optional<series> column(const std::string& file, std::span<const std::string_view> names,
                             std::size_t which) {
  auto read = load_series(file, names);
  for (const auto& d : read.diagnostics) std::fprintf(stderr, "%s", to_text(d).c_str());
  if (read.columns.size() <= which) return {};
  return std::move(read.columns[which]);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: planner_season DATA_FOLDER\n", stderr);
    return 2;
  }
  const auto folder = std::string{argv[1]} + "/";
  auto outdoor = column(folder + "weather-millinocket-2020.csv", weather_columns, 0);
  auto market = column(folder + "prices-keene-2020.csv", price_columns, 0);
  auto distribution = column(folder + "prices-keene-2020.csv", price_columns, 1);
  auto day_ahead = column(folder + "prices-isone-dayahead-2020.csv", day_ahead_columns, 0);
  if (!outdoor || !market || !distribution || !day_ahead) {
    std::fprintf(stderr, "planner_season: %s has no files of 2020\n", argv[1]);
    return 2;
  }
  const auto all = year{std::move(*outdoor), std::move(*market), std::move(*distribution),
                        std::move(*day_ahead)};
  std::puts("tariff\tpart\tplanner\tcost_usd\tcaptured\tunserved_kwh");
  auto plans = stopwatch{}, programs = stopwatch{};
  for (const auto& paid : {tariff{"A", {}}, tariff{"B", 100.0}})
    for (const auto& when : {part{"Jan-Apr", 0, 2904}, part{"Oct-Dec", 6576, 8735}}) {
      const auto s = season{all, paid, when};
      const auto nothing_learned = [](std::size_t) {};
      const auto least = s.bound();
      const auto thermostat = s.thermostat();
      print(s, "thermostat", {thermostat, {}}, thermostat, least);
      print(s, "bound", {least, {}}, thermostat, least);
      print(s, "linear-program",
            live_through(
                s, weather_known::exactly,
                [&](const outlooks& o, energy e, energy_price p) {
                  return programs.time([&] { return by_linear_program(o.front(), e, p); });
                },
                nothing_learned),
            thermostat, least);
      for (const auto known : {weather_known::exactly, weather_known::by_persistence}) {
        auto committee = price_committee{};
        print(s, known == weather_known::exactly ? "hearth" : "hearth-persistence",
              live_through(
                  s, known,
                  [&](const outlooks& o, energy e, energy_price p) {
                    return plans.time([&] {
                      return best_now(o.front(), value_after_first_slot(o, committee.members()), e,
                                      p)
                          .electricity;
                    });
                  },
                  [&](std::size_t h) {
                    committee.learn(h % 24, all.day_ahead.values[h] * usd_per_mwh, s.market(h));
                  }),
              thermostat, least);
      }
    }
  std::printf("plan_ms_p50\t%.3f\nplan_ms_p99\t%.3f\nlinear_program_ms_p50\t%.3f\n", plans.at(0.5),
              plans.at(0.99), programs.at(0.5));
  return 0;
}
