#include "actors/device.hpp"

#include <algorithm>
#include <cmath>

namespace hearth {
namespace {

/// Read-backs are compared as switches or with this relative tolerance.
constexpr auto read_back_tolerance = 1e-3;

bool agrees(const measured& wanted, const measured& found) {
  if (wanted.unit != found.unit) return false;
  const auto scale = std::max(1.0, std::abs(wanted.amount));
  return std::abs(wanted.amount - found.amount) <= read_back_tolerance * scale;
}

void append(std::vector<bus_request>& to, std::vector<bus_request> from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

device::device(std::shared_ptr<const layout> house, device_id id, std::unique_ptr<driver> how)
    : house_{std::move(house)}, id_{id}, driver_{std::move(how)} {
  for (const auto c : (*house_)[id_].channels)
    if ((*house_)[c].actuator && driver_->as_actuator()) setpoints_[c] = {};
}

std::vector<reading> device::take(const command& c, time_point now) {
  const auto found = setpoints_.find(c.target);
  if (found == setpoints_.end())
    return {{c.target, failed(fault_code::unsupported, "the device cannot be commanded there"), now}};
  if (c.expires <= now) return {};
  if (const auto possible = driver_->as_actuator()->encode(c); !possible)
    return {{c.target, tl::make_unexpected(possible.error()), now}};
  auto& s = found->second;
  if (s.live && s.live->issued > c.issued) return {};
  if (!s.live || s.live->value != c.value) s.mismatch_told = false;
  s.live = c;
  s.waiting = true;
  s.unsafe = false;
  return {};
}

void device::make_safe() {
  for (auto& [channel, s] : setpoints_) s = {};
}

void device::expire(time_point now) {
  for (auto& [channel, s] : setpoints_)
    if (s.live && s.live->expires <= now) s = {};
}

std::optional<device::work> device::next_write(time_point now) {
  expire(now);
  auto* how = driver_->as_actuator();
  auto out = work{};
  for (auto& [channel, s] : setpoints_) {
    if (s.unsafe) {
      append(out.requests, how->make_safe(channel));
      out.made_safe.push_back(channel);
    } else if (s.waiting && s.live) {
      if (auto requests = how->encode(*s.live)) append(out.requests, std::move(*requests));
      out.carried_out.push_back(*s.live);
      s.waiting = false;
    }
  }
  if (out.requests.empty()) return {};
  out.writes = out.requests.size();
  append(out.requests, driver_->poll());
  return out;
}

device::work device::next_poll() { return {driver_->poll(), 0, {}, {}}; }

device::outcome device::answered(const work& done, const result<std::vector<result<bus_answer>>>& answers,
                                 time_point now) {
  auto all = answers ? *answers : std::vector<result<bus_answer>>{};
  const auto& missing = answers ? fault{fault_code::malformed, "the bus lost an answer"} : answers.error();
  all.resize(done.requests.size(), tl::make_unexpected(missing));
  auto out = outcome{};
  const auto polled = std::span{all}.subspan(done.writes);
  // A driver that only listens polls nothing; then there is nothing to decode.
  if (!polled.empty()) out.readings = driver_->decode(polled, now);
  note_write_faults(done, all, now, out);
  compare_read_back(out, now);
  return out;
}

void device::note_write_faults(const work& done, const std::vector<result<bus_answer>>& answers,
                               time_point now, outcome& out) {
  const auto begin = answers.begin();
  const auto end = begin + static_cast<std::ptrdiff_t>(done.writes);
  const auto failure = std::find_if(begin, end, [](const auto& a) { return !a; });
  if (failure == end) {
    for (const auto channel : done.made_safe)
      if (auto& s = setpoints_[channel]; !s.live) s.unsafe = false;
    return;
  }
  const auto untold = [&](channel_id channel) {
    std::erase_if(out.readings, [&](const reading& r) { return r.channel == channel; });
    out.readings.push_back({channel, tl::make_unexpected(failure->error()), now});
  };
  for (const auto& c : done.carried_out) {
    untold(c.target);
    // Tried again with the next poll, as long as the command lives.
    if (auto& s = setpoints_[c.target]; s.live && s.live->issued == c.issued) s.waiting = true;
  }
  for (const auto channel : done.made_safe) untold(channel);
}

void device::compare_read_back(outcome& out, time_point now) {
  for (const auto& r : out.readings) {
    const auto found = setpoints_.find(r.channel);
    if (found == setpoints_.end() || !r.value) continue;
    auto& s = found->second;
    if (!s.live || s.waiting) continue;
    if (agrees(s.live->value, *r.value)) {
      s.mismatch_told = false;
    } else if (!s.mismatch_told) {
      s.mismatch_told = true;
      s.waiting = true;
      const auto name = (*house_)[r.channel].name;
      out.events.push_back({severity::alarm, "actuator-mismatch", name,
                            name + " reads back otherwise than it was commanded", now});
    } else {
      s.waiting = true;
    }
  }
}

std::vector<reading> device::heard(const bus_message& message, time_point now) {
  return driver_->heard(message, now);
}

std::optional<time_point> device::next_expiry() const {
  auto next = std::optional<time_point>{};
  for (const auto& [channel, s] : setpoints_)
    if (s.live) next = next ? std::min(*next, s.live->expires) : s.live->expires;
  return next;
}

std::vector<bus_request> device::last_will() {
  auto all = std::vector<bus_request>{};
  auto* how = driver_->as_actuator();
  for (const auto& [channel, s] : setpoints_) append(all, how->make_safe(channel));
  return all;
}

bool device::all_safe() const {
  return std::all_of(setpoints_.begin(), setpoints_.end(),
                     [](const auto& s) { return !s.second.live && !s.second.unsafe; });
}

}  // namespace hearth
