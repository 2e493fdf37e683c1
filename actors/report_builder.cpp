#include "actors/report_builder.hpp"

#include "protocol/limits.hpp"

#include <algorithm>
#include <cmath>

namespace hearth {
namespace {

using namespace std::chrono_literals;

result<double> amount(const point& p) {
  if (!p.value) return tl::make_unexpected(p.value.error());
  return p.value->amount;
}

/// How many samples' room a point takes in a report: a fault brings its text along.
std::size_t room_of(const point& p) { return p.value ? 1 : 2 + p.value.error().detail.size() / 18; }

}  // namespace

report_builder::report_builder(std::shared_ptr<const layout> house, time_point now)
    : house_{std::move(house)},
      channels_(house_->channels.size()),
      started_{now},
      slot_{slot_start(now, limits::report_every, dates_)} {}

std::vector<body> report_builder::take(const snapshot& now) {
  auto out = std::vector<body>{};
  if (now.at >= slot_ + limits::report_every) change_slot(now, out);
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    const auto c = channel_id{static_cast<std::uint16_t>(i)};
    sample_channel(c, now[c], now.at);
    tell_power(c, now[c], out);
    tell_quality(c, now[c], now.at, out);
  }
  last_ = now;
  if (!snapshot_told_ || now.at - *snapshot_told_ >= limits::snapshot_every) {
    snapshot_told_ = now.at;
    out.emplace_back(*last_snapshot());
  }
  return out;
}

void report_builder::change_slot(const snapshot& now, std::vector<body>& out) {
  const auto next = slot_start(now.at, limits::report_every, dates_);
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    const auto c = channel_id{static_cast<std::uint16_t>(i)};
    if (now[c].at < next) sample_channel(c, now[c], now.at);
  }
  out.emplace_back(finish_slot(slot_ + limits::report_every, out));
  slot_ = next;
}

std::vector<body> report_builder::redate(const dating& dates, time_point now) {
  auto out = std::vector<body>{};
  const auto change = dates.offset - dates_.offset;
  dates_ = dates;
  if (std::chrono::abs(change) <= limits::clock_skew) {
    // The same slot by a better clock: its borders move, and no time is in two slots.
    slot_ -= change;
    return out;
  }
  // A small step back may have put the slot's start a moment ahead.
  if (held_ + dropped_ > 0) out.emplace_back(finish_slot(std::max(now, slot_ + 1s), out));
  slot_ = slot_start(now, limits::report_every, dates_);
  return out;
}

void report_builder::sample_channel(channel_id c, const point& p, time_point now) {
  auto& s = channels_[c.value];
  const auto& channel = (*house_)[c];
  if (p.quality == quality::never || (s.seen && s.seen->at == p.at && s.seen->value == p.value))
    return;
  s.seen = p;
  const auto first_in_slot = s.samples.empty();
  const auto changed_kind = !s.last || s.last->value.has_value() != p.value.has_value();
  const auto due = channel.report_every && s.last && now - s.last->at >= *channel.report_every;
  const auto moved = channel.on_change && s.last && s.last->value && p.value &&
                     std::abs(p.value->amount - s.last->value->amount) >= *channel.on_change;
  const auto switched = channel.unit == unit::on_off && s.last && s.last->value != p.value;
  if (!first_in_slot && !changed_kind && !due && !moved && !switched) return;
  if (held_ + room_of(p) > limits::report_samples) {
    ++dropped_;
    return;
  }
  s.samples.push_back({p.at, amount(p)});
  s.last = p;
  held_ += room_of(p);
}

void report_builder::tell_power(channel_id c, const point& p, std::vector<body>& out) {
  const auto& channel = (*house_)[c];
  if (channel.unit != unit::watt || p.quality != quality::good) return;
  const auto is_heat_pump = house_->plant && house_->plant->heat_pump.power_meter == c;
  auto threshold = channel.on_change;
  if (is_heat_pump)
    threshold = house_->plant->heat_pump.max_power.in(watt)*limits::power_change_fraction;
  if (!threshold) return;
  auto& told = channels_[c.value].told_power_w;
  if (told && (*told == p.value->amount || std::abs(p.value->amount - *told) < *threshold)) return;
  told = p.value->amount;
  out.emplace_back(power_update{channel.name, p.value->amount * watt, p.at});
}

void report_builder::tell_quality(channel_id c, const point& p, time_point now,
                                  std::vector<body>& out) {
  auto& told = channels_[c.value].told_quality;
  if (told == p.quality) return;
  const auto& channel = (*house_)[c];
  const auto& name = channel.name;
  // A channel that has never been heard is missing only once it had its time to speak.
  if (p.quality == quality::never && now - started_ < channel.max_age) return;
  const auto first_word = !told;
  told = p.quality;
  if (p.quality == quality::good) {
    if (!first_word)
      out.emplace_back(event{severity::info, "channel-good", name, name + " is back", now});
    return;
  }
  const auto why = p.value ? "no reading for " + to_text(now - p.at) : to_text(p.value.error());
  out.emplace_back(event{severity::warning, "channel-" + std::string{to_text(p.quality)}, name,
                         name + ": " + why, now});
}

report report_builder::finish_slot(time_point end, std::vector<body>& out) {
  auto done = report{slot_, end - slot_, {}};
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    auto& samples = channels_[i].samples;
    if (samples.empty()) continue;
    done.series.push_back({house_->channels[i].name, house_->channels[i].unit, std::move(samples)});
    samples.clear();
  }
  if (dropped_ > 0)
    out.emplace_back(event{severity::warning, "samples-dropped", "report",
                           std::to_string(dropped_) + " samples did not fit the report", end});
  held_ = dropped_ = 0;
  return done;
}

std::optional<snapshot_report> report_builder::last_snapshot() const {
  if (!last_) return {};
  auto out = snapshot_report{last_->at, {}};
  for (std::size_t i = 0; i < last_->points.size(); ++i) {
    const auto& p = last_->points[i];
    out.points.push_back({house_->channels[i].name, p.value, p.quality, p.at});
  }
  return out;
}

layout_report report_builder::describe() const {
  auto out = layout_report{house_->hash, {}};
  for (const auto& c : house_->channels) {
    const auto& d = (*house_)[c.device];
    out.channels.push_back({c.name, c.unit, d.name, d.model, c.actuator, c.max_age});
  }
  return out;
}

}  // namespace hearth
