// The planner on one published problem: two winter days of a house with 360 gal of water and a heat
// pump of 11 kW, every parameter given. First by the rules of the problem (the store is a bucket of
// energy, power is continuous), where a linear program knows the least cost; then with what a
// compressor and its water add to it. Then how long a plan of 192 quarters of an hour takes, beside
// GLPK's linear program of as many slots in the same run.
//
// usage: planner_scenario flo-scenario.json

#include "actors/planner/heat_plan.hpp"
#include "tools/simulate/bound.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <vector>

namespace {

using namespace hearth;
using namespace hearth::simulate;
using namespace std::chrono_literals;

constexpr auto kwh = kilowatt_hour;
/// Between the coldest state that serves the load and the hottest; and between the coldest of all,
/// above which losses count, and the former (see the notes to the problem).
constexpr auto usable = 60.16 * kwh;
constexpr auto rest = 35.95 * kwh;
/// A bucket has no temperature; one of 1 kWh a kelvin makes them readable.
constexpr auto bucket_empty = celsius(40);
constexpr auto bucket_j_per_k = 3.6e6;

struct scenario {
  std::vector<double> outdoor_c, load_kw, cop, usd_per_mwh_total, required_c;
  double start_kwh = 0;  ///< usable
};

scenario scenario_from(const nlohmann::json& j) {
  auto s = scenario{};
  s.usd_per_mwh_total = j.at("prices_usd_per_mwh").at("total").get<std::vector<double>>();
  s.load_kw = j.at("derived").at("load_kw_thermal").get<std::vector<double>>();
  s.cop = j.at("derived").at("cop").get<std::vector<double>>();
  const auto celsius_of = [](double f) { return (f - 32) / 1.8; };
  for (const auto& f : j.at("oat_f")) s.outdoor_c.push_back(celsius_of(f.get<double>()));
  for (const auto& f : j.at("derived").at("rswt_f"))
    s.required_c.push_back(celsius_of(f.get<double>()));
  const auto& tank = j.at("storage");
  const auto kwh_per_f =
      tank.at("mass_kg").get<double>() * tank.at("water_cp_kj_per_kg_k").get<double>() / 1.8 / 3600;
  const auto& now = j.at("initial_state");
  const auto mean_f =
      (now.at("top_temp_f").get<double>() + now.at("middle_temp_f").get<double>()) / 2;
  const auto coldest_f = (80.0 + 23 * 60) / 24;
  s.start_kwh = kwh_per_f * (mean_f - coldest_f) - rest.in(kwh);
  return s;
}

/// The rules of the problem: a bucket, any power at any time, the table's COP.
heat_model bucket_of(const scenario& s) {
  auto m = heat_model{};
  m.heat_j_per_k = bucket_j_per_k;
  m.curve = {{celsius(0), bucket_empty}};
  m.full = bucket_empty + usable.in(kwh)*kelvin;
  m.surroundings = bucket_empty - rest.in(kwh)*kelvin;
  m.loss_per_hour = 0.005;
  m.of_little_use = 1e-3 * kelvin;
  m.leaving_beyond = {};
  for (std::size_t h = 0; h < s.cop.size(); ++h)
    m.cop.push_back({celsius(s.outdoor_c[h]), celsius(50), s.cop[h]});
  m.electric = m.electric_most = 11 * kilowatt;
  m.least_part = 1e-3;
  return m;
}

/// The same house with its water: 15 min at least, ten of them to warm up, a start's wear, a COP
/// that falls by 1.2 % for each kelvin beyond 55 °C, and supply as hot as the load needs.
heat_model house_of(const scenario& s) {
  auto m = heat_model{};
  m.heat_j_per_k = 1362.6 * 4187;
  for (std::size_t h = 0; h < s.cop.size(); ++h)
    m.curve.push_back({celsius(s.outdoor_c[h]), celsius(s.required_c[h])});
  std::ranges::sort(m.curve, {}, &supply_point::outdoor);
  m.drained = 0.3;
  m.full = celsius(76.7);
  m.surroundings = celsius(16);
  m.loss_per_hour = 0.005;
  m.of_little_use = 15 * kelvin;
  for (std::size_t h = 0; h < s.cop.size(); ++h)
    for (const auto water : {35.0, 55.0, 75.0})
      m.cop.push_back(
          {celsius(s.outdoor_c[h]), celsius(water), s.cop[h] * (1 - 0.012 * (water - 55))});
  m.leaving_beyond = 5 * kelvin;
  m.electric = m.electric_most = 11 * kilowatt;
  m.warm_up = 10min;
  m.warm_up_part = 0.6;
  m.min_on = m.min_off = 15min;
  m.start_cost = 0.05 * us_dollar;
  return m;
}

heat_problem problem_of(const scenario& s, duration slot) {
  auto p = heat_problem{slot, slot, {}, {}};
  for (std::size_t h = 0; h < s.load_kw.size(); ++h)
    for (auto t = duration{}; t < 1h; t += slot)
      p.slots.push_back(
          {celsius(s.outdoor_c[h]), s.load_kw[h] * kilowatt, s.usd_per_mwh_total[h] * usd_per_mwh});
  return p;
}

bound_problem program_of(const scenario& s, duration slot) {
  auto p = bound_problem{
      {}, slot, {usable, s.start_kwh * kwh, energy{}, rest, 0.005, loss_rule::at_slot_start}, {}};
  for (std::size_t h = 0; h < s.load_kw.size(); ++h)
    for (auto t = duration{}; t < 1h; t += slot) {
      const auto most = 11 * kilowatt * slot;
      p.slots.push_back({s.load_kw[h] * kilowatt * slot, s.usd_per_mwh_total[h] * usd_per_mwh,
                         s.cop[h], s.cop[h] * most, most});
    }
  return p;
}

void print(const char* who, const heat_plan& plan, double store_kwh) {
  auto paid = money{};
  auto electricity = energy{};
  auto starts = 0;
  auto ran = false;
  for (const auto& s : plan.slots) {
    paid += s.electricity * s.price;
    electricity += s.electricity;
    starts += s.part > 0 && !ran;
    ran = s.part > 0;
  }
  std::printf("%s\t%.3f\t%.2f\t%.2f\t%.3f\t%d\n", who, paid.in(us_dollar), electricity.in(kwh),
              store_kwh, plan.unserved.in(kwh), starts);
}

template <class Work>
std::vector<double> times_of(int rounds, Work work) {
  auto ms = std::vector<double>{};
  for (auto i = 0; i < rounds; ++i) {
    const auto before = std::chrono::steady_clock::now();
    work();
    ms.push_back(1e3 *
                 std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count());
  }
  std::ranges::sort(ms);
  return ms;
}

}  // namespace

