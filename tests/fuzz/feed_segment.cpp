#include "actors/history/feed_tier.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/memory_history_files.hpp"

#include <cmath>

using namespace hearth;
using namespace hearth::testing;

namespace {

constexpr auto number = std::uint32_t{2698};  ///< of the segment that begins 2026-01-04T05:52:00Z
constexpr auto folder = "10s/20260104T055200Z";

void look_at_all(const feed_tier& tier) {
  const auto first = number * static_cast<std::uint32_t>(segment_pages);
  const auto feeds = tier.feeds();
  for (const auto feed : feeds) {
    const auto pages = tier.pages(feed, first, first + static_cast<std::uint32_t>(segment_pages));
    for (const auto page : pages) {
      const auto read = tier.read(feed, page);
      must(read || read.error().code == fault_code::checksum, "a page is read, or said to be bad");
      must(!read || *read, "a page that is there is there");
    }
    must(pages.empty() == !tier.first_page(feed).has_value(), "the first page is one of them");
    must(pages.empty() ||
             (pages.front() == tier.first_page(feed) && pages.back() == tier.last_page(feed)),
         "pages have an order");
  }
}

}  // namespace

/// A segment of any files opens, tells of damage, and takes a page that is there when it is opened
/// again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = fuzz_input{data, size};
  const auto how = input.byte();
  const auto plan = tier_plan{"10s", 10, (how & 1) != 0, std::size_t{2}};
  const auto disk = std::make_shared<history_memory>();
  const auto file = [&](const std::string& name) -> std::string& {
    return disk->files[std::string{folder} + "/" + name];
  };
  // Two feeds whose `.meta` is right but for what the input changes, and pages of few bytes.
  for (const auto* id : {"1", "2"}) {
    const auto bits = input.byte();
    auto meta = to_bytes({10, static_cast<std::uint32_t>(number * segment_pages * plan.page_s())});
    if (bits & 1)
      meta = to_bytes({10, static_cast<std::uint32_t>((number * segment_pages + input.byte() % 80) *
                                                      plan.page_s())});
    if (bits & 2) meta = input.take(16);
    file(std::string{id} + ((bits & 4) != 0 ? ".meta.new" : ".meta")) = meta;
    if ((bits & 4) != 0 && (bits & 32) != 0) file(std::string{id} + ".meta") = meta;
    const auto fill = input.take(8);
    auto& dat = file(std::string{id} + ((bits & 8) != 0 ? ".dat.new" : ".dat"));
    for (auto n = std::size_t{0}; n < bits / 32U * std::size_t{page_slots} / 2; ++n) dat += fill;
    if (plan.extremes && (bits & 16) == 0) file(std::string{id} + ".extremes") = dat + dat + dat;
  }
  if (how & 2) {
    auto sums = std::string{"HHS1"};
    if (how & 4) append_u32(sums, input.byte() % 4);
    sums += input.rest();
    if (how & 8) {
      // The length that was said, and the sums of what stands there.
      sums = "HHS1";
      append_u32(sums, 1);
      append_u32(sums, 1);
      const auto& dat = file("1.dat");
      for (auto n = std::size_t{0}; n < segment_pages * (plan.extremes ? 2 : 1); ++n)
        append_u32(sums, n < dat.size() / page_bytes
                             ? checksum_of(std::string_view{dat}.substr(n * page_bytes, page_bytes))
                             : std::uint32_t{how} / 16 % 2);
    }
    append_u32(sums, checksum_of(sums));
    file("sums") = sums;
  }

  auto problems = std::vector<std::string>{};
  const auto files = std::make_shared<memory_history_files>(disk);
  const auto before = disk->files;
  auto seen = feed_tier{files, plan, true};
  must(seen.open(problems).has_value(), "a segment opens to be looked at");
  look_at_all(seen);
  must(disk->files == before, "looking writes nothing");

  auto tier = feed_tier{files, plan, false};
  must(tier.open(problems).has_value(), "a segment opens");
  look_at_all(tier);
  auto content = tier.empty_page();
  content.set(17, measure::of(21.5F, 10));
  const auto page = number * static_cast<std::uint32_t>(segment_pages) + how / 16U;
  for (const auto feed : {feed_id{1}, feed_id{3}})
    must(tier.write(feed, page, content).has_value(), "a page is written");
  must(tier.write_sums().has_value() && tier.name_sums().has_value(), "and counts");
  look_at_all(tier);

  auto again = feed_tier{files, plan, false};
  must(again.open(problems).has_value(), "a segment opens again");
  look_at_all(again);
  for (const auto feed : {feed_id{1}, feed_id{3}}) {
    const auto read = again.read(feed, page);
    must(read && *read && (*read)->at(17, 10).mean() == 21.5F, "what was written is there");
  }
  return 0;
}
