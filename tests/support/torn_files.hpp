#pragma once

#include "drivers/history_files.hpp"
#include "drivers/touched_files.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace hearth::testing {

/// A disk in memory that loses power: what was not synced is there, not there, or garbled, block by
/// block; names change in their order or not at all. It can fail, and be full.
class torn_files final : public history_files {
 public:
  explicit torn_files(std::uint64_t seed) : random_{seed} {}

  /// The power goes with the operation after so many.
  void cut_after(std::uint64_t operations) { left_ = operations; }
  /// So many operations work, the rest are faults, until `heal`.
  void fail_after(std::uint64_t operations) { until_fault_ = operations; }
  void heal() {
    until_fault_.reset();
    most_bytes_.reset();
  }
  void full_at(std::uint64_t bytes) { most_bytes_ = bytes; }
  [[nodiscard]] bool is_cut() const { return cut_; }
  [[nodiscard]] std::uint64_t operations() const { return operations_; }
  /// How often somebody waited for the disk.
  [[nodiscard]] std::uint64_t syncs() const { return syncs_; }
  [[nodiscard]] std::uint64_t bytes_written() const { return bytes_written_; }
  [[nodiscard]] std::uint64_t bytes() const {
    auto sum = std::uint64_t{0};
    for (const auto& [path, file] : live_) sum += file->now.size();
    return sum;
  }
  /// What a machine finds when it has power again.
  void power_up() {
    auto names = durable_;
    const auto kept = renames_.empty() ? 0 : random_() % (renames_.size() + 1);
    for (auto n = std::size_t{0}; n < kept; ++n) apply(names, renames_[n]);
    live_ = names;
    for (auto& [path, file] : live_) settle(*file);
    durable_ = live_;
    renames_.clear();
    touched_.clear();
    cut_ = false;
    left_.reset();
  }
  /// The content of a file, to look at and to spoil.
  std::string& content(const std::string& path) { return live_.at(path)->now; }
  [[nodiscard]] bool there(const std::string& path) const { return live_.contains(path); }
  [[nodiscard]] std::vector<std::string> paths() const {
    auto out = std::vector<std::string>{};
    for (const auto& [path, file] : live_)
      if (!file->folder) out.push_back(path);
    return out;
  }

  result<std::optional<std::uint64_t>> size(const std::string& path) override {
    if (cut_) return gone();
    const auto found = live_.find(path);
    if (found == live_.end() || found->second->folder) return std::optional<std::uint64_t>{};
    return std::optional<std::uint64_t>{found->second->now.size()};
  }
  result<std::string> read(const std::string& path, std::uint64_t offset,
                           std::size_t most) override {
    if (cut_) return gone();
    const auto found = live_.find(path);
    if (found == live_.end() || found->second->now.size() <= offset) return std::string{};
    return found->second->now.substr(offset, most);
  }
  result<void> write(const std::string& path, std::uint64_t offset,
                     std::string_view bytes) override {
    if (auto done = begin(true); !done) return done;
    auto room = bytes.size();
    touched_.wrote(path, !live_.contains(path));
    if (!live_.contains(path)) change({path, {}, std::make_shared<file>()});
    auto& f = *live_.at(path);
    if (most_bytes_) {
      const auto others = this->bytes() - f.now.size();
      const auto end = *most_bytes_ > others ? *most_bytes_ - others : 0;
      const auto limit = std::max<std::uint64_t>(end, f.now.size());
      room = offset >= limit ? 0 : std::min<std::uint64_t>(room, limit - offset);
    }
    const auto part = bytes.substr(0, room);
    bytes_written_ += part.size();
    put(f.now, offset, part);
    f.unsynced.emplace_back(offset, std::string{part});
    if (cut_) return gone();
    if (room < bytes.size()) return failed(fault_code::overflow, "no space left");
    return {};
  }
  result<void> sync(const std::string& path) override {
    ++syncs_;
    if (auto done = begin(false); !done) return done;
    const auto found = live_.find(path);
    if (found == live_.end()) return failed(fault_code::no_such_device, path);
    found->second->safe = found->second->now;
    found->second->unsynced.clear();
    touched_.synced(path);
    return {};
  }
  /// Nothing but what is known to have changed: who forgets to name a file or a folder loses it.
  result<void> sync_all() override {
    ++syncs_;
    if (auto done = begin(false); !done) return done;
    for (const auto& path : touched_.files())
      if (const auto found = live_.find(path); found != live_.end()) {
        found->second->safe = found->second->now;
        found->second->unsynced.clear();
      }
    const auto is_synced = [&](const std::string& path) {
      return path.empty() || touched_.folders().contains(touched_files::parent_of(path));
    };
    std::erase_if(renames_, [&](const name_change& c) {
      if (!is_synced(c.from) || !is_synced(c.to)) return false;
      apply(durable_, c);
      return true;
    });
    touched_.clear();
    return {};
  }
  result<void> rename(const std::string& from, const std::string& to) override {
    if (auto done = begin(true); !done) return done;
    const auto found = live_.find(from);
    if (found == live_.end()) return failed(fault_code::no_such_device, from);
    touched_.renamed(from, to);
    change({from, to, {}});
    if (cut_) return gone();
    return {};
  }
  result<void> remove(const std::string& path) override {
    if (auto done = begin(true); !done) return done;
    const auto there = std::ranges::any_of(live_, [&](const auto& each) {
      return each.first == path || each.first.starts_with(path + "/");
    });
    if (!there && !cut_) return {};
    touched_.removed(path);
    change({path, {}, {}});
    if (cut_) return gone();
    return {};
  }
  result<std::vector<std::string>> list(const std::string& folder) override {
    if (cut_) return gone();
    auto out = std::vector<std::string>{};
    const auto prefix = folder.empty() ? std::string{} : folder + "/";
    for (const auto& [path, file] : live_)
      if (path.starts_with(prefix) && path.find('/', prefix.size()) == std::string::npos)
        out.push_back(path.substr(prefix.size()));
    return out;
  }
  result<void> make_folder(const std::string& path) override {
    if (auto done = begin(true); !done) return done;
    if (live_.contains(path)) return {};
    auto made = std::make_shared<file>();
    made->folder = true;
    touched_.made_folder(path);
    change({path, {}, made});
    if (cut_) return gone();
    return {};
  }

