#pragma once

#include "drivers/accounts.hpp"

#include <filesystem>

namespace hearth {

/// What happens to a damaged file: `leave` is for whoever looks while a house runs on it.
enum class damaged_accounts { put_aside, leave };

/// Opens the file of the page's people (mode 0600), with its folders, creating what is missing.
/// A damaged one is put aside as "<file>.damaged-<n>": nobody of it is let in any more, and the
/// house is claimed anew. Fails when a newer version made it and when the disk refuses. The path
/// ":memory:" keeps nothing.
result<opened_accounts> open_sqlite_accounts(const std::filesystem::path& file,
                                             account_bounds bounds = {},
                                             damaged_accounts old = damaged_accounts::put_aside);

}  // namespace hearth
