#include "tools/simulate/bound_book.hpp"

#include <algorithm>

namespace hearth::simulate {
namespace {

constexpr duration slot = std::chrono::hours{1};
/// Sums of many steps may stand a hair beyond a limit that they reach.
constexpr double hair = 1 + 1e-6;
/// A machine's best water lies somewhere between these; its tables are flat beyond.
constexpr auto coolest_water = celsius(20);
constexpr auto water_step = 5 * kelvin;

}  // namespace

bound_book::bound_book(const plant_layout& house, const simulation_layout& physics,
                       const simulated::plant& start)
    : electric_most_{house.heat_pump.max_power},
      surroundings_{physics.store.surroundings},
      store_j_per_k_{simulated::heat_capacity_j_per_k(house.store ? house.store->volume
                                                                  : physics.loop.volume)} {
  problem_.step = slot;
  problem_.store.most = energy::from_si(
      store_j_per_k_ * (simulated::leaving_water_max - surroundings_).in(kelvin)*hair);
  problem_.store.loss_per_hour = start.store().least_loss_per_s() * 3600;
  started_ = above_surroundings(start);
}

energy bound_book::above_surroundings(const simulated::plant& p) const {
  return p.store().heat() - energy::from_si(store_j_per_k_ * surroundings_.in_celsius());
}

void bound_book::begin_slot() {
  problem_.slots.emplace_back().electricity_most =
      electric_most_ * std::chrono::duration<double>(slot) * hair;
  filled_ = {};
}

void bound_book::add(const simulated::plant& before, const simulated::plant& after,
                     energy_price price, duration length) {
  const auto first = problem_.slots.empty() || filled_ >= slot;
  if (first) begin_slot();
  auto& hour = problem_.slots.back();
  hour.price = first ? price : std::min(hour.price, price);
  hour.heat_needed += std::max(after.books().drawn - before.books().drawn, energy{});
  const auto& machine = after.heat_pump().performance;
  const auto air = std::max(before.outdoor(), after.outdoor());
  for (auto water = coolest_water; water <= simulated::leaving_water_max;
       water = water + water_step) {
    const auto can = machine.at(air, water);
    hour.best_cop = std::max(hour.best_cop, can.cop);
    hour.heat_most =
        std::max(hour.heat_most, can.capacity * std::chrono::duration<double>(slot) * hair);
  }
  filled_ += length;
}

result<bound_answer> bound_book::least_cost(const simulated::plant& end) const {
  auto asked = problem_;
  asked.store.start = std::clamp(started_, energy{}, asked.store.most);
  asked.store.end = std::clamp(above_surroundings(end), energy{}, asked.store.most);
  return simulate::least_cost(asked);
}

}  // namespace hearth::simulate
