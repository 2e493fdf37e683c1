#pragma once

#include "drivers/history_files.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>

namespace hearth::testing {

/// What a memory for a history holds, so that several openings in turn find the same.
struct history_memory {
  std::map<std::string, std::string> files;
  bool full = false;    ///< nothing more can be written
  bool broken = false;  ///< nothing works
  std::uint64_t writes = 0;
  std::uint64_t bytes_read = 0, largest_read = 0;
};

/// A disk in memory on which everything is durable at once.
class memory_history_files final : public history_files {
 public:
  explicit memory_history_files(std::shared_ptr<history_memory> in) : in_{std::move(in)} {}

  result<std::optional<std::uint64_t>> size(const std::string& path) override {
    if (in_->broken) return gone();
    const auto found = in_->files.find(path);
    if (found == in_->files.end()) return std::optional<std::uint64_t>{};
    return std::optional<std::uint64_t>{found->second.size()};
  }
  result<std::string> read(const std::string& path, std::uint64_t offset,
                           std::size_t most) override {
    if (in_->broken) return gone();
    const auto found = in_->files.find(path);
    if (found == in_->files.end() || offset >= found->second.size()) return std::string{};
    auto bytes = found->second.substr(offset, most);
    in_->bytes_read += bytes.size();
    in_->largest_read = std::max<std::uint64_t>(in_->largest_read, bytes.size());
    return bytes;
  }
  result<void> write(const std::string& path, std::uint64_t offset,
                     std::string_view bytes) override {
    if (in_->broken) return gone();
    if (in_->full) return failed(fault_code::overflow, "the disk is full");
    ++in_->writes;
    auto& file = in_->files[path];
    if (file.size() < offset + bytes.size()) file.resize(offset + bytes.size(), '\0');
    file.replace(offset, bytes.size(), bytes);
    return {};
  }
  result<void> sync(const std::string&) override { return fine(); }
  result<void> sync_all() override { return fine(); }
  result<void> rename(const std::string& from, const std::string& to) override {
    if (in_->broken) return gone();
    auto moved = std::map<std::string, std::string>{};
    std::erase_if(in_->files, [&](auto& file) {
      if (file.first != from && !file.first.starts_with(from + "/")) return false;
      moved[to + file.first.substr(from.size())] = std::move(file.second);
      return true;
    });
    for (auto& [name, bytes] : moved) in_->files[name] = std::move(bytes);
    return {};
  }
  result<void> remove(const std::string& path) override {
    if (in_->broken) return gone();
    std::erase_if(in_->files, [&](const auto& file) {
      return file.first == path || file.first.starts_with(path + "/");
    });
    return {};
  }
  result<std::vector<std::string>> list(const std::string& folder) override {
    if (in_->broken) return gone();
    auto names = std::set<std::string>{};
    const auto stem = folder.empty() || folder == "." ? std::string{} : folder + "/";
    for (const auto& [name, bytes] : in_->files)
      if (name.starts_with(stem))
        names.insert(name.substr(stem.size(), name.find('/', stem.size()) - stem.size()));
    return std::vector<std::string>{names.begin(), names.end()};
  }
  result<void> make_folder(const std::string&) override { return fine(); }

 private:
  static tl::unexpected<fault> gone() { return failed(fault_code::io, "the disk is gone"); }
  [[nodiscard]] result<void> fine() const {
    if (in_->broken) return gone();
    return {};
  }
  std::shared_ptr<history_memory> in_;
};

}  // namespace hearth::testing
