#pragma once

#include "drivers/journal.hpp"

namespace hearth::testing {

inline constexpr auto journal_epoch = time_point{std::chrono::hours{24 * 365 * 50}};

/// A message that says which it is in every byte.
inline journal_entry entry(const std::string& boot, std::uint64_t sequence,
                           journal_class kind = journal_class::report, std::size_t bytes = 100) {
  auto payload = boot + "/" + std::to_string(sequence) + "/";
  payload.resize(std::max(bytes, payload.size()), static_cast<char>('a' + sequence % 26));
  return {kind, boot, sequence, "report", payload, journal_epoch + std::chrono::seconds{sequence}};
}

inline std::string id_of(const journal_entry& e) {
  return e.boot_id + "-" + std::to_string(e.sequence);
}

/// What `journal_writer` writes under this sequence.
inline journal_entry journaled(const std::string& boot, std::uint64_t sequence) {
  return entry(boot, sequence, journal_class::report, 50 + sequence * 977 % 9000);
}

inline std::string draft_text(const std::string& boot, std::uint64_t n) {
  return "draft-" + boot + "-" + std::to_string(n) + std::string(n * 131 % 700, 'd');
}

}  // namespace hearth::testing
