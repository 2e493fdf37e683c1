#include "actors/portal/attempt_limits.hpp"

#include "drivers/ports/sensor_token.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace hearth {
namespace {

/// So many places that a household's few addresses and names hardly ever share one; 128 KB.
constexpr auto places = std::size_t{4096};

}  // namespace

guess_table::guess_table(std::string_view salt, guess_limit limit)
    : salt_{salt}, limit_{limit}, places_(places) {}

std::optional<duration> guess_table::wait_of(std::string_view word, time_point now) const {
  const auto& p = places_[place_of(word)];
  // After the clock was set back nobody waits longer than the longest wait.
  const auto left = std::min(p.until - now, limit_.longest_wait);
  if (left <= duration{0}) return {};
  return left;
}

void guess_table::wrong(std::string_view word, time_point now) {
  auto& p = places_[place_of(word)];
  if (now - p.last > limit_.forgotten_after) p.failed = 0;
  ++p.failed;
  p.last = now;
  if (p.failed < limit_.free) return;
  const auto doublings = std::min<std::uint32_t>(p.failed - limit_.free, 30);
  const auto wait =
      std::min<duration>(limit_.first_wait * (std::int64_t{1} << doublings), limit_.longest_wait);
  p.until = now + wait;
}

void guess_table::right(std::string_view word) { places_[place_of(word)] = {}; }

void guess_table::recall(std::string_view word, std::uint32_t failed,
                         std::optional<time_point> until) {
  auto& p = places_[place_of(word)];
  p.failed = failed;
  if (until) p.last = p.until = *until;
}

std::uint32_t guess_table::failed(std::string_view word) const {
  return places_[place_of(word)].failed;
}

std::size_t guess_table::place_of(std::string_view word) const {
  const auto digest = sensor_token_digest(salt_ + std::string{word});
  auto number = std::size_t{0};
  std::from_chars(digest.data(), digest.data() + 8, number, 16);
  return number % places;
}

std::optional<duration> steady_rate::take(time_point now) {
  const auto passed = last_ ? std::max(now - *last_, duration{0}) : duration{0};
  last_ = now;
  left_ = std::min(
      burst_, left_ + static_cast<double>(passed.count()) / static_cast<double>(every_.count()));
  if (left_ < 1)
    return duration{
        static_cast<std::int64_t>(std::ceil((1 - left_) * static_cast<double>(every_.count())))};
  left_ -= 1;
  return {};
}

}  // namespace hearth
