#pragma once

#include "drivers/chronicle.hpp"

#include <filesystem>

namespace hearth {

struct sqlite_chronicle_options {
  chronicle_bounds bounds = {};
  /// The SQLite file system it lives in, for tests that cut the power; nothing: the real one.
  std::optional<std::string> vfs = {};
};

/// Opens the chronicle for the one program that writes it, with its folders, creating what is
/// missing. A damaged one is put aside beside it and what can be read of it is taken over. Fails
/// when another program writes it or made it, when a newer version of this one did, and when the
/// disk refuses.
result<opened_chronicle> open_sqlite_chronicle(const std::filesystem::path& file,
                                               const sqlite_chronicle_options& options = {});

}  // namespace hearth
