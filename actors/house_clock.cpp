#include "actors/house_clock.hpp"

#include "protocol/limits.hpp"

#include <algorithm>

namespace hearth {

using std::chrono::microseconds;
using std::chrono::round;
using std::chrono::steady_clock;
using std::chrono::system_clock;

house_clock::house_clock(time_point start, std::function<ticks()> source, double speed)
    : start_{start}, source_{std::move(source)}, anchor_{source_()}, speed_{speed} {}

house_clock house_clock::real() {
  const auto today = std::chrono::floor<time_point::duration>(system_clock::now());
  return {std::max(today, limits::earliest_date), [] { return steady_clock::now(); }, 1};
}

house_clock house_clock::warped(time_point start, time_point anchor, double speed) {
  return warped(start, anchor, speed, [] { return steady_clock::now(); });
}

house_clock house_clock::warped(time_point start, time_point anchor, double speed,
                                std::function<ticks()> source) {
  const auto passed = std::chrono::floor<duration>(system_clock::now()) - anchor;
  const auto today = start + round<duration>(passed * speed);
  return {today, std::move(source), speed};
}

house_clock house_clock::driven(time_point start, std::function<ticks()> source) {
  return {start, std::move(source), 1};
}

time_point house_clock::now() const {
  return start_ + std::chrono::floor<duration>((source_() - anchor_) * speed_);
}

microseconds house_clock::outside(duration d) const {
  if (d <= duration{0}) return microseconds{0};
  return std::max(microseconds{1000}, round<microseconds>(d / speed_));
}

duration house_clock::inside(duration d) const { return round<duration>(d * speed_); }

}  // namespace hearth
