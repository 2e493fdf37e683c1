#pragma once

#include "protocol/fault.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace hearth {

/// A text file that only grows, seen from the side of whoever writes. The one on a disk is
/// `ports/appended_file.*`.
class log_file {
 public:
  virtual ~log_file() = default;

  /// Whole lines, with the operating system when it returns: a killed program leaves them, a power
  /// cut may cost the newest. A fault: none of them is there.
  virtual result<void> append(std::string_view lines) = 0;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
};

/// Opens the file; may be called again after it failed.
using log_file_maker = std::function<result<std::unique_ptr<log_file>>()>;

}  // namespace hearth
