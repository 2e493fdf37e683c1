#pragma once

#include "actors/history/feed_format.hpp"
#include "drivers/history_files.hpp"

#include <array>
#include <functional>
#include <string>
#include <vector>

namespace hearth {

/// Values of one feed in consecutive slots.
struct logged_run {
  feed_id feed = 0;
  std::uint32_t start_s = 0;
  std::vector<std::optional<float>> values;
};
/// A page as it is going to stand in a feed that holds that page already: should the power fail
/// while it is written in place, it is here.
struct logged_page {
  std::uint32_t tier = 0;
  feed_id feed = 0;
  std::uint32_t page = 0;
  std::string bytes;
};
struct log_record {
  std::uint32_t interval_s = 0;  ///< between the values of a run
  std::vector<logged_run> runs;
  std::vector<logged_page> pages;
};

/// What is in front of the feeds: two files, laid out in advance and written in turn, each record
/// in one write that begins a new block of the file system, and one sync. The file with the newer
/// epoch counts; it begins with all that the other one still had to say, so the other one is void
/// from the moment on when the first record of this one is whole.
class history_log {
 public:
  /// Of each file, laid out at the start, so that a block of the house needs no room that a full
  /// disk could deny: twice what 90 channels by 10 s write until their pages are full.
  static constexpr std::uint64_t laid_out_bytes = std::uint64_t{1} << 20;
  /// Whoever finds it longer than this empties it: a house of some thousand channels before its
  /// pages are full, or the import of what is there already.
  static constexpr std::uint64_t longest = std::uint64_t{8} << 20;
  /// Opened to look it makes no file.
  struct opening {
    bool read_only = false;
    std::uint64_t laid_out = laid_out_bytes;
  };
  /// Finds what counts and makes the files. What it holds goes to `take`, in its order. A torn
  /// record, and whatever follows it, was never promised. Takes no more memory than the largest
  /// record does.
  static result<history_log> open(history_files& files, const opening& how,
                                  const std::function<void(const log_record&)>& take,
                                  std::vector<std::string>& problems);

  /// On disk when it returns. After a fault nothing more is appended before `begin_anew`.
  result<void> append(history_files& files, const log_record& record);
  /// Everything before is void; `record` is all that still waits.
  result<void> begin_anew(history_files& files, const log_record& record);
  [[nodiscard]] bool broken() const { return broken_; }
  /// Neither file has a record, and something stands there: damage, unless nothing was ever kept.
  [[nodiscard]] bool unreadable() const { return unreadable_; }
  /// Bytes of the records that count.
  [[nodiscard]] std::uint64_t used() const { return used_; }
  /// Both files.
  [[nodiscard]] std::uint64_t bytes_on_disk() const { return sizes_[0] + sizes_[1]; }

 private:
  /// Makes both files as long as they are to be, if the disk has room.
  result<void> lay_out(history_files& files, std::uint64_t bytes);

  std::size_t current_ = 0;  ///< the file that counts
  std::uint64_t epoch_ = 0;
  std::uint32_t next_ = 0;
  std::uint64_t used_ = 0;
  std::array<std::uint64_t, 2> sizes_{};
  bool broken_ = false, unreadable_ = false;
};

/// One record as it stands in the file, filled up to whole blocks; and back, from its beginning.
std::string to_bytes(const log_record& record, std::uint64_t epoch, std::uint32_t number);
struct found_record {
  log_record record;
  std::uint64_t epoch = 0;
  std::uint32_t number = 0;
  std::uint64_t bytes = 0;
};
std::optional<found_record> record_from(std::string_view bytes);

}  // namespace hearth
