#include "tools/simulate/plant_watch.hpp"

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
constexpr double books_tolerance = 1e-9;
/// What went wrong so long ago still explains what is decided now.
constexpr duration memory = 1h;

}  // namespace

plant_watch::plant_watch(std::shared_ptr<const layout> house, const misfortune& troubles)
    : house_{std::move(house)}, troubles_{troubles} {}

void plant_watch::blame(time_point at, std::string promise, std::string text) {
  violations_.push_back({at, std::move(promise), std::move(text)});
}

/// Nothing between the plant and who decides is broken. Link, node, clocks and disks are no excuse.
bool plant_watch::in_order(const period& when) const {
  return !troubles_.has(when, [](const fault_spell& s) {
    const auto elsewhere = is_one_of(
        s.kind, {fault_kind::link_down, fault_kind::link_loses, fault_kind::link_repeats,
                 fault_kind::link_delays, fault_kind::node_silent, fault_kind::node_restarts,
                 fault_kind::node_mad, fault_kind::clock_jumps, fault_kind::disk_full});
    const auto no_part_in_it = s.part == "upstream" || s.part == "journal" || s.part == "reporter";
    return !elsewhere && !(s.kind == fault_kind::actor_killed && no_part_in_it);
  });
}

void plant_watch::switched(bool on, time_point at) {
  const auto& heat_pump = house_->plant->heat_pump;
  const auto stood = at - switched_;
  // One step of the clock may lie between what was decided and what was written.
  const auto early = [&](duration least) { return stood + house_->pace.control < least; };
  if (on && enabled_ && early(heat_pump.min_off))
    blame(at, "minimum-off",
          "the compressor was started after " + hearth::to_text(stood) + " of rest");
  const auto excused = [&](const std::optional<time_point>& t) { return t && at - *t < memory; };
  if (!on && enabled_ && early(heat_pump.min_on) && in_order({switched_ - memory, at + 1s}) &&
      !excused(hot_) && !excused(overloaded_))
    blame(at, "minimum-on", "the compressor was stopped after a run of " + hearth::to_text(stood));
  enabled_ = on;
  switched_ = at;
}

void plant_watch::wrote(const relay_write& w) {
  const auto before = last_.find(w.point);
  const auto mad = troubles_.any({fault_kind::node_mad}, {w.at - 10min, w.at + 1s});
  if (before != last_.end() && before->second.at == w.at && before->second.on != w.on && !mad &&
      in_order({w.at - 10min, w.at + 1s}))
    blame(w.at, "one-owner", w.point + " was told both to open and to close at one moment");
  last_.insert_or_assign(w.point, w);
  if (w.point == enable && w.obeyed && enabled_ != w.on) switched(w.on, w.at);
}

void plant_watch::lost_power(time_point now) {
  if (enabled_ == true) {
    enabled_ = false;
    switched_ = now;
  }
}

void plant_watch::watch_store(const simulated::plant& plant, time_point now) {
  const auto& store = house_->plant->store;
  if (!store) return;
  if (plant.layer(0) > store->max - too_hot_margin) hot_ = now;
  const auto hot = plant.layer(0) > store->max + too_hot_margin && plant.enabled();
  if (!hot) too_hot_since_.reset();
  if (hot && !too_hot_since_) too_hot_since_ = now;
  if (!hot || now - *too_hot_since_ < too_hot_for || !in_order({now - memory, now})) return;
  blame(now, "store-too-hot", "the heat pump heats a store that is too hot");
  too_hot_since_ = now;
}

void plant_watch::watch_rooms(const simulated::plant& plant, time_point now) {
  auto coldest = plant.room(0);
  for (std::size_t z = 1; z < plant.zone_count(); ++z) coldest = std::min(coldest, plant.room(z));
  const auto cold = coldest < house_->plant->freeze_limit - freezing_margin;
  if (cold && !cold_told_ && in_order({now - recovery, now}))
    blame(now, "frozen", "a room is close to freezing and nothing is broken");
  cold_told_ = cold;
}

/// Commands die: a relay does not stay closed for a dispatcher that is dead, or sees nothing.
void plant_watch::watch_brain(const simulated::plant& plant, time_point now) {
  const auto dead_for = house_->pace.command_life() + 2 * house_->pace.control + 1min;
  const auto brainless = [](const fault_spell& s) {
    return s.kind == fault_kind::actor_killed && (s.part == "dispatcher" || s.part == "blackboard");
  };
  const auto dead = troubles_.has({now, now + 1ms}, [&](const fault_spell& s) {
    return brainless(s) && now - s.when.from > dead_for;
  });
  const auto reachable = !troubles_.has({now - dead_for, now}, [&](const fault_spell& s) {
    return s.kind == fault_kind::bus_silent || s.kind == fault_kind::bus_garbage ||
           s.kind == fault_kind::relay_welded ||
           (s.kind == fault_kind::actor_killed && !brainless(s));
  });
  const auto closed = dead && reachable && plant.enabled();
  if (closed && !brainless_told_)
    blame(now, "commands-die", "the heat pump runs on and nobody alive wants it to");
  brainless_told_ = closed;
}

void plant_watch::watch_books(const simulated::plant& plant, time_point now) {
  const auto books = plant.books();
  const auto wrong =
      std::abs(books.imbalance().si()) > books_tolerance * std::max(books.throughput().si(), 1.0);
  if (wrong && !books_told_) blame(now, "books", "the books do not balance");
  books_told_ = wrong;
}

void plant_watch::look(const simulated::plant& plant, time_point now) {
  const auto& limit = house_->plant->electrical_limit;
  if (limit && plant.house_power() > 0.9 * *limit) overloaded_ = now;
  watch_store(plant, now);
  watch_rooms(plant, now);
  watch_brain(plant, now);
  watch_books(plant, now);
}

}  // namespace hearth::simulate