 private:
  struct file {
    bool folder = false;
    std::string now, safe;
    std::vector<std::pair<std::uint64_t, std::string>> unsynced;
  };
  using names = std::map<std::string, std::shared_ptr<file>>;
  /// A new file, a rename, or with neither a removal.
  struct name_change {
    std::string from, to;
    std::shared_ptr<file> made;
  };

  static tl::unexpected<fault> gone() { return failed(fault_code::io, "the power is off"); }

  /// The operation during which the power goes is still begun if it changes something.
  result<void> begin(bool changes) {
    if (cut_) return gone();
    ++operations_;
    if (left_ && (*left_)-- == 0) {
      cut_ = true;
      if (!changes) return gone();
      return {};
    }
    if (until_fault_) {
      if (*until_fault_ == 0) return failed(fault_code::io, "the disk fails");
      --*until_fault_;
    }
    return {};
  }
  static void apply(names& to, const name_change& change) {
    if (change.made) {
      to[change.from] = change.made;
      return;
    }
    auto moved = names{};
    for (auto at = to.begin(); at != to.end();) {
      const auto inside = at->first == change.from || at->first.starts_with(change.from + "/");
      if (!inside) {
        ++at;
        continue;
      }
      if (!change.to.empty()) moved[change.to + at->first.substr(change.from.size())] = at->second;
      at = to.erase(at);
    }
    for (auto& [path, file] : moved) to[path] = file;
  }
  void change(const name_change& c) {
    apply(live_, c);
    renames_.push_back(c);
  }
  static void put(std::string& into, std::uint64_t offset, std::string_view bytes) {
    if (into.size() < offset + bytes.size()) into.resize(offset + bytes.size(), '\0');
    into.replace(offset, bytes.size(), bytes);
  }
  void settle(file& f) {
    auto now = f.safe;
    for (const auto& [offset, bytes] : f.unsynced)
      for (auto at = std::size_t{0}; at < bytes.size();) {
        const auto length = std::min(bytes.size() - at, 4096 - (offset + at) % 4096);
        auto part = bytes.substr(at, length);
        const auto fate = random_() % 4;
        if (fate == 0)
          for (auto& c : part) c = static_cast<char>(random_());
        if (fate != 1) put(now, offset + at, part);
        at += length;
      }
    f.now = f.safe = now;
    f.unsynced.clear();
  }

  std::mt19937_64 random_;
  names live_, durable_;
  std::vector<name_change> renames_;
  touched_files touched_;
  std::optional<std::uint64_t> left_, until_fault_, most_bytes_;
  std::uint64_t operations_ = 0, bytes_written_ = 0, syncs_ = 0;
  bool cut_ = false;
};

}  // namespace hearth::testing
