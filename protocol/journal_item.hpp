#pragma once

#include <cstdint>
#include <string>

namespace hearth {

/// A journaled message as the journal hands it to the link: bytes, so that what is sent again is
/// what was sent before, whichever boot made it.
struct journal_item {
  std::uint64_t number = 0;  ///< its place in the journal, ascending
  std::string message_id;
  std::string topic_kind;  ///< the last word of its topic
  std::string payload;
  bool operator==(const journal_item&) const = default;
};

}  // namespace hearth
