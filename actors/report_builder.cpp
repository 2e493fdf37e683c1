#include "actors/report_builder.hpp"

#include "protocol/decimals.hpp"
#include "protocol/limits.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace hearth {
namespace {

using namespace std::chrono_literals;

result<double> amount(const point& p) {
  if (!p.value) return tl::make_unexpected(p.value.error());
  return p.value->amount;
}

/// `a` moved from `was` by so much that a live picture should show it.
template <class Point>
bool noticeable(const Point& was, const point& is, double least) {
  if (was.quality != is.quality || was.value.has_value() != is.value.has_value()) return true;
  if (!is.value) return was.value.error() != is.value.error();
  return std::abs(is.value->amount - was.value->amount) >= least;
}

/// Whole seconds before `taken`, never later than the truth.
time_point in_seconds_before(time_point at, time_point taken) {
  return taken - std::chrono::ceil<std::chrono::seconds>(taken - at);
}

// What a report weighs at most, by the forms of hearth.proto: see docs/wire.md.
constexpr std::size_t series_bytes = 16;          ///< of each series, besides its name
constexpr std::size_t new_time_bytes = 6;         ///< of each time that no other sample has
constexpr std::size_t time_place_bytes = 2;       ///< which time it was, among ...
constexpr std::size_t times_in_two_bytes = 8192;  ///< ... so many; one more beyond
constexpr std::size_t fault_bytes = 16;           ///< besides its text

}  // namespace

report_builder::report_builder(std::shared_ptr<const layout> house, time_point now)
    : house_{std::move(house)},
      channels_(house_->channels.size()),
      started_{now},
      slot_{slot_start(now, limits::report_every, dates_)} {
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    const auto& unit = row_of(house_->channels[i].unit);
    const auto wish = house_->channels[i].on_change.value_or(0);
    auto& c = channels_[i];
    c.noticeable = wish > 0 ? wish : unit.noticeable;
    c.told_exponent = unit.told_exponent;
    if (wish > 0)
      c.told_exponent = std::clamp(static_cast<int>(std::floor(std::log10(wish))), -decimal_digits,
                                   c.told_exponent);
  }
}

double report_builder::as_told(channel_id c, double amount) const {
  const auto exponent = channels_[c.value].told_exponent;
  const auto number = amount / from_decimal(1, exponent);
  if (!(std::abs(number) < static_cast<double>(decimal_largest))) return amount;
  return from_decimal(std::llround(number), exponent);
}

std::vector<body> report_builder::take(const snapshot& now) {
  auto out = std::vector<body>{};
  if (now.at >= slot_ + limits::report_every) change_slot(now, out);
  last_ = now;
  tell_picture(out);
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    const auto c = channel_id{static_cast<std::uint16_t>(i)};
    sample_channel(c, now[c], now.at);
    tell_power(c, now[c], now.at, out);
    tell_quality(c, now[c], now.at, out);
  }
  return out;
}

void report_builder::tell_picture(std::vector<body>& out) {
  if (!base_ || last_->at - base_->at >= limits::full_snapshot_every) {
    out.emplace_back(*last_snapshot());
    return;
  }
  const auto waited = last_->at - told_at_;
  if (waited < limits::snapshot_every) return;
  const auto moved = [this](std::size_t i) {
    return noticeable(told_[i], last_->points[i], limits::snapshot_hurry * channels_[i].noticeable);
  };
  auto anything = waited >= limits::quiet_snapshot_every;
  for (std::size_t i = 0; i < told_.size() && !anything; ++i) anything = moved(i);
  if (anything) out.emplace_back(amendment());
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
  keep(c, p);
}

void report_builder::keep(channel_id c, const point& p) {
  auto& s = channels_[c.value];
  auto one = sample{p.at, amount(p)};
  auto weight = time_place_bytes + (times_.contains(p.at) ? 0 : new_time_bytes);
  if (s.samples.empty()) weight += series_bytes + (*house_)[c].name.size();
  auto number = s.number;
  auto exact = s.exact;
  if (!one.value) {
    weight += fault_bytes + one.value.error().detail.size();
  } else {
    one.value = as_told(c, *one.value);
    const auto steps = *one.value / from_decimal(1, s.told_exponent);
    if (!exact && !(std::abs(steps) < static_cast<double>(decimal_largest))) {
      exact = true;
      weight += s.samples.size() * sizeof(double);  // those that were counted as steps, too
    }
    if (!exact) number = std::llround(steps);
    weight += exact ? sizeof(double) : varint_bytes(number - s.number);
  }
  const auto longer = times_.size() >= times_in_two_bytes ? held_ : 0;
  if (held_ + room_of(one.value) > limits::report_samples ||
      bytes_ + weight + longer > limits::report_bytes) {
    ++dropped_;
    return;
  }
  held_ += room_of(one.value);
  bytes_ += weight;
  times_.insert(p.at);
  s.number = number;
  s.exact = exact;
  s.last = p;
  s.samples.push_back(std::move(one));
}

