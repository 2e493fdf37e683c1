#pragma once

#include "drivers/log_file.hpp"

#include <memory>
#include <string>

namespace hearth::testing {

/// A log in memory, on a disk that a test can break.
struct paper_log {
  std::string text;
  bool broken = false;
  int opened = 0;

  [[nodiscard]] log_file_maker maker() {
    return [this]() -> result<std::unique_ptr<log_file>> {
      if (broken) return failed(fault_code::io, "cannot open the log: the disk is gone");
      ++opened;
      return std::make_unique<file>(*this);
    };
  }

 private:
  struct file final : log_file {
    explicit file(paper_log& where) : log{where} {}
    result<void> append(std::string_view lines) override {
      if (log.broken) return failed(fault_code::io, "cannot write the log: no space left");
      log.text += lines;
      return {};
    }
    [[nodiscard]] std::uint64_t size() const override { return log.text.size(); }
    paper_log& log;
  };
};

}  // namespace hearth::testing
