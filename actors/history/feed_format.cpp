#include "actors/history/feed_format.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <zlib.h>

namespace hearth {
namespace {

// As it lies in memory a page lies in the file; every machine that Hearth is built for agrees.
static_assert(std::endian::native == std::endian::little);

/// What stands in a slot without a value: the quiet NaN that other programs write there.
const auto nothing = std::bit_cast<float>(std::uint32_t{0x7fc00000});

}  // namespace

std::string to_bytes(const feed_meta& meta) {
  auto out = std::string(8, '\0');
  append_u32(out, meta.interval_s);
  append_u32(out, meta.start_s);
  return out;
}

result<feed_meta> meta_from(std::string_view bytes) {
  if (bytes.size() != meta_bytes)
    return failed(fault_code::malformed,
                  "it has " + std::to_string(bytes.size()) + " bytes instead of 16");
  // The first two numbers are not looked at: older writers left the feed's id or a count there.
  const auto meta = feed_meta{u32_at(bytes, 8), u32_at(bytes, 12)};
  if (meta.interval_s == 0) return failed(fault_code::malformed, "its interval is 0 s");
  return meta;
}

std::optional<float> slot_from(std::string_view bytes, std::size_t slot) {
  if (slot >= bytes.size() / sizeof(float)) return {};
  const auto value = std::bit_cast<float>(u32_at(bytes, slot * sizeof(float)));
  if (!std::isfinite(value)) return {};
  return value;
}

void append_slot(std::string& bytes, std::optional<float> value) {
  append_u32(bytes, std::bit_cast<std::uint32_t>(value.value_or(nothing)));
}

feed_page::feed_page() { slots_.fill(nothing); }

feed_page::feed_page(std::string_view bytes) : feed_page{} {
  const auto whole = bytes.size() - bytes.size() % sizeof(float);
  std::memcpy(slots_.data(), bytes.data(), std::min(whole, page_bytes));
}

std::optional<float> feed_page::at(std::size_t slot) const {
  if (!std::isfinite(slots_[slot])) return {};
  return slots_[slot];
}

void feed_page::set(std::size_t slot, std::optional<float> value) {
  slots_[slot] = value.value_or(nothing);
}

std::string feed_page::bytes() const {
  auto out = std::string(page_bytes, '\0');
  std::memcpy(out.data(), slots_.data(), page_bytes);
  return out;
}

std::size_t feed_page::measured() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(slots_, [](float value) { return std::isfinite(value); }));
}

std::uint32_t checksum_of(std::string_view bytes) {
  const auto sum = crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  return sum == 0 ? 1U : static_cast<std::uint32_t>(sum);
}

void append_u32(std::string& to, std::uint32_t value) {
  for (auto n = 0; n < 4; ++n) to.push_back(static_cast<char>(value >> (8 * n) & 0xff));
}

void append_u64(std::string& to, std::uint64_t value) {
  append_u32(to, static_cast<std::uint32_t>(value));
  append_u32(to, static_cast<std::uint32_t>(value >> 32));
}

std::uint32_t u32_at(std::string_view bytes, std::size_t offset) {
  auto value = std::uint32_t{};
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

std::uint64_t u64_at(std::string_view bytes, std::size_t offset) {
  return u32_at(bytes, offset) | std::uint64_t{u32_at(bytes, offset + 4)} << 32;
}

}  // namespace hearth
