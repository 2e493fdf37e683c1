#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <sqlite3.h>
#include <string>
#include <vector>

namespace hearth {

/// The drafts of one journal, in a file of fixed size beside it, because through the database each
/// would write several blocks where one will do. A draft takes whole blocks, so that no later write
/// touches what an earlier one has brought to disk. Each carries its epoch; the journal counts the
/// epoch on in the transaction that keeps the report of its readings, which voids its drafts at one
/// stroke. Calls answer SQLite's result codes: the file lives in the journal's own SQLite file
/// system, so that tests can cut the power under both.
class draft_ring {
 public:
  static constexpr std::int64_t file_bytes = 512 * 1024;

  /// Opens or makes the file; on failure the code is in `code`.
  static std::unique_ptr<draft_ring> open(sqlite3_vfs* files, const std::string& path, int& code);
  ~draft_ring();
  draft_ring(const draft_ring&) = delete;
  draft_ring& operator=(const draft_ring&) = delete;

  /// The whole drafts of an epoch, oldest first; the next one is kept behind them.
  int load(std::uint64_t epoch, std::vector<std::string>& drafts);
  /// The newest epoch any block speaks of.
  int newest_epoch(std::uint64_t& epoch);

  /// On disk when it returns. SQLITE_TOOBIG: there is no room left in this epoch.
  int keep(const std::string& payload);
  /// Starts over; the journal has counted on.
  void begin(std::uint64_t epoch);

 private:
  struct header;
  draft_ring(std::unique_ptr<char[]> storage, std::string path);

  /// The draft that starts at a block, or nothing if none of this epoch and place does.
  int read_at(std::int64_t block, std::optional<std::string>& payload);
  sqlite3_file* file() { return reinterpret_cast<sqlite3_file*>(storage_.get()); }

  std::string path_;  ///< SQLite keeps a pointer to it, with its own endings
  std::unique_ptr<char[]> storage_;
  std::uint64_t epoch_ = 0;
  std::int64_t block_ = 0;   ///< where the next one goes
  std::uint32_t index_ = 0;  ///< its place in the epoch
};

}  // namespace hearth
