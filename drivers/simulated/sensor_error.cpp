#include "drivers/simulated/sensor_error.hpp"

#include <cmath>
#include <numbers>

namespace hearth::simulated {
namespace {

constexpr auto hottest_c = 500.0;

/// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014): neighbours become unlike.
std::uint64_t scattered(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

/// FNV-1a, begun at the seed.
std::uint64_t key_of(std::uint64_t seed, std::string_view name) {
  auto key = scattered(seed) ^ 0xcbf29ce484222325;
  for (const auto c : name) key = (key ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return scattered(key);
}

}  // namespace

/// The sum of eight even numbers: near enough to normal for a thermometer, and never absurd.
double bell(std::uint64_t key) {
  auto sum = 0.0;
  for (auto half = 0; half < 2; ++half) {
    key = scattered(key);
    for (auto i = 0; i < 4; ++i) sum += static_cast<double>((key >> (16 * i)) & 0xffff) / 65535;
  }
  // Eight times a variance of 1/12.
  return (sum - 4) * std::numbers::sqrt3 / std::numbers::sqrt2;
}

sensor_error::sensor_error(const simulation_layout& s, std::string_view name)
    : noise_k_{s.sensor_noise_k},
      bias_k_{0},
      lag_s_{seconds_real{s.sensor_lag}.count()},
      key_{key_of(s.seed, name)} {
  if (s.sensor_bias_k > 0) bias_k_ = s.sensor_bias_k * bell(key_);
}

double sensor_error::shown(double truth, time_point now) {
  // No house is like this: it is a broken converter's, which no water slows down.
  if (!(std::abs(truth) < hottest_c)) return truth;
  auto value = truth;
  if (lag_s_ > 0) {
    if (last_ && now >= last_->at) {
      const auto passed = seconds_real{now - last_->at}.count() / lag_s_;
      value = last_->value + (truth - last_->value) * -std::expm1(-passed);
    }
    last_ = followed{value, now};
  }
  value += bias_k_;
  if (noise_k_ > 0)
    value += noise_k_ *
             bell(key_ ^ scattered(static_cast<std::uint64_t>(now.time_since_epoch().count())));
  return value;
}

}  // namespace hearth::simulated
