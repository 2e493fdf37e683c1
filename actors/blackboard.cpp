#include "actors/blackboard.hpp"

#include "protocol/limits.hpp"

#include <cmath>

namespace hearth {
namespace {

quality judge(const point& p, duration max_age, time_point now) {
  if (p.quality == quality::never) return quality::never;
  if (!p.value) return quality::fault;
  return now - p.at > max_age ? quality::stale : quality::good;
}

}  // namespace

blackboard::blackboard(std::shared_ptr<const layout> house, time_point now)
    : house_{std::move(house)}, points_(house_->channels.size()) {
  for (auto& p : points_) p.at = p.since = now;
}

void blackboard::take(std::span<const reading> heard, time_point now) {
  for (const auto& r : heard) {
    const auto known = r.channel.value < points_.size();
    const auto fits = known && (!r.value || (r.value->unit == (*house_)[r.channel].unit &&
                                             std::isfinite(r.value->amount)));
    if (!fits || r.at > now + limits::clock_skew ||
        (points_[r.channel.value].quality != quality::never &&
         r.at < points_[r.channel.value].at)) {
      ++dropped_;
      continue;
    }
    auto& p = points_[r.channel.value];
    p.value = r.value;
    p.at = r.at;
    // A late word may be too old already; a stale channel it came for stays stale since when it
    // was.
    auto is = r.value ? quality::good : quality::fault;
    if (r.value && now - r.at > (*house_)[r.channel].max_age) is = quality::stale;
    if (p.quality != is) p.since = r.at;
    p.quality = is;
  }
}

snapshot blackboard::freeze(time_point now) {
  for (std::size_t i = 0; i < points_.size(); ++i) {
    auto& p = points_[i];
    const auto is = judge(p, house_->channels[i].max_age, now);
    if (is != p.quality) {
      p.quality = is;
      p.since = now;
    }
  }
  return {now, points_};
}

}  // namespace hearth
