#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth {

/// Which of one sender's messages were heard, as runs of sequence numbers. Exact however far
/// apart old and new arrive: a house that was cut off for days sends its journal oldest first
/// while live messages run ahead.
class sequence_set {
 public:
  /// False if it was heard before.
  bool insert(std::uint64_t sequence);
  [[nodiscard]] bool contains(std::uint64_t sequence) const;
  /// Numbers between the lowest and the highest remembered that were not heard: lost, or still
  /// on the way.
  [[nodiscard]] std::uint64_t missing() const;

  /// "1-57,60", lowest first.
  [[nodiscard]] std::string text() const;
  /// Nothing if it is no such text.
  static std::optional<sequence_set> from_text(std::string_view text);

  bool operator==(const sequence_set&) const = default;

 private:
  struct run {
    std::uint64_t first = 0, last = 0;
    bool operator==(const run&) const = default;
  };

  std::vector<run> runs_;  ///< ascending, never touching; at most `node_limits::sequence_runs`
};

}  // namespace hearth
