#pragma once

#include "protocol/reading.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace hearth {

/// What the lines of one chip have counted, in a small file that is mapped into memory: a killed
/// program loses nothing, a cut supply what was counted since the kernel last wrote the page (about
/// half a minute). Each total stands twice, so that one interrupted in the middle leaves the other.
class pulse_memory {
 public:
  static constexpr unsigned lines = 1024;

  /// Makes the file if there is none. A fault names the path and says why.
  static result<std::unique_ptr<pulse_memory>> open(const std::string& path);
  ~pulse_memory();
  pulse_memory(const pulse_memory&) = delete;
  pulse_memory& operator=(const pulse_memory&) = delete;

  /// Zero for a line that never counted, and for one whose two totals are both spoilt.
  [[nodiscard]] std::uint64_t recall(unsigned line) const;
  void keep(unsigned line, std::uint64_t total);

 private:
  struct total;
  explicit pulse_memory(total* first) : totals_{first} {}

  total* totals_;
};

}  // namespace hearth
