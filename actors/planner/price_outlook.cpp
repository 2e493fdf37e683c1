#include "actors/planner/price_outlook.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace hearth {
namespace {

using namespace std::chrono_literals;

constexpr duration hour = 1h;
constexpr std::size_t hours_of_day = 24;
/// Before this many hours a chain knows its market less well than the published prices do.
constexpr std::size_t hours_to_learn = 72;
/// Hours kept of what was told ahead.
constexpr std::size_t told_kept = 96;

time_point hour_start(time_point utc) { return std::chrono::floor<std::chrono::hours>(utc); }

/// Where the market may be an hour later.
std::vector<double> next(const price_chain& chain, const std::vector<double>& now,
                         std::size_t hour) {
  const auto moves = chain.transitions(hour);
  auto then = std::vector<double>(now.size());
  for (std::size_t k = 0; k < now.size(); ++k)
    for (std::size_t m = 0; m < now.size(); ++m) then[m] += now[k] * moves[k * now.size() + m];
  return then;
}

}  // namespace

std::size_t hour_of_day(time_point utc) {
  const auto hours = std::chrono::floor<std::chrono::hours>(utc).time_since_epoch().count();
  return static_cast<std::size_t>(((hours % 24) + 24) % 24);
}

price_outlook::price_outlook(const tariff_layout& terms, const std::string& timezone)
    : tariff_{terms, timezone} {}

void price_outlook::redate(const dating& dates) {
  dates_ = dates;
  tariff_.redate(dates);
}

void price_outlook::learn(const prices& published, time_point now) {
  tariff_.learn(published);
  if (!dates_.known() || published.slot <= duration{}) return;
  const auto this_hour = hour_start(dates_.utc(now));
  // Slots shorter than an hour: the hour is told by its first.
  for (std::size_t i = 0; i < published.energy.size(); ++i) {
    const auto at = published.start + published.slot * static_cast<std::int64_t>(i);
    const auto starts = hour_start(at);
    if (starts > this_hour && at == starts) told_ahead_[starts] = published.energy[i];
    if (starts != this_hour || (learned_until_ && *learned_until_ >= this_hour)) continue;
    const auto told = told_ahead_.find(this_hour);
    if (told == told_ahead_.end()) continue;
    learned_until_ = this_hour;
    differs_ = differs_ || told->second != published.energy[i];
    // A market that always keeps its word has nothing to teach.
    if (!differs_) continue;
    committee_.learn(hour_of_day(this_hour), told->second, published.energy[i]);
    ++learned_;
  }
  while (!told_ahead_.empty() &&
         (told_ahead_.begin()->first < this_hour - 1h || told_ahead_.size() > told_kept))
    told_ahead_.erase(told_ahead_.begin());
}

std::vector<double> price_outlook::expected_spread(std::size_t first_hour,
                                                   std::size_t hours) const {
  auto out = std::vector<double>(hours);
  const auto members = committee_.members();
  for (const auto& chain : members) {
    auto where = chain.now();
    for (std::size_t h = 1; h < hours; ++h) {
      const auto of_day = (first_hour + h) % hours_of_day;
      where = next(chain, where, of_day);
      for (std::size_t k = 0; k < where.size(); ++k)
        out[h] += where[k] * chain.price(k, of_day, {}).si() / static_cast<double>(members.size());
    }
  }
  return out;
}

std::vector<energy_price> price_outlook::ahead(time_point now, std::size_t hours) const {
  const auto utc = hour_start(dates_.utc(now));
  auto energy = std::vector<std::optional<energy_price>>(hours);
  for (std::size_t h = 0; h < hours; ++h) {
    // Within the first hour, the price of now.
    const auto at = h == 0 ? now : dates_.house(utc + hour * static_cast<std::int64_t>(h));
    energy[h] = tariff_.energy(at);
    if (!energy[h] && h >= hours_of_day) energy[h] = energy[h - hours_of_day];
  }
  const auto known = static_cast<std::size_t>(
      std::ranges::count_if(energy, [](const auto& e) { return e.has_value(); }));
  auto mean = assumed_energy;
  if (known > 0) {
    auto sum = energy_price{};
    for (const auto& e : energy) sum += e.value_or(energy_price{});
    mean = sum / static_cast<double>(known);
  }
  const auto knows = differs_ && learned_ >= hours_to_learn && learned_until_ == utc;
  const auto spread = knows ? expected_spread(hour_of_day(utc), hours) : std::vector<double>(hours);
  auto out = std::vector<energy_price>{};
  for (std::size_t h = 0; h < hours; ++h) {
    const auto at = h == 0 ? now : dates_.house(utc + hour * static_cast<std::int64_t>(h));
    out.push_back(energy[h].value_or(mean) + energy_price::from_si(spread[h]) +
                  tariff_.distribution(at));
  }
  return out;
}

}  // namespace hearth
