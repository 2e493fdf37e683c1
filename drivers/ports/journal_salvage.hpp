#pragma once

#include "drivers/ports/journal_store.hpp"

#include <filesystem>

namespace hearth {

/// The connection of a journal's only user: settings that hold for every journal file.
int connect_journal(const std::string& file, const std::optional<std::string>& vfs, bool create,
                    sqlite_connection& db);

/// Puts a damaged database and its log out of the way while the program runs; whoever opens the
/// journal next finds it and gives it its number.
void leave_for_putting_aside(const std::string& file);
/// Whether `leave_for_putting_aside` has left one.
bool left_for_putting_aside(const std::string& file);
/// Renames the damaged database and its log to "<file>.damaged-<n>" and removes the oldest of those
/// beyond `damaged_journals_kept`. The new name.
result<std::string> put_aside(const std::string& file);

/// Copies whatever entry of a damaged database is whole into a new journal. The number of them.
/// Stops early only where the new journal cannot take more.
std::uint64_t salvage(const std::string& damaged, journal_store& into);
/// Which drafts the damaged journal still held for news, where it can say so.
std::optional<journal_sums> salvage_sums(const std::string& damaged);

}  // namespace hearth
