#pragma once

#include "drivers/history_files.hpp"
#include "protocol/time.hpp"

#include <memory>
#include <utility>

namespace hearth {

/// Counts what is written to files, by the day.
class counted_files final : public history_files {
 public:
  explicit counted_files(std::shared_ptr<history_files> files) : files_{std::move(files)} {}

  /// Since UTC midnight, or since this was made.
  [[nodiscard]] std::uint64_t written(time_point now) const {
    return day_of(now) == day_ ? written_ : 0;
  }
  void set_now(time_point now) {
    if (day_of(now) == day_) return;
    day_ = day_of(now);
    written_ = 0;
  }

  result<std::optional<std::uint64_t>> size(const std::string& path) override {
    return files_->size(path);
  }
  result<std::string> read(const std::string& path, std::uint64_t offset,
                           std::size_t most) override {
    return files_->read(path, offset, most);
  }
  result<void> write(const std::string& path, std::uint64_t offset,
                     std::string_view bytes) override {
    written_ += bytes.size();
    return files_->write(path, offset, bytes);
  }
  result<void> sync(const std::string& path) override { return files_->sync(path); }
  result<void> sync_all() override { return files_->sync_all(); }
  result<void> rename(const std::string& from, const std::string& to) override {
    return files_->rename(from, to);
  }
  result<void> remove(const std::string& path) override { return files_->remove(path); }
  result<std::vector<std::string>> list(const std::string& folder) override {
    return files_->list(folder);
  }
  result<void> make_folder(const std::string& path) override { return files_->make_folder(path); }

 private:
  static std::chrono::sys_days day_of(time_point t) {
    return std::chrono::floor<std::chrono::days>(t);
  }

  std::shared_ptr<history_files> files_;
  std::chrono::sys_days day_;
  std::uint64_t written_ = 0;
};

}  // namespace hearth
