#include "drivers/simulated/sun.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>

namespace hearth::simulated {
namespace {

constexpr auto degree = std::numbers::pi / 180;
/// Above the atmosphere, and what 1 of air mass lets through (Meinel and Meinel, 1976).
constexpr auto extraterrestrial_w_per_m2 = 1353.0;
constexpr auto transmission = 0.7;
constexpr auto air_mass_exponent = 0.678;
/// Scattered light of a clear sky on level ground, as a part of the direct (ASHRAE, winter).
constexpr auto diffuse_part = 0.1;
/// Light that grass and roads reflect; snow would treble it.
constexpr auto ground_reflects = 0.2;

}  // namespace

double sunlight::on_wall(simulation_layout::compass faces) const {
  const auto towards = [&] {
    switch (faces) {
    case simulation_layout::compass::north: return -south;
    case simulation_layout::compass::east: return east;
    case simulation_layout::compass::south: return south;
    case simulation_layout::compass::west: return -east;
    }
    return 0.0;
  }();
  // A wall sees half the sky and half the ground.
  return direct_w_per_m2 * std::max(0.0, towards) + diffuse_w_per_m2 / 2 +
         ground_reflects / 2 * on_ground();
}

sunlight clear_sky(time_point t, double latitude, double longitude) {
  const auto midnight = std::chrono::floor<std::chrono::days>(t);
  const auto date = std::chrono::year_month_day{midnight};
  const auto new_year = std::chrono::sys_days{date.year() / std::chrono::January / 1};
  const auto day = static_cast<double>((midnight - new_year).count()) + 1;
  const auto hours = std::chrono::duration<double, std::ratio<3600>>(t - midnight).count();

  // Declination after Cooper (1969), equation of time after Spencer's short form.
  const auto declination = 23.45 * degree * std::sin(360 * degree * (284 + day) / 365);
  const auto season = 360 * degree * (day - 81) / 364;
  const auto equation_min =
      9.87 * std::sin(2 * season) - 7.53 * std::cos(season) - 1.5 * std::sin(season);
  const auto hour_angle = 15 * degree * (hours + longitude / 15 + equation_min / 60 - 12);
  const auto phi = latitude * degree;

  auto sun = sunlight{};
  sun.up = std::sin(phi) * std::sin(declination) +
           std::cos(phi) * std::cos(declination) * std::cos(hour_angle);
  if (sun.up <= 0) return {};
  sun.east = -std::cos(declination) * std::sin(hour_angle);
  sun.south = std::sin(phi) * std::cos(declination) * std::cos(hour_angle) -
              std::cos(phi) * std::sin(declination);
  // Air mass after Kasten and Young (1989).
  const auto height = std::asin(std::min(1.0, sun.up)) / degree;
  const auto air_mass = 1 / (sun.up + 0.50572 * std::pow(height + 6.07995, -1.6364));
  sun.direct_w_per_m2 =
      extraterrestrial_w_per_m2 * std::pow(transmission, std::pow(air_mass, air_mass_exponent));
  sun.diffuse_w_per_m2 = diffuse_part * sun.direct_w_per_m2;
  return sun;
}

}  // namespace hearth::simulated
