#include "tools/simulate/watch.hpp"

#include "tools/simulate/stand_in.hpp"

#include <algorithm>
#include <utility>

namespace hearth::simulate {
namespace {

using namespace std::chrono_literals;

const std::string enable = "heat_pump.enable";

/// A store's top may overshoot by what the water in the pipes still brings.
constexpr auto too_hot_margin = 5 * kelvin;
constexpr duration too_hot_for = 5min;
/// A house whose heat has come back needs so long to be warm again.
constexpr duration recovery = 12h;
constexpr auto freezing_margin = 3 * kelvin;
/// An event may take so long beyond the age at which a reading is stale.
constexpr duration told_within = 3min;
constexpr double books_tolerance = 1e-9;

bool kind_of_quality(std::string_view kind) {
  return kind == "channel-fault" || kind == "channel-stale" || kind == "channel-never";
}

}  // namespace

watch::watch(std::shared_ptr<const layout> house, std::vector<fault_spell> spells)
    : house_{std::move(house)}, spells_{std::move(spells)} {
  for (auto& [channel, point] : roles_of(*house_)) channels_.emplace(point, channel);
}

void watch::blame(time_point at, std::string promise, std::string text) {
  violations_.push_back({at, std::move(promise), std::move(text)});
}

/// Whether nothing is wrong with the bus and the points that begin so, from `from` to `to`.
bool watch::sound(const std::string& point_prefix, time_point from, time_point to) const {
  return std::ranges::none_of(spells_, [&](const fault_spell& s) {
    const auto there = s.kind == fault_kind::bus_silent || s.point.starts_with(point_prefix);
    return there && s.when.from < to && s.when.to > from;
  });
}

void watch::wrote(const relay_write& w) {
  // Only relays that go wrong are asked about later; a year of the others would fill the memory.
  if (!spells_.empty()) writes_[w.point].emplace_back(w.at, w.on);
  if (w.point != enable || !w.obeyed || enabled_ == w.on) return;
  const auto& heat_pump = house_->plant->heat_pump;
  const auto rested = w.at - switched_;
  // One step of the clock may lie between what was decided and what was written.
  if (w.on && enabled_ && rested + house_->pace.control < heat_pump.min_off)
    blame(w.at, "minimum-off",
          "the compressor was started after " + hearth::to_text(rested) + " of rest");
  enabled_ = w.on;
  switched_ = w.at;
}

void watch::happened(const event& e) {
  if (kind_of_quality(e.kind) || e.kind == "channel-good" || e.kind == "actuator-mismatch")
    events_.push_back(e);
}

void watch::look(const simulated::plant& plant, time_point now) {
  const auto& is = *house_->plant;
  if (is.store) {
    const auto hot = plant.layer(0) > is.store->max + too_hot_margin && plant.enabled();
    if (!hot) too_hot_since_.reset();
    if (hot && !too_hot_since_) too_hot_since_ = now;
    if (hot && now - *too_hot_since_ >= too_hot_for && sound("store.", now - 1h, now) &&
        sound("heat_pump.", now - 1h, now)) {
      blame(now, "store-too-hot", "the heat pump heats a store that is too hot");
      too_hot_since_ = now;
    }
  }
  auto coldest = plant.room(0);
  for (std::size_t z = 1; z < plant.zone_count(); ++z) coldest = std::min(coldest, plant.room(z));
  const auto cold = coldest < is.freeze_limit - freezing_margin;
  if (cold && !cold_told_ && sound("", now - recovery, now))
    blame(now, "frozen", "a room is close to freezing and nothing is broken");
  cold_told_ = cold;
  const auto books = plant.books();
  const auto wrong =
      std::abs(books.imbalance().si()) > books_tolerance * std::max(books.throughput().si(), 1.0);
  if (wrong && !books_told_) blame(now, "books", "the books do not balance");
  books_told_ = wrong;
}

bool watch::told(const std::string& channel, std::string_view kind, time_point from,
                 time_point to) const {
  return std::ranges::any_of(events_, [&](const event& e) {
    const auto fits = kind.empty() ? kind_of_quality(e.kind) : e.kind == kind;
    return fits && e.subject == channel && e.at >= from && e.at <= to;
  });
}

/// A sensor that does not answer is told within its time, and told to be back within its time.
void watch::expect_fault_told(const fault_spell& s, const std::string& point, time_point now) {
  const auto& channel = (*house_)[channels_.at(point)];
  const auto within = channel.max_age + told_within;
  const auto alone = [&](const period& p) {
    return std::ranges::none_of(spells_, [&](const fault_spell& other) {
      return &other != &s && (other.kind == fault_kind::bus_silent || other.point == point) &&
             other.when.from < p.to + within && other.when.to > p.from - within;
    });
  };
  if (!alone(s.when)) return;
  if (s.when.to - s.when.from > within && now >= s.when.from + within &&
      !told(channel.name, {}, s.when.from, s.when.from + within))
    blame(s.when.from, "fault-told", channel.name + " did not answer and nobody said so");
  if (told(channel.name, {}, s.when.from, s.when.to) && now >= s.when.to + within &&
      !told(channel.name, "channel-good", s.when.from, s.when.to + within))
    blame(s.when.to, "fault-cleared", channel.name + " answers again and nobody said so");
}

/// A relay that does not do what it was told is an alarm.
void watch::expect_mismatch_told(const fault_spell& s, time_point now) {
  const auto ignored = s.kind == fault_kind::relay_welded;
  const auto& all = writes_[s.point];
  const auto first = std::ranges::find_if(
      all, [&](const auto& w) { return s.holds_at(w.first) && w.second != ignored; });
  if (first == all.end()) return;
  // It was there already: then there is nothing that contradicts.
  const auto before = std::ranges::find_if(all.rbegin(), all.rend(),
                                           [&](const auto& w) { return w.first < s.when.from; });
  if (before == all.rend() || before->second == first->second) return;
  const auto& channel = (*house_)[channels_.at(s.point)];
  const auto until = first->first + channel.max_age + told_within;
  const auto meant = std::ranges::all_of(all, [&](const auto& w) {
    return w.first < first->first || w.first > until || w.second == first->second;
  });
  if (!meant || until > s.when.to || until > now) return;
  const auto others = std::ranges::count_if(spells_, [&](const fault_spell& other) {
    return (other.kind == fault_kind::bus_silent || other.point == s.point) &&
           other.when.from < until && other.when.to > s.when.from - channel.max_age;
  });
  if (others == 1 && !told(channel.name, "actuator-mismatch", s.when.from, until))
    blame(first->first, "mismatch-told", channel.name + " did not obey and nobody said so");
}

void watch::end(time_point now) {
  for (const auto& s : spells_) {
    if (s.kind == fault_kind::sensor_vanishes) expect_fault_told(s, s.point, now);
    if (s.kind == fault_kind::bus_silent)
      for (const auto& [point, channel] : channels_) expect_fault_told(s, point, now);
    if (s.kind == fault_kind::relay_dead || s.kind == fault_kind::relay_welded)
      expect_mismatch_told(s, now);
  }
}

}  // namespace hearth::simulate
