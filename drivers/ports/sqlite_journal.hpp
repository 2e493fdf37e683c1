#pragma once

#include "drivers/journal.hpp"
#include "protocol/limits.hpp"

#include <filesystem>

namespace hearth {

struct sqlite_journal_options {
  /// What the database, its log and its drafts may fill together.
  std::uint64_t max_bytes = limits::journal_bytes;
  /// The SQLite file system it lives in, for tests that cut the power; nothing: the real one.
  std::optional<std::string> vfs = {};
};

/// Opens the journal for the one program that writes it, with its folders, creating what is
/// missing. A damaged one is put aside beside it and what can be read of it is taken over. Fails
/// when another program writes it or made it, when a newer version of this one did, and when the
/// disk refuses. The settings and their reasons: docs/decisions/0005-journal.md.
result<opened_journal> open_sqlite_journal(const std::filesystem::path& file,
                                           const sqlite_journal_options& options = {});

/// Damaged journals kept for whoever looks. Beyond: the oldest goes.
inline constexpr std::size_t damaged_journals_kept = 3;

}  // namespace hearth
