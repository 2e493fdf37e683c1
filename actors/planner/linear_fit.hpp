#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace hearth {

/// y = θ·x, learned sample by sample: recursive least squares with forgetting (Ljung and
/// Söderström, Theory and Practice of Recursive Identification). Begins with what is assumed and
/// how far off that may be.
template <std::size_t N>
class linear_fit {
 public:
  using vector = std::array<double, N>;

  /// `doubts`: one standard deviation of each assumed parameter; `noise`: of a sample; `kept`: the
  /// part of what was learned that a new sample leaves.
  linear_fit(const vector& assumed, const vector& doubts, double noise, double kept)
      : theta_{assumed}, kept_{kept}, variance_{noise * noise} {
    for (std::size_t i = 0; i < N; ++i) {
      most_[i] = doubts[i] * doubts[i] / variance_;
      p_[i][i] = most_[i];
    }
  }

  /// A sample that counts `weight` times; what is not finite teaches nothing.
  void learn(const vector& x, double y, double weight = 1) {
    if (!std::isfinite(y) || !std::ranges::all_of(x, [](double v) { return std::isfinite(v); }))
      return;
    const auto error = y - of(x);
    auto px = vector{};
    for (std::size_t i = 0; i < N; ++i)
      for (std::size_t j = 0; j < N; ++j) px[i] += p_[i][j] * x[j];
    auto spread = kept_ / weight;
    for (std::size_t i = 0; i < N; ++i) spread += x[i] * px[i];
    for (std::size_t i = 0; i < N; ++i) theta_[i] += px[i] / spread * error;
    for (std::size_t i = 0; i < N; ++i)
      for (std::size_t j = 0; j < N; ++j) p_[i][j] = (p_[i][j] - px[i] * px[j] / spread) / kept_;
    hold();
    ++samples_;
    const auto surprise = error * error * kept_ / spread;
    variance_ += (surprise - variance_) /
                 static_cast<double>(std::min<std::size_t>(samples_ + first_guess, longest_memory));
  }

  [[nodiscard]] double of(const vector& x) const {
    auto y = 0.0;
    for (std::size_t i = 0; i < N; ++i) y += theta_[i] * x[i];
    return y;
  }
  [[nodiscard]] const vector& parameters() const { return theta_; }
  /// The parameters within these bounds: each that is beyond one is taken there, and the others go
  /// with it as far as what was seen of them together says.
  [[nodiscard]] vector within(const vector& least, const vector& most) const {
    auto theta = theta_;
    auto p = p_;
    auto bound = std::array<bool, N>{};
    for (std::size_t round = 0; round < N; ++round) {
      const auto beyond = [&](std::size_t i) {
        return theta[i] - std::clamp(theta[i], least[i], most[i]);
      };
      auto worst = N;
      auto by = 0.0;
      for (std::size_t i = 0; i < N; ++i) {
        const auto doubts =
            bound[i] ? 0 : std::abs(beyond(i)) / std::sqrt(std::max(p[i][i], 1e-12));
        if (doubts > by) {
          by = doubts;
          worst = i;
        }
      }
      if (worst == N) break;
      const auto moved = beyond(worst) / p[worst][worst];
      const auto with = p[worst];
      for (std::size_t j = 0; j < N; ++j) theta[j] -= with[j] * moved;
      for (std::size_t j = 0; j < N; ++j)
        for (std::size_t k = 0; k < N; ++k) p[j][k] -= with[j] * with[k] / with[worst];
      bound[worst] = true;
    }
    for (std::size_t i = 0; i < N; ++i) theta[i] = std::clamp(theta[i], least[i], most[i]);
    return theta;
  }
  /// One standard deviation of a parameter.
  [[nodiscard]] double doubt(std::size_t i) const { return std::sqrt(variance_ * p_[i][i]); }
  /// One standard deviation of a sample from what is expected of it.
  [[nodiscard]] double noise() const { return std::sqrt(variance_); }
  [[nodiscard]] std::size_t samples() const { return samples_; }

 private:
  static constexpr std::size_t first_guess = 10;  ///< samples that the assumed noise is worth
  static constexpr std::size_t longest_memory = 200;

  /// What is never excited is forgotten without end; its doubt stays what it was at first.
  void hold() {
    for (std::size_t i = 0; i < N; ++i) {
      if (p_[i][i] <= most_[i]) continue;
      const auto shrink = std::sqrt(most_[i] / p_[i][i]);
      for (std::size_t j = 0; j < N; ++j) {
        p_[i][j] *= shrink;
        p_[j][i] *= shrink;
      }
    }
  }

  vector theta_;
  std::array<vector, N> p_{};  ///< covariance of the parameters, in variances of a sample
  vector most_{};
  double kept_;
  double variance_;
  std::size_t samples_ = 0;
};

}  // namespace hearth
