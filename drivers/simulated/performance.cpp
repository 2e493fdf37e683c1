#include "drivers/simulated/performance.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace hearth::simulated {
namespace {

/// The default machine: a propane (R290) monobloc of 12 kW with water up to 75 °C. In the columns
/// of 35 and 55 °C from -22 to 7 °C outdoors are its certified EN 14511 and EN 14825 points (Heat
/// Pump Keymark, Airwell Wellea HT 12 kW); those measured at 34, 49 or 52 °C are carried to 35 and
/// 55 °C. 45 °C lies between; 65 and 75 °C, and -30, 12 and 20 °C outdoors, go on at the same part
/// of the Carnot efficiency.
constexpr std::array waters_c{35.0, 45.0, 55.0, 65.0, 75.0};
constexpr std::array outdoors_c{-30.0, -22.0, -15.0, -7.0, 2.0, 7.0, 12.0, 20.0};
constexpr std::array<std::array<double, waters_c.size()>, outdoors_c.size()> cops{{
    {1.71, 1.52, 1.35, 1.24, 1.15},
    {2.04, 1.76, 1.52, 1.39, 1.28},
    {2.49, 2.11, 1.78, 1.61, 1.47},
    {2.78, 2.44, 2.14, 1.90, 1.72},
    {3.30, 2.90, 2.55, 2.21, 1.96},
    {4.80, 3.85, 3.10, 2.64, 2.32},
    {5.60, 4.35, 3.50, 3.00, 2.60},
    {6.50, 5.00, 4.00, 3.40, 2.90},
}};
constexpr std::array<std::array<double, waters_c.size()>, outdoors_c.size()> capacities_kw{{
    {5.80, 5.45, 5.10, 4.70, 4.30},
    {7.70, 7.27, 6.84, 6.30, 5.80},
    {9.39, 9.05, 8.60, 8.10, 7.50},
    {10.75, 10.60, 10.50, 9.90, 9.30},
    {11.58, 11.50, 11.41, 10.90, 10.30},
    {12.00, 12.00, 12.00, 11.50, 11.00},
    {12.50, 12.50, 12.50, 12.00, 11.50},
    {13.20, 13.20, 13.20, 12.70, 12.10},
}};
constexpr auto nominal_outdoor = celsius(0);
constexpr auto nominal_water = celsius(45);

/// Where a value lies on an ascending axis: a place, and how far it is to the next.
struct spot {
  std::size_t at;
  double beyond;  ///< from 0 to 1
};

spot find(const std::vector<double>& axis, double value) {
  if (value <= axis.front() || axis.size() == 1) return {0, 0};
  auto i = std::size_t{0};
  while (i + 2 < axis.size() && axis[i + 1] <= value) ++i;
  return {i, std::min(1.0, (value - axis[i]) / (axis[i + 1] - axis[i]))};
}

std::vector<double> sorted(std::vector<double> values) {
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

}  // namespace

performance::performance(power nominal) { take_default(nominal); }

performance::performance(const std::vector<simulation_layout::performance_point>& points) {
  if (points.empty()) {
    take_default(simulation_layout{}.heat_pump_capacity);
    return;
  }
  for (const auto& p : points) {
    outdoors_c_.push_back(p.outdoor.in_celsius());
    waters_c_.push_back(p.leaving_water.in_celsius());
  }
  outdoors_c_ = sorted(std::move(outdoors_c_));
  waters_c_ = sorted(std::move(waters_c_));
  for (const auto outdoor : outdoors_c_)
    for (const auto water : waters_c_) {
      const auto distance = [&](const simulation_layout::performance_point& p) {
        return std::abs(p.leaving_water.in_celsius() - water) +
               1e3 * std::abs(p.outdoor.in_celsius() - outdoor);
      };
      const auto nearest = std::ranges::min_element(points, {}, distance);
      cells_.push_back({nearest->capacity.in(watt), std::max(1.0, nearest->cop)});
    }
}

void performance::take_default(power nominal) {
  outdoors_c_.assign(outdoors_c.begin(), outdoors_c.end());
  waters_c_.assign(waters_c.begin(), waters_c.end());
  for (std::size_t o = 0; o < outdoors_c.size(); ++o)
    for (std::size_t w = 0; w < waters_c.size(); ++w)
      cells_.push_back({capacities_kw[o][w], cops[o][w]});
  const auto scale = nominal.in(watt) / capacity(nominal_outdoor, nominal_water).in(watt);
  for (auto& c : cells_) c.capacity_w *= scale;
}

performance::value performance::at(temperature outdoor, temperature leaving_water) const {
  const auto o = find(outdoors_c_, outdoor.in_celsius());
  const auto w = find(waters_c_, leaving_water.in_celsius());
  const auto row = waters_c_.size();
  const auto next_o = o.at + (outdoors_c_.size() > 1 ? 1U : 0U);
  const auto next_w = w.at + (waters_c_.size() > 1 ? 1U : 0U);
  const auto& a = cells_[o.at * row + w.at];
  const auto& b = cells_[o.at * row + next_w];
  const auto& c = cells_[next_o * row + w.at];
  const auto& d = cells_[next_o * row + next_w];
  const auto between = [&](double cell::*what) {
    const auto cold = a.*what + (b.*what - a.*what) * w.beyond;
    const auto warm = c.*what + (d.*what - c.*what) * w.beyond;
    return cold + (warm - cold) * o.beyond;
  };
  return {between(&cell::capacity_w) * watt, between(&cell::cop)};
}

performance performance_of(const simulation_layout& s) {
  return s.heat_pump.table.empty() ? performance{s.heat_pump_capacity}
                                   : performance{s.heat_pump.table};
}

}  // namespace hearth::simulated
