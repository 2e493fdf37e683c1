#include "actors/planner/room_learner.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace hearth {
namespace {

using namespace std::chrono_literals;

constexpr duration quarter_hour = 15min;
/// What happened in a longer gap between two snapshots nobody knows.
constexpr duration longest_gap = 5min;
/// Nobody lives in a room that is colder or warmer; a thermometer that says so is not believed.
constexpr auto coldest = celsius(-30);
constexpr auto warmest = celsius(50);
/// Of what an hour of the day has beyond the others a tenth of what is new counts.
constexpr auto habit = 0.1;
constexpr double habit_samples = 4;
constexpr std::size_t least_samples = 12;
/// K/h by which a room may be off most of the time and still be understood.
constexpr auto worst_fit = 1.0;

// What a room can be: free, loss, coupling, heating.
constexpr auto least = linear_fit<4>::vector{-0.5, 0.003, 0, 0.1};
constexpr auto most = linear_fit<4>::vector{0.5, 0.5, 1, 10};
/// K/h that an hour of the day can have beyond the others.
constexpr auto most_beyond = 3.0;

double seconds(duration d) { return std::chrono::duration<double>(d).count(); }

}  // namespace

void room_learner::observe(const zone_layout& zone, const snapshot& now,
                           std::optional<temperature> outdoor, std::size_t hour, bool call_heats) {
  const auto room = now.good<temperature>(zone.temperature_channel);
  if (!room || !(*room >= coldest && *room <= warmest)) return;
  const auto passed = seen_ ? std::max(now.at - *seen_, duration{}) : duration{};
  seen_ = now.at;
  const auto room_c = room->in_celsius();
  if (!structure_c_) structure_c_ = room_c;
  *structure_c_ +=
      (room_c - *structure_c_) * -std::expm1(-seconds(passed) / seconds(structure_follows));
  const auto heated = zone.call ? now.good<bool>(*zone.call) : std::nullopt;
  if (!heated || !outdoor || !call_heats || passed > longest_gap) return begin_anew();
  const auto s = seconds(passed);
  open_.seconds += s;
  open_.room_k_s += room_c * s;
  open_.outdoor_k_s += outdoor->in_celsius() * s;
  open_.structure_k_s += *structure_c_ * s;
  open_.heated_s += *heated ? s : 0;
  open_.hour = hour % room_model::hours_of_day;
  if (open_.seconds >= seconds(quarter_hour)) end_quarter();
}

void room_learner::begin_anew() {
  open_ = {};
  count_ = 0;
}

void room_learner::forget_hours() {
  beyond_k_per_h_ = {};
  beyond_samples_ = {};
  begin_anew();
}

void room_learner::end_quarter() {
  kept_[count_++] = std::exchange(open_, {});
  if (count_ < quarters_of_sample) return;
  learn();
  kept_.front() = kept_.back();
  count_ = 1;
}

/// From the middle of the first quarter to the middle of the last.
void room_learner::learn() {
  const auto hour = kept_[quarters_of_sample / 2].hour;
  auto between = quarter{};
  for (std::size_t i = 0; i < quarters_of_sample; ++i) {
    const auto weight = i == 0 || i + 1 == quarters_of_sample ? 0.5 : 1.0;
    between.seconds += weight * kept_[i].seconds;
    between.room_k_s += weight * kept_[i].room_k_s;
    between.outdoor_k_s += weight * kept_[i].outdoor_k_s;
    between.structure_k_s += weight * kept_[i].structure_k_s;
    between.heated_s += weight * kept_[i].heated_s;
  }
  const auto warmed_k =
      kept_.back().room_k_s / kept_.back().seconds - kept_.front().room_k_s / kept_.front().seconds;
  const auto k_per_h = warmed_k / (between.seconds / 3600);
  const auto x =
      linear_fit<4>::vector{1, (between.outdoor_k_s - between.room_k_s) / between.seconds,
                            (between.structure_k_s - between.room_k_s) / between.seconds,
                            between.heated_s / between.seconds};
  const auto seen = static_cast<double>(beyond_samples_[hour]);
  const auto usual = beyond_k_per_h_[hour] * seen / (seen + habit_samples);
  const auto beyond = k_per_h - fit_.of(x) - beyond_k_per_h_[hour];
  fit_.learn(x, k_per_h - usual);
  beyond_k_per_h_[hour] += habit * beyond;
  ++beyond_samples_[hour];
}

std::optional<learned_room> room_learner::learned() const {
  if (!structure_c_ || fit_.samples() < least_samples || fit_.noise() > worst_fit) return {};
  const auto p = fit_.within(least, most);
  auto out = learned_room{};
  out.structure = celsius(*structure_c_);
  out.model.free_k_per_h = p[0];
  out.model.loss_per_h = p[1];
  out.model.coupling_per_h = p[2];
  out.model.heating_k_per_h = p[3];
  for (std::size_t h = 0; h < room_model::hours_of_day; ++h) {
    const auto seen = static_cast<double>(beyond_samples_[h]);
    out.model.usual_k_per_h[h] =
        std::clamp(beyond_k_per_h_[h] * seen / (seen + habit_samples), -most_beyond, most_beyond);
  }
  return out;
}

}  // namespace hearth
