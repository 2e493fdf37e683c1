#pragma once

#include "drivers/history_files.hpp"

#include <filesystem>
#include <memory>

namespace hearth {

enum class history_access : unsigned char {
  /// Makes the folder, and is the only writer: a file `lock` in it is held as long as this lives.
  write,
  /// Beside a writer, or without one; writing is a fault.
  read,
  /// Any folder with feeds in it, to take along or to take over; no lock.
  transfer,
};

/// A history's folder on a real disk. A fault `refused`: another program writes there.
result<std::unique_ptr<history_files>> open_history_files(const std::filesystem::path& folder,
                                                          history_access access);

}  // namespace hearth
