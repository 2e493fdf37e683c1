#pragma once

#include "protocol/time.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// How often somebody may guess. Fixed tables, so that no flood fills memory or drives out what is
/// remembered of others. Pure.
namespace hearth {

/// So many wrong guesses are free, then each costs twice the wait of the one before.
struct guess_limit {
  std::uint32_t free = 10;
  duration first_wait = std::chrono::seconds{1};
  duration longest_wait = std::chrono::minutes{15};
  /// A row of wrong guesses is forgotten after so long without one.
  duration forgotten_after = std::chrono::hours{24};
};

/// Wrong guesses by some word (an address, a name). Words share a place by chance and then share
/// their waits, too; which do cannot be known from outside, because the places are salted.
class guess_table {
 public:
  guess_table(std::string_view salt, guess_limit limit);

  /// How long this one has to wait yet; nothing: it may try.
  [[nodiscard]] std::optional<duration> wait_of(std::string_view word, time_point now) const;
  void wrong(std::string_view word, time_point now);
  void right(std::string_view word);
  /// As it was before the program started again.
  void recall(std::string_view word, std::uint32_t failed, std::optional<time_point> until);
  [[nodiscard]] std::uint32_t failed(std::string_view word) const;

 private:
  struct place {
    std::uint32_t failed = 0;
    time_point last, until;
  };
  [[nodiscard]] std::size_t place_of(std::string_view word) const;

  std::string salt_;
  guess_limit limit_;
  std::vector<place> places_;
};

/// So many at once, and then one per `every`.
class steady_rate {
 public:
  steady_rate(double burst, duration every) : burst_{burst}, every_{every}, left_{burst} {}
  /// Nothing: it may; else how long to wait.
  std::optional<duration> take(time_point now);

 private:
  double burst_;
  duration every_;
  double left_;
  std::optional<time_point> last_ = {};
};

}  // namespace hearth
