#pragma once

#include <optional>
#include <string>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

namespace hearth {

/// Held by the one program that writes. The lock stands beside the file, because closing any
/// other descriptor of the file itself would drop SQLite's own locks.
class file_lock {
 public:
  file_lock() = default;
  explicit file_lock(int descriptor) : descriptor_{descriptor} {}
  file_lock(file_lock&& other) noexcept
      : descriptor_{std::exchange(other.descriptor_, std::nullopt)} {}
  file_lock& operator=(file_lock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~file_lock() {
    if (descriptor_) ::close(*descriptor_);
  }
  /// False when another program holds it.
  [[nodiscard]] bool take() const {
    return descriptor_ && ::flock(*descriptor_, LOCK_EX | LOCK_NB) == 0;
  }

 private:
  std::optional<int> descriptor_;
};

}  // namespace hearth
