#pragma once

#include "actors/record/comparer.hpp"
#include "actors/record/log_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// A house's past, lived through again by today's code.
namespace hearth {

struct replay_options {
  std::shared_ptr<const layout> house;  ///< instead of the log's own; null: its own
  /// Only what lies in between is told and counted; everything is lived through.
  std::optional<time_point> from, to;
};

/// A log may hold several runs of the program, one after the other.
struct run_replayed {
  std::size_t line = 0;
  log_head head;
};
/// One input upon which something was decided, then or now.
struct input_replayed {
  std::size_t line = 0;
  time_point at;                  ///< house time
  std::optional<time_point> utc;  ///< as far as the house knew the date
  std::string heard;              ///< the message of the node that led to it, if one did
  bool after_gap = false;         ///< inputs were lost before: what was decided may rest on them
  std::vector<comparison> compared;
};
/// Something about the log itself.
struct replay_note {
  std::size_t line = 0;
  std::string text;
};
using replay_news = std::variant<run_replayed, input_replayed, replay_note>;

struct replay_totals {
  std::uint64_t runs = 0, inputs = 0, gaps = 0, lost = 0, torn = 0;
  std::uint64_t same = 0;                 ///< decisions that were new
  std::uint64_t renewed = 0;              ///< commands renewed and heartbeats, the same
  std::uint64_t shifted = 0;              ///< commands renewed at another moment
  std::uint64_t different = 0;            ///< each told once, however long it lasted
  std::uint64_t different_after_gap = 0;  ///< of these
  std::uint64_t still_different = 0;
  std::optional<time_point> first, last;  ///< of the inputs, house time
  std::optional<log_end> end;             ///< absent: the program was killed, or still runs
  /// Why the rest of the log cannot be read.
  std::optional<replay_note> failure;

  [[nodiscard]] std::uint64_t decisions() const {
    return same + renewed + shifted + different + still_different;
  }
  /// Every decision is the same to the last bit.
  [[nodiscard]] bool all_same() const { return shifted + different + still_different == 0; }
};

/// Reads a log to its end, or to where it is damaged. Whatever the bytes are, it returns.
replay_totals replay(std::istream& log, const replay_options& options,
                     const std::function<void(const replay_news&)>& tell);

}  // namespace hearth
