#pragma once

#include "protocol/fault.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// The bytes of a feed, which are those of emoncms' PHPFina: `<id>.meta` holds four little-endian
/// u32 {0, 0, interval in s, start in Unix s}, `<id>.dat` a little-endian float32 per slot, a NaN
/// where nothing was measured; the slot of `t` is (t − start) / interval. The NaN lives here and
/// nowhere else.
namespace hearth {

using feed_id = std::uint32_t;

/// Slots written, checked and healed together: as many as fill a block of the file system, so that
/// no write touches a block that holds something older.
inline constexpr std::size_t page_slots = 1024;
inline constexpr std::size_t page_bytes = page_slots * sizeof(float);
/// Pages in one file, so that what is too old goes as whole files: 7.6 days by 10 s, 7.5 years by
/// the hour.
inline constexpr std::size_t segment_pages = 64;

inline constexpr std::size_t meta_bytes = 16;
struct feed_meta {
  std::uint32_t interval_s = 0;
  std::uint32_t start_s = 0;
  bool operator==(const feed_meta&) const = default;
};
std::string to_bytes(const feed_meta& meta);
/// A fault `malformed` says what is wrong with it.
result<feed_meta> meta_from(std::string_view bytes);

/// One slot as it stands in a file.
std::optional<float> slot_from(std::string_view bytes, std::size_t slot);
void append_slot(std::string& bytes, std::optional<float> value);

/// A page as it stands in a file. A number that is not finite counts as nothing.
class feed_page {
 public:
  /// Nothing measured at all.
  feed_page();
  /// `bytes` may be short: nothing is in what is not there.
  explicit feed_page(std::string_view bytes);

  [[nodiscard]] std::optional<float> at(std::size_t slot) const;
  void set(std::size_t slot, std::optional<float> value);
  [[nodiscard]] std::string bytes() const;
  [[nodiscard]] std::size_t measured() const;

 private:
  std::array<float, page_slots> slots_;
};

/// CRC-32 as zlib and Python count it, and never 0, which stands for none.
std::uint32_t checksum_of(std::string_view bytes);

// Little-endian numbers at the edge.
void append_u32(std::string& to, std::uint32_t value);
void append_u64(std::string& to, std::uint64_t value);
/// `bytes` must reach so far.
std::uint32_t u32_at(std::string_view bytes, std::size_t offset);
std::uint64_t u64_at(std::string_view bytes, std::size_t offset);

}  // namespace hearth
