#include "actors/history/feed_format.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <cmath>

using namespace hearth;
using namespace hearth::testing;

/// Whatever stands in a `.meta` and a `.dat`, it is refused or it is a feed, without a number that
/// is none.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = fuzz_input{data, size};
  const auto length = std::size_t{input.byte()} % (meta_bytes + 2);
  if (const auto meta = meta_from(input.take(length))) {
    must(meta->interval_s > 0, "a feed has an interval");
    const auto again = meta_from(to_bytes(*meta));
    must(again && *again == *meta, "what is written is read");
  }
  const auto bytes = input.rest();
  const auto page = feed_page{bytes};
  auto copy = std::string{};
  auto measured = std::size_t{0};
  for (auto slot = std::size_t{0}; slot < page_slots; ++slot) {
    const auto value = page.at(slot);
    must(!value || std::isfinite(*value), "a value is a number");
    must(value == slot_from(bytes, slot), "a page and a file say the same");
    measured += value ? 1 : 0;
    append_slot(copy, value);
  }
  must(measured == page.measured(), "values are counted");
  const auto read = feed_page{copy};
  for (auto slot = std::size_t{0}; slot < page_slots; ++slot)
    must(read.at(slot) == page.at(slot), "a page is read as it was written");
  must(checksum_of(bytes) != 0, "no checksum stands for none");
  return 0;
}
