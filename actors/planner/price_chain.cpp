#include "actors/planner/price_chain.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace hearth {
namespace {

constexpr std::size_t hours_of_day = 24;
/// What is older weighs next to nothing.
constexpr std::size_t hours_remembered = 4'000;
constexpr std::size_t fitted_every = 24;
/// Parts of a weight that an hour later is left of what was seen: of how far spreads go, and of
/// where they go from there.
constexpr double values_keep = 0.998;
constexpr double transitions_keep = 0.999;
/// The bias of an hour of the day moves this part of the way to each day's.
constexpr double bias_follows = 0.01;
/// One hour of scarcity is not the bias of an hour of the day.
constexpr double bias_spread_most = 40;
constexpr double mood_spread_most = 50;
/// USD/MWh, a hundred times what the dearest markets allow: beyond it is an error of somebody's.
constexpr double difference_most = 1e6;
/// Before anything was seen: spreads that occur, of about as many hours each.
constexpr auto presumed = std::to_array<double>({-40, -20, -12, -6, -3, 0, 0, 2, 5, 12, 40});
constexpr double presumed_hours = 2;
/// Hours of belief that half the time nothing changes, and else anything may come.
constexpr double presumed_transitions = 4;
/// Hours of belief that the mood does not matter.
constexpr double mood_doubt = 8;
/// Bins are narrower where spreads are extreme, because that is where money is made.
constexpr double spread_extremes = 0.6, mood_extremes = 0.8;
constexpr double like_hours = 3;

double clipped(double x, double most) { return std::clamp(x, -most, most); }

using weighted = std::vector<std::pair<double, double>>;

/// Numbers that part weighted ones, which get sorted, into so many bins.
std::vector<double> edges_of(weighted& all, std::size_t bins, double towards_extremes) {
  std::ranges::sort(all);
  auto total = 0.0;
  for (const auto& [x, weight] : all) total += weight;
  auto out = std::vector<double>{};
  auto below = 0.0;
  for (const auto& [x, weight] : all) {
    below += weight;
    while (out.size() + 1 < bins) {
      const auto middle = 2 * static_cast<double>(out.size() + 1) / static_cast<double>(bins) - 1;
      const auto part =
          0.5 + 0.5 * std::copysign(std::pow(std::abs(middle), towards_extremes), middle);
      if (below < part * total) break;
      out.push_back(x);
    }
  }
  while (out.size() + 1 < bins) out.push_back(all.back().first);
  return out;
}

std::size_t bin_of(double x, const std::vector<double>& edges) {
  return static_cast<std::size_t>(std::ranges::lower_bound(edges, x) - edges.begin());
}

struct bins {
  std::vector<double> means, weights;  ///< weights sum up to one
};
bins bins_of(const weighted& all, const std::vector<double>& edges) {
  auto out = bins{std::vector(edges.size() + 1, 0.0), std::vector(edges.size() + 1, 0.0)};
  auto total = 0.0;
  for (const auto& [x, weight] : all) {
    const auto i = bin_of(x, edges);
    out.means[i] += weight * x;
    out.weights[i] += weight;
    total += weight;
  }
  for (std::size_t i = 0; i < out.means.size(); ++i) {
    // Nothing is in it: equal edges.
    if (out.weights[i] > 0)
      out.means[i] /= out.weights[i];
    else
      out.means[i] = edges[i == 0 ? 0 : i - 1];
    out.weights[i] /= total;
  }
  return out;
}

void make_rows_one(std::vector<double>& matrix, std::size_t columns) {
  for (std::size_t row = 0; row < matrix.size(); row += columns) {
    auto sum = 0.0;
    for (std::size_t i = 0; i < columns; ++i) sum += matrix[row + i];
    for (std::size_t i = 0; i < columns; ++i) matrix[row + i] /= sum;
  }
}

}  // namespace

price_chain::price_chain(chain_settings settings) : settings_{settings}, bias_(hours_of_day, 0.0) {
  settings_.levels = std::max<std::size_t>(settings_.levels, 2);
  settings_.moods = std::max<std::size_t>(settings_.moods, 1);
  fit();
}

void price_chain::learn(std::size_t hour, energy_price day_ahead, energy_price real_time) {
  const auto whole = (real_time.si() - day_ahead.si()) / usd_per_mwh.si();
  if (!(std::abs(whole) <= difference_most)) return;
  auto& bias = bias_[hour % hours_of_day];
  bias += bias_follows * (clipped(whole, bias_spread_most) - bias);
  past_.push_back({hour % hours_of_day, whole});
  recent_ = next(recent_, past_.back());
  if (past_.size() > hours_remembered) past_.pop_front();
  if (learned_++ % fitted_every == 0) fit();
}

std::vector<price_chain::spread_then> price_chain::spreads() const {
  auto out = std::vector<spread_then>{};
  out.reserve(past_.size());
  auto each = spread_then{0, 0, 0};
  for (const auto& s : past_) out.push_back(each = next(each, s));
  return out;
}

