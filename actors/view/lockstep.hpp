#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>

namespace hearth {

/// Ticks for a fast house clock on a machine that has other things to do. Where the program is not
/// let run for 20 ms, a clock of 1200 × would leap by 24 s, and everything in the house would look
/// stale. So these ticks run on by at most `lead` beyond the last beat of the house (a snapshot),
/// and catch up when it beats again: the house sees time run evenly. Thread-safe; never runs
/// backwards.
class lockstep {
 public:
  using ticks = std::chrono::steady_clock::time_point;
  /// Further back it does not fall: a house that beats no more still grows older.
  static constexpr auto lag_longest = std::chrono::seconds{2};

  lockstep(ticks now, std::chrono::nanoseconds lead) : lead_{lead}, beat_{now} {}

  [[nodiscard]] ticks now(ticks real) const {
    return std::max(std::min(real, beat_.load() + lead_), real - lag_longest);
  }
  /// The house lives: a snapshot was taken.
  void beat(ticks real) { beat_ = now(real); }

 private:
  std::chrono::nanoseconds lead_;
  std::atomic<ticks> beat_;
};

}  // namespace hearth
