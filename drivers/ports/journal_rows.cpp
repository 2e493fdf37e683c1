#include "drivers/ports/journal_store.hpp"

#include <zlib.h>

namespace hearth {
namespace {

constexpr auto sequence_bits = 40;

}  // namespace

stored_entry read_entry(const sqlite_rows& row) {
  return {row.number(0),       row.integer(1), row.text(2), row.integer(3),
          row.integer(4) != 0, row.number(5),  row.text(6)};
}

std::uint64_t checksum_of(const stored_entry& e) {
  const auto fields = std::array{
      e.number, static_cast<std::uint64_t>(e.kind), static_cast<std::uint64_t>(e.made_ms),
      std::uint64_t{e.undated ? 1U : 0U}, std::uint64_t{e.topic_kind.size()}};
  auto sum = crc32(0, reinterpret_cast<const Bytef*>(fields.data()), sizeof fields);
  for (const auto* text : {&e.topic_kind, &e.payload})
    sum = crc32(sum, reinterpret_cast<const Bytef*>(text->data()), static_cast<uInt>(text->size()));
  return sum;
}

std::optional<std::string> damage_of(const stored_entry& e) {
  if (e.payload.empty()) return "it is empty";
  if (checksum_of(e) != e.checksum) return "its bytes are not those that were written";
  return {};
}

std::uint64_t checksum_of(const journal_sums& s) {
  const auto numbers = std::array{s.waiting, s.bytes, s.quarantined, s.epoch};
  const auto sum = crc32(0, reinterpret_cast<const Bytef*>(numbers.data()), sizeof numbers);
  return crc32(sum, reinterpret_cast<const Bytef*>(s.last_message_id.data()),
               static_cast<uInt>(s.last_message_id.size()));
}

int read_sums(sqlite3* db, std::optional<journal_sums>& sums) {
  auto query = sqlite_query{db,
                            "SELECT waiting, bytes, quarantined, epoch, last_message_id, checksum"
                            " FROM state WHERE id = 1"};
  auto rows = query.rows();
  if (!rows.next()) return rows.code();
  auto found =
      journal_sums{rows.number(0), rows.number(1), rows.number(2), rows.number(3), rows.text(4)};
  if (checksum_of(found) == rows.number(5)) sums = std::move(found);
  return SQLITE_OK;
}

std::uint64_t boot_of(std::uint64_t number) { return number >> sequence_bits; }

std::uint64_t sequence_of(std::uint64_t number) {
  return number & ((std::uint64_t{1} << sequence_bits) - 1);
}

}  // namespace hearth