price_chain::spread_then price_chain::next(const spread_then& before, const seen& s) const {
  const auto spread = s.difference - bias_[s.hour];
  return {s.hour, spread, mood_after(before.mood, spread)};
}

double price_chain::mood_after(double mood, double spread) const {
  return settings_.mood_memory * mood +
         (1 - settings_.mood_memory) * clipped(spread, mood_spread_most);
}

energy_price price_chain::price(std::size_t state, std::size_t hour, energy_price day_ahead) const {
  return day_ahead +
         (bias_[hour % hours_of_day] + values_[state / mood_values_.size()]) * usd_per_mwh;
}

std::span<const double> price_chain::transitions(std::size_t hour) const {
  return transitions_[transitions_.size() == 1 ? 0 : hour % hours_of_day];
}

std::vector<double> price_chain::now() const {
  auto out = std::vector<double>(states(), 0.0);
  if (past_.empty())
    for (std::size_t i = 0; i < values_.size(); ++i) out[i * mood_values_.size()] = often_[i];
  else
    out[bin_of(recent_.spread, edges_) * mood_values_.size() + bin_of(recent_.mood, mood_edges_)] =
        1;
  return out;
}

/// Which spreads and moods stand for all, and how often each is near.
void price_chain::place_values(const std::vector<spread_then>& past) {
  auto spreads = weighted{}, moods = weighted{};
  for (const auto x : presumed) {
    spreads.emplace_back(x, presumed_hours);
    moods.emplace_back(x / 2, presumed_hours);
  }
  auto weight = 1.0;
  for (auto s = past.rbegin(); s != past.rend(); ++s, weight *= values_keep) {
    spreads.emplace_back(s->spread, weight);
    moods.emplace_back(s->mood, weight);
  }
  edges_ = edges_of(spreads, settings_.levels, spread_extremes);
  mood_edges_ = edges_of(moods, settings_.moods, mood_extremes);
  auto found = bins_of(spreads, edges_);
  values_ = std::move(found.means);
  often_ = std::move(found.weights);
  mood_values_ = settings_.moods > 1 ? bins_of(moods, mood_edges_).means : std::vector{0.0};
}

void price_chain::fit() {
  const auto past = spreads();
  if (!past.empty()) recent_ = past.back();
  place_values(past);
  const auto levels = values_.size(), moods = mood_values_.size();
  const auto hours = settings_.hour_weight > 0 ? hours_of_day : std::size_t{1};
  transitions_.assign(hours, {});
  for (std::size_t hour = 0; hour < hours; ++hour) {
    // From a spread, and from a spread in a mood, to a spread.
    auto plain = std::vector<double>(levels * levels, 0.0);
    auto moody = std::vector<double>(levels * moods * levels, 0.0);
    auto weight = 1.0;
    for (auto i = past.size(); i-- > 1; weight *= transitions_keep) {
      const auto& before = past[i - 1];
      const auto& after = past[i];
      auto w = weight;
      if (hours > 1) {
        const auto apart = static_cast<double>((after.hour + hours_of_day - hour) % hours_of_day);
        const auto x = std::min(apart, hours_of_day - apart) / like_hours;
        const auto peak = hours_of_day / (like_hours * std::sqrt(2 * std::numbers::pi));
        w *= 1 - settings_.hour_weight + settings_.hour_weight * peak * std::exp(-x * x / 2);
      }
      const auto from = bin_of(before.spread, edges_), to = bin_of(after.spread, edges_);
      plain[from * levels + to] += w;
      moody[(from * moods + bin_of(before.mood, mood_edges_)) * levels + to] += w;
    }
    for (std::size_t a = 0; a < levels; ++a)
      for (std::size_t b = 0; b < levels; ++b)
        plain[a * levels + b] += presumed_transitions * ((a == b ? 0.5 : 0.0) + 0.5 * often_[b]);
    make_rows_one(plain, levels);
    // The mood of the next hour follows from this one's and from the spread that comes.
    auto& all = transitions_[hour];
    all.assign(states() * states(), 0.0);
    for (std::size_t a = 0; a < levels; ++a)
      for (std::size_t m = 0; m < moods; ++m) {
        auto* row = &moody[(a * moods + m) * levels];
        for (std::size_t b = 0; b < levels; ++b) {
          const auto part = row[b] + mood_doubt * plain[a * levels + b];
          const auto mood = mood_after(mood_values_[m], values_[b]);
          // Between two moods it is some part of each.
          const auto above = static_cast<std::size_t>(std::ranges::upper_bound(mood_values_, mood) -
                                                      mood_values_.begin());
          const auto low = above == 0 ? 0 : above - 1, high = std::min(above, moods - 1);
          const auto apart = mood_values_[high] - mood_values_[low];
          const auto high_part = apart > 0 ? (mood - mood_values_[low]) / apart : 0;
          auto* to = &all[(a * moods + m) * states() + b * moods];
          to[low] += part * (1 - high_part);
          to[high] += part * high_part;
        }
      }
    make_rows_one(all, states());
  }
}

}  // namespace hearth
