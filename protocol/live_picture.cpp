#include "protocol/live_picture.hpp"

#include <algorithm>

namespace hearth {

std::vector<channel_point> live_picture::take(const snapshot_report& s) {
  if (!s.base) {
    full_ = s;
    return s.points;
  }
  auto out = std::vector<channel_point>{};
  auto change = s.changes.begin();
  for (std::uint32_t place = 0; place < full_.points.size(); ++place) {
    const auto& was = full_.points[place];
    if (change != s.changes.end() && change->place == place) {
      out.push_back({was.channel, change->value, change->quality, change->at});
      ++change;
    } else if (*s.base == full_.at) {
      out.push_back(was);
      // It was measured again, at the earliest then: never later than it was in truth.
      if (was.quality == quality::good) out.back().at = std::max(was.at, s.at - s.fresh_within);
    }
  }
  return out;
}

}  // namespace hearth
