// How fast one core of a node plans and bids: houses as they stand at different times of a winter,
// each with a plan of two days and the exact offer of its next slot, from the standing that came
// over the wire to the contract that goes back. Beside GLPK's linear program of as many slots, in
// the same run. For tests/bench/run.py, and by hand.
//
// usage: bids [HOUSES]

#include "actors/node/bidding.hpp"
#include "protocol/codec.hpp"
#include "tools/simulate/bound.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <sys/resource.h>
#include <vector>

namespace {

using namespace hearth;
using namespace hearth::simulate;
using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

const auto midnight = time_point{std::chrono::sys_days{std::chrono::year{2020} / 1 / 15}};

/// Two winter days: cheap nights, dear mornings and evenings, and frost.
outlook winter() {
  auto p = prices{midnight, 1h, {}, {}};
  auto w = weather{midnight, 1h, {}};
  for (auto h = 0; h < 96; ++h) {
    const auto dear = (h % 24 >= 7 && h % 24 < 12) || (h % 24 >= 16 && h % 24 < 20);
    p.energy.push_back((30 + 15 * std::sin(h / 5.0)) * usd_per_mwh);
    p.distribution.push_back((dear ? 390 : 50) * usd_per_mwh);
    w.outdoor.push_back(celsius(-6 + 6 * std::sin(h / 24.0 * 6.283)));
  }
  return {p, w};
}

house_model some_house(std::mt19937& chance) {
  const auto any = [&](double least, double most) {
    return std::uniform_real_distribution{least, most}(chance);
  };
  auto plant = plant_layout{};
  plant.heat_pump.max_power = any(5, 12) * kilowatt;
  plant.heat_pump.min_on = 20min;
  plant.heat_pump.min_off = 10min;
  for (const auto outdoor : {-25.0, -15.0, -7.0, 2.0, 7.0, 15.0})
    for (const auto water : {35.0, 45.0, 55.0, 65.0})
      plant.heat_pump.cop.push_back(
          {celsius(outdoor), celsius(water), 3.2 + outdoor * 0.06 - (water - 35) * 0.04});
  plant.store = store_layout{.volume = any(400, 2800) * litre,
                             .layers = {},
                             .max = celsius(77),
                             .min_top = celsius(45),
                             .heating_curve = {}};
  return assumed_model(plant);
}

double milliseconds(steady::duration d) {
  return std::chrono::duration<double, std::milli>(d).count();
}

double at(std::vector<double>& all, double part) {
  std::ranges::sort(all);
  return all[static_cast<std::size_t>(part * static_cast<double>(all.size() - 1))];
}

double resident_mib() {
  auto used = rusage{};
  getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_maxrss) / 1024;
}

}  // namespace

int main(int argc, char** argv) {
  const auto houses = argc > 1 ? std::atoi(argv[1]) : 1000;
  auto chance = std::mt19937{1};
  const auto world = winter();
  const auto start = midnight + 6h;
  auto market = market_view{"UTC"};
  market.look(world, start - 5min);
  auto standings = std::vector<std::string>{};
  for (auto i = 0; i < houses; ++i) {
    auto is = standing{start - 5min,
                       celsius(35 + 30 * (i % 97) / 97.0),
                       celsius(60),
                       i % 3 == 0,
                       std::chrono::minutes{i % 120},
                       celsius(-8),
                       some_house(chance),
                       std::vector<power>(24)};
    standings.push_back(encode({"house", "b", 0, "b-1", start - 5min, "", is}));
  }
  const auto before_mib = resident_mib();
  auto each = std::vector<double>{};
  auto bought = energy{};
  auto corners = std::size_t{0};
  const auto begun = steady::now();
  for (const auto& bytes : standings) {
    const auto one = steady::now();
    auto house = site_memory{};
    house.site = "house";
    house.stands = std::get<standing>(decode(bytes)->body);
    const auto bid = bid_for(house, world, market, start, 1h);
    if (!bid) return 1;
    bought += bid->terms.promised();
    corners += bid->offer.curve.size();
    each.push_back(milliseconds(steady::now() - one));
  }
  const auto wall_s = milliseconds(steady::now() - begun) / 1000;

  auto program = bound_problem{{},
                               15min,
                               {60 * kilowatt_hour, 30 * kilowatt_hour, energy{},
                                36 * kilowatt_hour, 0.005, loss_rule::at_slot_start},
                               {}};
  for (auto i = 0; i < 192; ++i) {
    const auto most = 11 * kilowatt * 15min;
    program.slots.push_back({4 * kilowatt * 15min,
                             world.prices->energy[static_cast<std::size_t>(i / 4)] +
                                 world.prices->distribution[static_cast<std::size_t>(i / 4)],
                             2.0, 2.0 * most, most});
  }
  auto programs = std::vector<double>{};
  for (auto i = 0; i < 100; ++i) {
    const auto one = steady::now();
    if (!least_cost(program)) return 1;
    programs.push_back(milliseconds(steady::now() - one));
  }
  const auto middle = at(each, 0.5);
  std::printf("houses\t%d\n", houses);
  std::printf("bought_kwh\t%.1f\ncorners_per_offer\t%.1f\n", bought.in(kilowatt_hour),
              static_cast<double>(corners) / houses);
  std::printf("bid_ms_p50\t%.3f\nbid_ms_p99\t%.3f\nhouses_per_s\t%.0f\n", middle, at(each, 0.99),
              houses / wall_s);
  std::printf("linear_program_192_slots_ms_p50\t%.3f\nbid_to_linear_program\t%.2f\n",
              at(programs, 0.5), middle / at(programs, 0.5));
  std::printf("resident_mib\t%.1f\nof_which_by_bidding\t%.1f\n", resident_mib(),
              resident_mib() - before_mib);
  return 0;
}
