#include "tests/support/small_history.hpp"

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

const auto now = *from_iso8601("2026-01-10T00:00:00Z");
constexpr auto day = std::chrono::days{1};

/// Years of hours, of which each fourth day has one, at noon: that day's number.
std::shared_ptr<torn_files> years_before(time_point end, int days) {
  auto values = std::vector<std::optional<float>>(static_cast<std::size_t>(days) * 24);
  for (auto n = 0; n < days; n += 4)
    values[static_cast<std::size_t>(n) * 24 + 12] = static_cast<float>(n + 1);
  return feed_of(3600, end - days * day, values);
}

/// A house of few days by 10 s, few weeks by the minute and few years by the quarter.
small_history house_by(duration interval) {
  auto h = small_history{now};
  h.plan.kept.interval = interval;
  h.plan.kept.keep_finest = std::chrono::days{8};
  h.plan.kept.keep_minutes = std::chrono::days{30};
  h.plan.kept.keep_quarters = std::chrono::days{600};
  h.open();
  return h;
}

std::size_t segments(const small_history& h, const std::string& folder) {
  auto out = std::set<std::string>{};
  for (const auto& path : h.disk->paths())
    if (path.starts_with(folder + "/") && path.find(".old/") == std::string::npos)
      out.insert(path.substr(0, path.rfind('/')));
  return out.size();
}

result<std::uint64_t> import(small_history& h, const std::string& channel, torn_files& from) {
  const auto id = h.store->declare(channel, "W");
  if (!id) return tl::make_unexpected(id.error());
  return h.store->read_phpfina(*id, from, "12", h.now, {});
}

/// Every hour of `years_before` is there, and no other.
void check_hours(const small_history& h, const std::string& channel, time_point end, int days) {
  CAPTURE(channel);
  const auto hours = h.ask(end - days * day, end, 1h, fold::average, bucket::interval, channel);
  REQUIRE(hours.values.size() == static_cast<std::size_t>(days) * 24);
  auto wrong = 0;
  for (auto n = std::size_t{0}; n < hours.values.size(); ++n) {
    const auto expected =
        n % 96 == 12 ? std::optional{static_cast<float>(n / 24 + 1)} : std::nullopt;
    if (hours.values[n] != expected) ++wrong;
  }
  CHECK(wrong == 0);
  CHECK(h.store->oldest() == end - days * day + 12h);
}

}  // namespace

TEST_CASE("three feeds of years are taken over whole, and none keeps the finest from going") {
  for (const auto interval : {duration{10s}, duration{60s}}) {
    CAPTURE(to_text(interval));
    auto h = house_by(interval);
    // Longer than quarters are kept.
    constexpr auto days = 6 * 365;
    const auto from = years_before(now, days);
    const auto channels = {"meter", "outdoor", "price"};
    for (const auto* channel : channels) {
      const auto taken = import(h, channel, *from);
      REQUIRE_MESSAGE(taken, (taken ? std::string{} : to_text(taken.error())));
      CHECK(*taken == (days + 3) / 4 * static_cast<std::uint64_t>(1h / interval));
      // Whole segments, and the one in progress.
      if (interval == 10s) CHECK(segments(h, "10s") <= 3);
      CHECK(segments(h, "1min") <= 2);
      CHECK(segments(h, "15min") <= 2);
    }
    h.open();
    for (const auto* channel : channels) check_hours(h, channel, now, days);
    CHECK(h.store->take_problems().empty());
  }
}

TEST_CASE("an older house takes years over that lie before all that it keeps") {
  auto h = house_by(10s);
  h.plan.kept.block = 1h;
  h.record(std::chrono::days{120}, [](time_point) { return 1.0F; });
  const auto from = years_before(now - day, 400);
  REQUIRE(import(h, "meter", *from));
  h.open();
  check_hours(h, "meter", now - day, 400);
  CHECK(segments(h, "10s") <= 3);
}

TEST_CASE("a power cut while a second feed is taken over costs neither feed an hour") {
  constexpr auto days = 5 * 365;
  auto whole = house_by(60s);
  REQUIRE(import(whole, "meter", *years_before(now, days)));
  const auto before = whole.disk->operations();
  REQUIRE(import(whole, "outdoor", *years_before(now, days)));
  const auto operations = whole.disk->operations() - before;
  CHECK(operations > 100);
  for (auto n = std::uint64_t{0}; n < operations; n += 1 + operations / 40) {
    CAPTURE(n);
    auto h = house_by(60s);
    REQUIRE(import(h, "meter", *years_before(now, days)));
    h.disk->cut_after(n);
    CHECK_FALSE(import(h, "outdoor", *years_before(now, days)));
    REQUIRE(h.disk->is_cut());
    h.disk->power_up();
    h.open();
    CHECK(h.store->take_problems().empty());
    REQUIRE(import(h, "outdoor", *years_before(now, days)));
    h.open();
    CHECK(h.store->take_problems().empty());
    for (const auto* channel : {"meter", "outdoor"}) check_hours(h, channel, now, days);
    CHECK(segments(h, "1min") <= 2);
  }
}

TEST_CASE("a channel that fell silent does not keep what is too old of the others") {
  auto h = house_by(10s);
  h.plan.kept.block = 1h;
  const auto silent = h.feed("silent");
  REQUIRE(h.store->put(silent, h.now, 7));
  h.record(std::chrono::days{60}, [](time_point) { return 1.0F; });
  CHECK(segments(h, "10s") <= 3);
  CHECK(h.ask(now, now + 1h, 1h, fold::average, bucket::interval, "silent").values[0] == 7);
}
