#include "actors/history/feed_index.hpp"

#include "tests/fuzz/fuzz.hpp"
#include "tests/support/memory_history_files.hpp"

using namespace hearth;
using namespace hearth::testing;

/// An index of any bytes, and of any bytes with the right checksum, is read as it would be written
/// again, or not at all; and its folder opens.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = fuzz_input{data, size};
  const auto how = input.byte();
  auto text = std::string{input.rest()};
  if (how % 2 == 1) text += "crc32\t" + std::to_string(checksum_of(text)) + "\n";
  const auto found = index_from(text);
  if (found) {
    must(found->interval_s > 0, "an index has an interval");
    for (const auto& [id, feed] : found->feeds) must(id > 0 && id <= most_feeds, "ids are bounded");
    const auto again = index_from(to_text(found->feeds, found->interval_s));
    must(again && again->feeds == found->feeds && again->interval_s == found->interval_s,
         "what is written is read");
  }

  const auto disk = std::make_shared<history_memory>();
  disk->files["index"] = text;
  if (how % 4 > 1) disk->files["index.copy"] = to_text({{1, {"power", "W"}}}, 10);
  auto files = memory_history_files{disk};
  auto problems = std::vector<std::string>{};
  auto index = feed_index::load(files, problems);
  must(index.has_value(), "a folder opens");
  must(found || text.empty() || !problems.empty(), "damage is told");
  const auto had = index->feeds().size();
  const auto id = index->declare("a channel of this house", "W");
  if (!id) return 0;
  must(index->feeds().at(*id).unit == "W" && index->feeds().size() <= had + 1, "a feed is found");
  must(index->save(files).has_value() && !index->changed(), "an index is written");
  auto none = std::vector<std::string>{};
  const auto read = feed_index::load(files, none);
  must(read && none.empty() && read->find("a channel of this house") == *id, "a feed stays");
  return 0;
}
