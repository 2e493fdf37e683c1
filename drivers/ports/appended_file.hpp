#pragma once

#include "drivers/log_file.hpp"

#include <filesystem>
#include <string>

namespace hearth {

/// What is appended to, and what it may be.
struct appended_file_plan {
  std::filesystem::path file;
  /// How every file of this kind begins. One that begins otherwise is somebody else's and stays as
  /// it is: a fault `refused`.
  std::string first_bytes;
  /// A file that has grown to this is renamed to FILE.1, in the place of an older one, and a new
  /// one begun.
  std::uint64_t put_aside_at = 0;
};

/// Opens or makes the file. A line that a power cut has torn is ended first, so that the next one
/// is a line of its own.
result<std::unique_ptr<log_file>> open_appended_file(const appended_file_plan& plan);

}  // namespace hearth
