#pragma once

#include "drivers/accounts.hpp"

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What goes into the audit log, and how often. What somebody did is written at once; of refusals
/// of one kind from one neighbour the first is, and the others are counted and written together.
/// Pure.
namespace hearth {

inline constexpr duration refusals_together = std::chrono::minutes{10};
/// Kinds of refusals counted at a time. Beyond: counted as "others".
inline constexpr std::size_t refusals_counted = 64;
/// Lines kept in memory while the disk refuses them. Beyond: the oldest go and are counted.
inline constexpr std::size_t audit_waiting = 1'000;
inline constexpr std::size_t longest_detail = 240;

/// On one line, valid UTF-8, without control characters and no longer than `longest` bytes.
std::string tidy_text(std::string_view text, std::size_t longest = longest_detail);

class audit_book {
 public:
  /// Adds what somebody did.
  void did(audit_entry entry);
  /// Counts what somebody was refused.
  void refused(audit_entry entry, time_point now);
  /// Everything that is to be written now, with the counts whose time is over.
  std::vector<audit_entry> due(time_point now);
  /// It is on disk.
  void written() { lost_ = 0; }
  /// It could not be written: kept for later.
  void give_back(std::vector<audit_entry> entries);

 private:
  struct counted {
    audit_entry last;
    time_point since;
    std::uint64_t more = 0;  ///< besides the first
  };
  using kind = std::pair<std::string, std::string>;  ///< neighbour and action

  void keep(audit_entry entry);

  std::deque<audit_entry> waiting_;
  std::uint64_t lost_ = 0;
  std::map<kind, counted> counted_;
};

}  // namespace hearth
