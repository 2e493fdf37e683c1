#include "actors/timekeeper.hpp"

namespace hearth {
namespace {

bool differ(duration a, duration b, duration by_more_than) {
  return std::chrono::abs(a - b) > by_more_than;
}

std::string date_text(duration offset, time_point now) { return to_iso8601(now + offset); }

}  // namespace

bool timekeeper::possible(time_point utc) const {
  return utc >= earliest_ && utc < limits::latest_date;
}

std::vector<event> timekeeper::look(const clock_sample& said, time_point now) {
  auto out = std::vector<event>{};
  const auto offset = said.utc - now;
  const auto before = shown_.value_or(offset);
  shown_ = offset;
  if (said.synchronised && possible(said.utc)) {
    follow(offset, now, out);
    return out;
  }
  synchronised_ = false;
  claimed_.reset();
  if (!dates_.known() && possible(said.utc))
    set({offset, date_trust::assumed, date_source::system_clock}, now, out);
  else if (differ(offset, before, limits::clock_skew))
    note_jump(before, offset, now, out);
  return out;
}

void timekeeper::follow(duration offset, time_point now, std::vector<event>& out) {
  if (!differ(offset, dates_.offset, limits::date_step)) {
    synchronised_ = true;
    claimed_.reset();
    set({dates_.offset, date_trust::good, date_source::network_time}, now, out);
    return;
  }
  if (!claimed_ || differ(offset, claimed_->offset, limits::date_step)) claimed_ = claim{offset};
  if (++claimed_->times < limits::date_said_times) return;
  if (differ(offset, dates_.offset, limits::clock_skew) && node_confirms(now)) {
    synchronised_ = false;
    note_dispute(offset, node_->offset, now, out);
    return;
  }
  synchronised_ = true;
  claimed_.reset();
  set({offset, date_trust::good, date_source::network_time}, now, out);
}

/// Whether the node's clock stands behind a date that is good already.
bool timekeeper::node_confirms(time_point now) const {
  return dates_.trust == date_trust::good && node_ && now - node_->at <= limits::node_time_kept &&
         !differ(node_->offset, dates_.offset, limits::clock_skew);
}

std::vector<event> timekeeper::hear(const node_time& said) {
  auto out = std::vector<event>{};
  const auto taken = said.heard - said.asked;
  if (taken < duration{0} || taken > limits::node_time_within || !possible(said.sent)) return out;
  const auto offset = said.sent - (said.asked + taken / 2);
  const auto repeated = node_ && !differ(offset, node_->offset, limits::clock_skew);
  node_ = heard{offset, said.heard};
  if (dates_.known() && !differ(offset, dates_.offset, limits::clock_skew)) {
    dispute_told_ = dispute_told_ && !synchronised_;
    if (dates_.trust != date_trust::good)
      set({dates_.offset, date_trust::good, date_source::node}, said.heard, out);
  } else if (synchronised_) {
    note_dispute(shown_.value_or(dates_.offset), offset, said.heard, out);
  } else if (dates_.trust != date_trust::good || repeated) {
    // One odd answer does not move a good date, two that agree do.
    set({offset, date_trust::good, date_source::node}, said.heard, out);
  }
  return out;
}

void timekeeper::set(const dating& to, time_point now, std::vector<event>& out) {
  const auto before = std::exchange(dates_, to);
  if (!differ(to.offset, before.offset, limits::clock_skew)) return;
  const auto was = before.known() ? "; the house took it for " + date_text(before.offset, now)
                                  : "; the house did not know it before";
  out.push_back(
      {severity::info, "clock-set", std::string{to_text(to.source)},
       "the date is " + date_text(to.offset, now) + " by " + std::string{to_text(to.source)} + was,
       now});
}

void timekeeper::note_jump(duration from, duration to, time_point now, std::vector<event>& out) {
  if (jump_told_ && now - *jump_told_ < limits::clock_jump_told_every) return;
  jump_told_ = now;
  out.push_back({severity::info, "clock-jumped", std::string{to_text(date_source::system_clock)},
                 "the system clock went from " + date_text(from, now) + " to " +
                     date_text(to, now) + " and is not synchronised; the house goes by " +
                     date_text(dates_.offset, now),
                 now});
}

void timekeeper::note_dispute(duration system, duration node, time_point now,
                              std::vector<event>& out) {
  if (std::exchange(dispute_told_, true)) return;
  out.push_back({severity::warning, "clock-disputed",
                 std::string{to_text(date_source::network_time)},
                 "network time says " + date_text(system, now) + " and the node " +
                     date_text(node, now) + "; the house goes by " + date_text(dates_.offset, now),
                 now});
}

}  // namespace hearth
