#include "actors/device.hpp"

#include "drivers/renumbered.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace hearth {
namespace {

/// Read-backs are compared as switches or with this relative tolerance.
constexpr auto read_back_tolerance = 1e-3;

/// A status may have been on its way when the command came, and a radio gateway takes seconds to
/// reach its device and tells meanwhile what it last knew. Longer would only delay the alarm.
constexpr duration hearsay_grace = std::chrono::seconds{10};

bool agrees(const measured& wanted, const measured& found) {
  if (wanted.unit != found.unit) return false;
  const auto scale = std::max(1.0, std::abs(wanted.amount));
  return std::abs(wanted.amount - found.amount) <= read_back_tolerance * scale;
}

void append(std::vector<bus_request>& to, std::vector<bus_request> from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

device::device(std::shared_ptr<const layout> house, device_id id, std::unique_ptr<driver> how,
               bool again)
    : house_{std::move(house)}, id_{id}, driver_{std::move(how)} {
  for (const auto c : (*house_)[id_].channels)
    if ((*house_)[c].actuator && driver_->as_actuator())
      setpoints_[c] = {.told = again ? verdict::unknown : verdict::obeys};
}

void device::move_to(std::shared_ptr<const layout> house, device_id id,
                     const std::map<channel_id, channel_id>& now) {
  auto own = std::map<channel_id, channel_id>{};
  for (const auto channel : (*house_)[id_].channels) own[channel] = now.at(channel);
  house_ = std::move(house);
  id_ = id;
  // What was said of the former layout is over; what is still so is said again.
  for (auto& [channel, s] : setpoints_) s.told = verdict::obeys;
  if (std::ranges::all_of(own, [](const auto& place) { return place.first == place.second; }))
    return;
  driver_ = renumbered(std::move(driver_), own);
  auto moved = std::map<channel_id, setpoint>{};
  for (auto& [channel, s] : setpoints_) {
    if (s.live) s.live->target = now.at(channel);
    moved[now.at(channel)] = std::move(s);
  }
  setpoints_ = std::move(moved);
}

void device::renumber(work& under_way, const std::map<channel_id, channel_id>& now) {
  for (auto& w : under_way.writes) {
    w.target = now.at(w.target);
    if (w.what) w.what->target = w.target;
  }
}

std::vector<reading> device::take(const command& c, time_point now) {
  const auto found = setpoints_.find(c.target);
  if (found == setpoints_.end())
    return {
        {c.target, failed(fault_code::unsupported, "the device cannot be commanded there"), now}};
  if (c.expires <= now) return {};
  if (const auto possible = driver_->as_actuator()->encode(c); !possible)
    return {{c.target, tl::make_unexpected(possible.error()), now}};
  auto& s = found->second;
  if (s.live && s.live->issued > c.issued) return {};
  if (!s.live || s.live->value != c.value) {
    s.agreed = false;
    s.contradicted.reset();
    s.obeyed_since.reset();
  }
  s.live = c;
  // A renewal of what reads back so already is not written: registers wear out, and a relay that
  // drops must be seen to have dropped. Nor is one whose giver cannot have seen that: a compressor
  // whose relay dropped must rest first, and the interlock knows.
  const auto unaware = s.contradicted && c.issued <= *s.contradicted;
  if (!s.agreed && !unaware) s.waiting = true;
  s.unsafe = false;
  return {};
}

void device::make_safe() {
  for (auto& [channel, s] : setpoints_) s.forget();
}

void device::expire(time_point now) {
  for (auto& [channel, s] : setpoints_)
    if (s.live && s.live->expires <= now) s.forget();
}

std::optional<device::work> device::next_write(time_point now) {
  expire(now);
  auto* how = driver_->as_actuator();
  auto out = work{};
  for (auto& [channel, s] : setpoints_) {
    auto requests = std::vector<bus_request>{};
    if (s.unsafe) {
      requests = how->make_safe(channel);
      s.unsafe = !requests.empty();
    } else if (std::exchange(s.waiting, false)) {
      s.written = false;
      requests = how->encode(*s.live).value_or(requests);
    }
    if (requests.empty()) continue;
    out.writes.push_back({channel, s.live, requests.size()});
    append(out.requests, std::move(requests));
  }
  if (out.requests.empty()) return {};
  append(out.requests, driver_->poll());
  out.asked = out.requests.size();
  return out;
}

device::work device::next_poll() {
  auto requests = driver_->poll();
  const auto asked = requests.size();
  return {std::move(requests), {}, asked};
}

device::outcome device::answered(const work& done, result<std::vector<result<bus_answer>>> answers,
                                 time_point now) {
  auto all = answers ? std::move(*answers) : std::vector<result<bus_answer>>{};
  if (all.size() != done.asked) {
    const auto& missing =
        answers ? fault{fault_code::malformed, "the bus lost an answer"} : answers.error();
    all.resize(done.asked, tl::make_unexpected(missing));
  }
  auto rest = std::span<const result<bus_answer>>{all};
  auto written = outcome{};
  for (const auto& w : done.writes) {
    note_written(w, rest.first(w.requests), now, written);
    rest = rest.subspan(w.requests);
  }
  auto out = outcome{};
  // A driver that only listens polls nothing; then there is nothing to decode.
  if (!rest.empty()) out.readings = driver_->decode(rest, now);
  for (auto& r : written.readings) {
    std::erase_if(out.readings,
                  [&](const reading& read_back) { return read_back.channel == r.channel; });
    out.readings.push_back(std::move(r));
  }
  compare_read_back(out, now, duration{});
  return out;
}

void device::note_written(const write& w, std::span<const result<bus_answer>> answers,
                          time_point now, outcome& out) {
  auto& s = setpoints_[w.target];
  const auto failure =
      std::find_if(answers.begin(), answers.end(), [](const auto& a) { return !a; });
  const auto still_wanted = w.what ? s.live == w.what : !s.live;
  if (failure == answers.end()) {
    if (still_wanted && w.what) {
      s.written = true;
      if (!s.obeyed_since) s.obeyed_since = now;
    }
    if (still_wanted && !w.what) s.unsafe = false;
    return;
  }
  out.readings.push_back({w.target, tl::make_unexpected(failure->error()), now});
  // Tried again with the next poll, as long as the command lives.
  if (still_wanted && w.what) s.waiting = true;
}

void device::compare_read_back(outcome& out, time_point now, duration grace) {
  for (const auto& r : out.readings) {
    const auto found = setpoints_.find(r.channel);
    if (found == setpoints_.end()) continue;
    auto& s = found->second;
    // Who speaks unasked may have fallen silent since; only an answer shows what is.
    s.agreed = grace == duration{} && r.value && s.live && agrees(s.live->value, *r.value);
    if (!r.value || !s.live || s.waiting || !s.written) continue;
    const auto& name = (*house_)[r.channel].name;
    if (agrees(s.live->value, *r.value)) {
      s.contradicted.reset();
      if (std::exchange(s.told, verdict::obeys) != verdict::obeys)
        out.events.push_back({severity::info, "actuator-obeys", name,
                              name + " reads back as it was commanded", now});
      continue;
    }
    if (now - *s.obeyed_since < grace) continue;
    if (!s.contradicted) s.contradicted = now;
    if (std::exchange(s.told, verdict::mismatch) != verdict::mismatch)
      out.events.push_back({severity::alarm, "actuator-mismatch", name,
                            name + " reads back otherwise than it was commanded", now});
  }
}

device::outcome device::heard(const bus_message& message, time_point now) {
  auto out = outcome{driver_->heard(message, now), {}};
  compare_read_back(out, now, hearsay_grace);
  return out;
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
