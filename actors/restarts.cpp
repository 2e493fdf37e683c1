#include "actors/restarts.hpp"

#include <algorithm>

namespace hearth {
namespace {

/// Spread of restarts, so that devices felled by one cause do not come back in one instant.
constexpr auto jitter_share = 0.2;

}  // namespace

restarts::plan restarts::died(time_point now, double jitter) {
  ++count_;
  const auto last_was_long_ago = up_since_ && now - *up_since_ >= limits::restart_window;
  while (!recent_.empty() && now - recent_.front() >= limits::restart_window) recent_.pop_front();
  if (last_was_long_ago) {
    next_ = limits::restart_first;
    failed_ = false;
  }
  recent_.push_back(now);
  const auto was_failed = failed_;
  failed_ = failed_ || std::ssize(recent_) > limits::restarts_allowed;
  while (std::ssize(recent_) > limits::restarts_allowed) recent_.pop_front();
  const auto base = failed_ ? limits::restart_failed_every : next_;
  next_ = std::min(2 * next_, limits::restart_longest);
  const auto spread = std::clamp(jitter, -1.0, 1.0) * jitter_share;
  const auto delay = std::chrono::round<duration>(base * (1 + spread));
  up_since_ = now + delay;
  return {delay, failed_, failed_ && !was_failed};
}

}  // namespace hearth