void report_builder::tell_power(channel_id c, const point& p, time_point now,
                                std::vector<body>& out) {
  const auto& channel = (*house_)[c];
  if (channel.unit != unit::watt || p.quality != quality::good) return;
  const auto is_heat_pump = house_->plant && house_->plant->heat_pump.power_meter == c;
  auto& s = channels_[c.value];
  auto& told = s.told_power_w;
  auto threshold = channel.on_change;
  if (threshold && told)
    threshold = std::max(*threshold, std::abs(*told) * limits::power_change_unrated);
  if (is_heat_pump)
    threshold = house_->plant->heat_pump.max_power.in(watt)*limits::power_change_fraction;
  if (!threshold) return;
  const auto moved = told ? std::abs(p.value->amount - *told) : 0;
  if (told && (moved == 0 || moved < *threshold)) return;
  const auto pausing = told && now - s.told_power_at < limits::power_pause;
  if (pausing && moved < *threshold * limits::power_jump) return;
  told = p.value->amount;
  s.told_power_at = now;
  out.emplace_back(power_update{channel.name, as_told(c, p.value->amount) * watt, p.at});
}

void report_builder::tell_quality(channel_id c, const point& p, time_point now,
                                  std::vector<body>& out) {
  auto& told = channels_[c.value].told_quality;
  if (told == p.quality) return;
  const auto& channel = (*house_)[c];
  const auto& name = channel.name;
  // A channel that has never been heard is missing only once it had its time to speak.
  if (p.quality == quality::never && now - started_ < channel.max_age) return;
  if (channels_[c.value].quality_changes >= limits::quality_changes) return;
  const auto first_word = !told;
  if (!first_word || p.quality != quality::good) ++channels_[c.value].quality_changes;
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
    auto& c = channels_[i];
    c.quality_changes = 0;
    c.drafted = 0;
    c.number = 0;
    c.exact = false;
    if (c.samples.empty()) continue;
    done.series.push_back(
        {house_->channels[i].name, house_->channels[i].unit, std::move(c.samples)});
    c.samples.clear();
  }
  if (dropped_ > 0)
    out.emplace_back(event{severity::warning, "samples-dropped", "report",
                           std::to_string(dropped_) + " samples did not fit the report", end});
  held_ = bytes_ = dropped_ = 0;
  times_.clear();
  return done;
}

std::optional<report> report_builder::take_draft() {
  auto draft = report{slot_, limits::report_every, {}};
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    auto& c = channels_[i];
    if (c.drafted == c.samples.size()) continue;
    draft.series.push_back(
        {house_->channels[i].name,
         house_->channels[i].unit,
         {c.samples.begin() + static_cast<std::ptrdiff_t>(c.drafted), c.samples.end()}});
    c.drafted = c.samples.size();
  }
  if (draft.series.empty()) return {};
  return draft;
}

std::optional<snapshot_report> report_builder::last_snapshot() {
  if (!last_) return {};
  base_ = full_picture();
  told_at_ = last_->at;
  told_.resize(channels_.size());
  for (std::size_t i = 0; i < channels_.size(); ++i) note_told(i, last_->points[i]);
  return base_;
}

void report_builder::note_told(std::size_t channel, const point& p) {
  told_[channel] = p;
  auto& s = channels_[channel];
  if (s.told_power_w && p.quality == quality::good) s.told_power_w = p.value->amount;
}

snapshot_report report_builder::full_picture() const {
  auto out = snapshot_report{last_->at, {}};
  out.points.reserve(channels_.size());
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    const auto c = channel_id{static_cast<std::uint16_t>(i)};
    const auto& p = (*last_)[c];
    out.points.push_back({(*house_)[c].name, told_value(c, p), p.quality, told_time(p)});
  }
  return out;
}

result<measured> report_builder::told_value(channel_id c, const point& p) const {
  auto told = p.value;
  if (told) told->amount = as_told(c, told->amount);
  return told;
}

time_point report_builder::told_time(const point& p) const {
  return p.quality == quality::never ? time_point{} : in_seconds_before(p.at, last_->at);
}

snapshot_report report_builder::amendment() {
  auto out = snapshot_report{last_->at, {}, base_->at, {}, limits::snapshot_fresh};
  out.changes.reserve(channels_.size());
  told_at_ = last_->at;
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    const auto& is = last_->points[i];
    const auto at = told_time(is);
    const auto old = is.quality == quality::good && last_->at - at > limits::snapshot_fresh;
    if (!old && !noticeable(base_->points[i], is, channels_[i].noticeable)) continue;
    const auto c = channel_id{static_cast<std::uint16_t>(i)};
    out.changes.push_back({static_cast<std::uint32_t>(i), told_value(c, is), is.quality, at});
    note_told(i, is);
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

report merge(std::vector<report> drafts) {
  if (drafts.empty()) return {};
  auto whole = std::move(drafts.front());
  for (auto draft = std::next(drafts.begin()); draft != drafts.end(); ++draft)
    for (auto& more : draft->series) {
      const auto known = std::ranges::find(whole.series, more.channel, &channel_series::channel);
      if (known == whole.series.end())
        whole.series.push_back(std::move(more));
      else
        std::ranges::move(more.samples, std::back_inserter(known->samples));
    }
  return whole;
}

}  // namespace hearth
