#pragma once

#include "protocol/fault.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth {

/// The files of one history, seen from the side of whoever reads and writes them: by path from its
/// folder, with slashes. Calls block for as long as a disk does. The real ones are
/// `ports/posix_history_files.*`; tests have a disk that loses power.
class history_files {
 public:
  virtual ~history_files() = default;

  /// In bytes; nothing if there is no such file.
  virtual result<std::optional<std::uint64_t>> size(const std::string& path) = 0;
  /// From `offset`; fewer bytes than `most` where the file ends, none where it is not there.
  virtual result<std::string> read(const std::string& path, std::uint64_t offset,
                                   std::size_t most) = 0;
  /// In place; makes the file and lengthens it. A fault may leave part of it written.
  virtual result<void> write(const std::string& path, std::uint64_t offset,
                             std::string_view bytes) = 0;
  /// What was written to this file is on disk when it returns.
  virtual result<void> sync(const std::string& path) = 0;
  /// Everything is: files, names and folders.
  virtual result<void> sync_all() = 0;
  /// In the place of what had the new name.
  virtual result<void> rename(const std::string& from, const std::string& to) = 0;
  /// A file, or a folder with all that is in it. Not an error if it is not there.
  virtual result<void> remove(const std::string& path) = 0;
  /// The names in a folder, sorted; none if it is not there.
  virtual result<std::vector<std::string>> list(const std::string& folder) = 0;
  /// Not an error if it is there.
  virtual result<void> make_folder(const std::string& path) = 0;
};

}  // namespace hearth
