#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <sqlite3.h>
#include <string>
#include <vector>

namespace hearth::simulate {

/// A disk in memory for SQLite that does what disks do when the power goes: of all that was
/// written and not yet synced, each 512-byte sector arrives, or not, or as garbage, in any order,
/// and so do changes of a file's length. Whatever was synced stays. One seed, one outcome.
class torn_disk {
 public:
  explicit torn_disk(std::uint64_t seed);
  ~torn_disk();
  torn_disk(const torn_disk&) = delete;
  torn_disk& operator=(const torn_disk&) = delete;

  [[nodiscard]] const std::string& vfs() const { return name_; }

  /// The power goes at this many writes, syncs, cuts and deletions from now; every call fails then.
  void cut_after(std::uint64_t operations) { cut_in_ = operations; }
  /// The power goes now.
  void cut() { cut_ = true; }
  [[nodiscard]] bool is_cut() const { return cut_; }
  /// What is left on the disk; it works again. Nothing may be open on it.
  void power_up();

  /// No file may grow once all together take this many bytes; nothing: no bound.
  void full_at(std::optional<std::uint64_t> bytes) { full_at_ = bytes; }
  /// One write or sync fails, this many from now.
  void fail_after(std::uint64_t operations) { fail_in_ = operations; }
  [[nodiscard]] std::uint64_t bytes() const;

 private:
  friend struct torn_calls;
  struct change {
    std::uint64_t offset = 0;
    std::string bytes;
    bool sets_length = false;  ///< to `offset`
  };
  struct file {
    std::string now;      ///< as the program sees it
    std::string durable;  ///< as of the last sync
    std::vector<change> pending;
    std::int64_t step = 0;  ///< lengths are cut to multiples of it
    bool ever_synced = false;
  };

  /// SQLITE_OK, or how this operation fails.
  int operation(int how);
  void settle(file& f);

  std::string name_;
  std::unique_ptr<sqlite3_vfs> calls_;
  std::mt19937_64 random_;
  std::map<std::string, file> files_;
  std::optional<std::uint64_t> cut_in_, fail_in_, full_at_;
  bool cut_ = false;
};

}  // namespace hearth::simulate
