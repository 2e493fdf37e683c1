#pragma once

#include "drivers/journal.hpp"
#include "protocol/limits.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace hearth {

struct sqlite_journal_options {
  /// What the journal may take of the disk.
  std::uint64_t max_bytes = limits::journal_bytes;
  /// SQLite's name of the file system to use; empty: the real one. Tests put a treacherous one
  /// here.
  std::string vfs = {};
};

/// The journal in one SQLite file of mode 0600, for one program at a time; its settings and what
/// they cost are in docs/decisions/0005-journal.md.
///
/// A damaged file is put aside (the last three are kept), what can still be read of it is taken
/// over, and a new one is begun. A file of another program or of a newer version, and a folder
/// that cannot be written, are faults.
result<opened_journal> open_sqlite_journal(const std::filesystem::path& file,
                                           const sqlite_journal_options& options = {});

}  // namespace hearth
