#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth {

/// Both ends included.
struct sequence_run {
  std::uint64_t first = 0, last = 0;
  bool operator==(const sequence_run&) const = default;
};

/// A set of one boot's sequence numbers, as runs. Exact however far apart old and new arrive: a
/// house that was cut off for days says what is new at once and its history beside it. It forgets
/// nothing: who adds to it asks `fits` first, so that it stays bounded.
class sequence_set {
 public:
  /// Whether these can be added without more than `node_limits::sequence_runs` runs.
  [[nodiscard]] bool fits(sequence_run r) const;
  /// `r.first` is above zero and not above `r.last`.
  void insert(sequence_run r);
  [[nodiscard]] bool contains(std::uint64_t sequence) const;
  [[nodiscard]] std::uint64_t count() const;
  /// The highest number in it; nothing if it is empty.
  [[nodiscard]] std::optional<std::uint64_t> highest() const;
  /// Ascending, never touching.
  [[nodiscard]] const std::vector<sequence_run>& runs() const { return runs_; }
  /// The numbers from 1 to `top` that are not in it, ascending.
  [[nodiscard]] std::vector<sequence_run> holes(std::uint64_t top) const;

  /// "1-57,60", lowest first.
  [[nodiscard]] std::string text() const;
  /// Nothing if it is no such text.
  static std::optional<sequence_set> from_text(std::string_view text);

  bool operator==(const sequence_set&) const = default;

 private:
  std::vector<sequence_run> runs_;
};

}  // namespace hearth
