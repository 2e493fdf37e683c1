#include "protocol/live_picture.hpp"

#include <algorithm>

namespace hearth {

const std::vector<channel_point>& live_picture::take(const snapshot_report& s) {
  if (!s.base) {
    full_ = s;
    return full_.points;
  }
  auto count = std::size_t{0};
  const auto say = [&](const std::string& channel, const auto& now) -> channel_point& {
    if (count == said_.size()) said_.emplace_back();
    auto& p = said_[count++];
    p.channel = channel;
    p.value = now.value;
    p.quality = now.quality;
    p.at = now.at;
    return p;
  };
  auto change = s.changes.begin();
  for (std::uint32_t place = 0; place < full_.points.size(); ++place) {
    const auto& was = full_.points[place];
    if (change != s.changes.end() && change->place == place) {
      say(was.channel, *change++);
    } else if (*s.base == full_.at) {
      auto& p = say(was.channel, was);
      // It was measured again, at the earliest then: never later than it was in truth.
      if (was.quality == quality::good) p.at = std::max(was.at, s.at - s.fresh_within);
    }
  }
  said_.resize(count);
  return said_;
}

}  // namespace hearth
