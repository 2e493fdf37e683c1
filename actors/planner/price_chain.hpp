#pragma once

#include "protocol/units.hpp"

#include <cstddef>
#include <deque>
#include <span>
#include <vector>

namespace hearth {

/// How one chain cuts up what it has seen. Several that cut it differently make a committee: what
/// is an accident of the cuts averages out.
struct chain_settings {
  std::size_t levels = 9;    ///< of the spread, at least 2
  std::size_t moods = 1;     ///< of its recent mean, which is a second memory; 1: none
  double mood_memory = 0.7;  ///< the part of that mean which the next hour keeps
  /// How much what happened at a like hour of the day counts beyond other hours, 0 to 1.
  double hour_weight = 0;
};

/// What electricity may cost in the hours to come, learned from the past alone: the spread, which
/// is the real-time price of an hour less its day-ahead price and less the bias of that hour of the
/// day, as a Markov chain over bins of its own past. It is where a spread of now goes, how long it
/// stays and how far apart the extremes are that makes waiting worth something.
class price_chain {
 public:
  explicit price_chain(chain_settings settings = {});

  /// One more hour is over, or its price is known. `hour` of the day, 0 to 23, in any one time
  /// zone. What is not finite, or a million USD/MWh apart, teaches nothing.
  void learn(std::size_t hour, energy_price day_ahead, energy_price real_time);

  [[nodiscard]] std::size_t states() const { return values_.size() * mood_values_.size(); }
  /// In an hour of the day with this day-ahead price, when the market is in `state`.
  [[nodiscard]] energy_price price(std::size_t state, std::size_t hour,
                                   energy_price day_ahead) const;
  /// From the state of the hour before to that of `hour`: states × states, each row sums up to one.
  [[nodiscard]] std::span<const double> transitions(std::size_t hour) const;
  /// Where the market is in the hour learned last: a weight for each state, one in all.
  [[nodiscard]] std::vector<double> now() const;

 private:
  struct seen {
    std::size_t hour;
    double difference;  ///< real-time less day-ahead, USD/MWh
  };
  struct spread_then {
    std::size_t hour;
    double spread, mood;  ///< USD/MWh; the mood is that of the hours until then
  };
  [[nodiscard]] double mood_after(double mood, double spread) const;
  [[nodiscard]] spread_then next(const spread_then& before, const seen& s) const;
  /// Of all that is remembered, with the bias that is known now.
  [[nodiscard]] std::vector<spread_then> spreads() const;
  void place_values(const std::vector<spread_then>& past);
  void fit();

  chain_settings settings_;
  std::vector<double> bias_;  ///< USD/MWh, by hour of the day
  std::deque<seen> past_;
  std::size_t learned_ = 0;
  spread_then recent_{0, 0, 0};
  // Bins of the spread and of moods: the edges between them and their means, USD/MWh, rising.
  std::vector<double> edges_, values_, mood_edges_, mood_values_;
  std::vector<double> often_;                     ///< the part of hours with a spread in each bin
  std::vector<std::vector<double>> transitions_;  ///< by hour of the day, or one for all
};

}  // namespace hearth
