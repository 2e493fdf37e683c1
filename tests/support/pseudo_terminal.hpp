#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hearth::testing {

using bytes = std::vector<std::uint8_t>;

/// A serial line whose far end is this program: what the port under test opens by `path()`, the
/// test hears and answers.
class pseudo_terminal {
 public:
  pseudo_terminal();
  ~pseudo_terminal();
  pseudo_terminal(const pseudo_terminal&) = delete;
  pseudo_terminal& operator=(const pseudo_terminal&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  /// The next `count` bytes, or as many as came in time.
  bytes hear(std::size_t count, std::chrono::milliseconds patience);
  void say(const bytes& what);

 private:
  int far_end_;
  int near_end_;  ///< held open, so that the line lives while the port under test reopens it
  std::string path_;
};

/// "01 04 0A"
std::string to_hex(const bytes& b);

}  // namespace hearth::testing