int main(int argc, char** argv) {
  auto file = std::ifstream{argc == 2 ? argv[1] : ""};
  const auto j = nlohmann::json::parse(file, nullptr, false);
  if (j.is_discarded()) {
    std::fputs("usage: planner_scenario flo-scenario.json\n", stderr);
    return 2;
  }
  const auto s = scenario_from(j);
  std::puts("planner\tcost_usd\telectricity_kwh\tend_store_kwh\tunserved_kwh\tstarts");
  const auto bound = least_cost(program_of(s, 1h));
  if (!bound) {
    std::fprintf(stderr, "planner_scenario: %s\n", to_text(bound.error()).c_str());
    return 1;
  }
  std::printf("linear-program\t%.3f\t%.2f\t%.2f\t%.3f\t\n", bound->cost.in(us_dollar),
              bound->electricity.in(kwh), (bound->store.back() + rest).in(kwh),
              bound->unserved.in(kwh));
  const auto bucket = bucket_of(s);
  const auto full_bucket = heat_state{bucket_empty + s.start_kwh * kelvin, false, 24h};
  const auto by_rules = plan_heat(bucket, problem_of(s, 1h), full_bucket, {});
  print("hearth", by_rules,
        (by_rules.slots.back().store - bucket.surroundings).in(kelvin)*bucket_j_per_k / 3.6e6);
  const auto house = house_of(s);
  const auto warm = heat_state{celsius(60), false, 24h};
  const auto above_coldest = [&](const heat_plan& p) {
    return (p.slots.back().store - celsius(16)).in(kelvin)*house.heat_j_per_k / 3.6e6;
  };
  const auto quarters = problem_of(s, 15min);
  const auto with_physics = plan_heat(house, quarters, warm, {});
  print("hearth-physics", with_physics, above_coldest(with_physics));
  const auto thermostat = thermostat_plan(house, quarters, warm, {});
  print("thermostat-physics", thermostat, above_coldest(thermostat));

  const auto plans = times_of(400, [&] { (void)plan_heat(house, quarters, warm, {}); });
  const auto program = program_of(s, 15min);
  const auto programs = times_of(100, [&] { (void)least_cost(program); });
  const auto at = [](const std::vector<double>& ms, double part) {
    return ms[static_cast<std::size_t>(part * static_cast<double>(ms.size() - 1))];
  };
  std::printf("plan_192_slots_ms_p50\t%.3f\nplan_192_slots_ms_p99\t%.3f\n", at(plans, 0.5),
              at(plans, 0.99));
  std::printf("linear_program_192_slots_ms_p50\t%.3f\nplan_to_linear_program\t%.2f\n",
              at(programs, 0.5), at(plans, 0.5) / at(programs, 0.5));
  return 0;
}
