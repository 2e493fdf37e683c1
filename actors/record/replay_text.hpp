#pragma once

#include "actors/record/replay.hpp"

#include <string>

namespace date {
class time_zone;
}

namespace hearth {

enum class replay_form : unsigned char {
  lines,  ///< for people
  json,   ///< an object a line
  tsv,    ///< a table
};

/// What `scada replay` prints of a replay, piece by piece.
class replay_text {
 public:
  struct options {
    replay_form form = replay_form::lines;
    bool only_different = false;
    bool routine = false;  ///< renewals and heartbeats too
  };
  explicit replay_text(options o) : options_{o} {}

  [[nodiscard]] std::string heading() const;
  std::string text(const replay_news& news);
  [[nodiscard]] std::string summary(const replay_totals& totals) const;

 private:
  [[nodiscard]] bool told(likeness v) const;
  std::string of(const run_replayed& run);
  std::string of(const input_replayed& input);
  [[nodiscard]] std::string of(const replay_note& note) const;
  [[nodiscard]] std::string line_of(const input_replayed& input, const comparison& c) const;
  [[nodiscard]] std::string json_of(const input_replayed& input, const comparison& c) const;
  [[nodiscard]] std::string row_of(const input_replayed& input, const comparison& c) const;
  /// "Mon 2020-01-13 01:00:05", in the zone of the house.
  [[nodiscard]] std::string local(const input_replayed& input) const;

  options options_;
  const date::time_zone* zone_ = nullptr;
};

}  // namespace hearth
