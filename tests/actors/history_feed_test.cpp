#include "tests/support/small_history.hpp"

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

const auto began = *from_iso8601("2026-01-10T00:00:00Z");

}  // namespace

TEST_CASE("a meta file is sixteen bytes: twice nothing, the interval, the start") {
  CHECK(to_bytes(feed_meta{10, 0x6961a480}) ==
        std::string("\0\0\0\0\0\0\0\0\x0a\0\0\0\x80\xa4\x61\x69", 16));
  CHECK(meta_from(to_bytes(feed_meta{10, 77})) == feed_meta{10, 77});
  CHECK_FALSE(meta_from(""));
  CHECK_FALSE(meta_from(std::string(16, '\0')));
}

TEST_CASE("a slot without a value is the quiet NaN, and whatever is not finite is no value") {
  auto bytes = std::string{};
  append_slot(bytes, std::nullopt);
  append_slot(bytes, 1.0F);
  CHECK(bytes == std::string("\0\0\xc0\x7f\0\0\x80\x3f", 8));
  CHECK_FALSE(slot_from(bytes, 0));
  CHECK(slot_from(bytes, 1) == 1.0F);
  CHECK_FALSE(slot_from(bytes, 2));
  CHECK_FALSE(slot_from(std::string("\0\0\x80\x7f", 4), 0));
}

TEST_CASE("what is on disk is a PHPFina feed as it stands") {
  auto h = small_history{};
  h.record(24h, [](time_point t) { return static_cast<float>(t.time_since_epoch() / 10s % 500); });
  auto slots = 0;
  for (const auto& path : h.disk->paths()) {
    if (!path.starts_with("10s/") || !path.ends_with("1.meta")) continue;
    const auto meta = meta_from(h.disk->content(path));
    REQUIRE(meta);
    CHECK(meta->interval_s == 10);
    const auto& data = h.disk->content(path.substr(0, path.size() - 4) + "dat");
    CHECK(data.size() % 4096 == 0);
    for (auto n = std::size_t{0}; n < data.size() / 4; ++n) {
      const auto second = std::int64_t{meta->start_s} + static_cast<std::int64_t>(n) * 10;
      const auto at = time_point{std::chrono::seconds{second}};
      if (at < began) {
        REQUIRE_FALSE(slot_from(data, n));
      } else {
        REQUIRE(slot_from(data, n) == static_cast<float>(second / 10 % 500));
        ++slots;
      }
    }
  }
  CHECK(slots > 7000);
}

TEST_CASE("the first value of a feed is where it was measured, not where its hour begins") {
  auto h = small_history{began + 50s};
  h.record(48h, [](time_point) { return 1.0F; });
  REQUIRE(h.store->distribute(h.now, true));
  CHECK(h.store->first(h.feed()) == began + 50s);
  CHECK(h.store->oldest() == began + 50s);
}

TEST_CASE("a feed goes along and comes back the same") {
  auto h = small_history{};
  h.record(30h, [](time_point t) {
    return t.time_since_epoch() / 10s % 9 == 0
               ? std::nullopt
               : std::optional{static_cast<float>(t.time_since_epoch() / 10s % 500)};
  });
  auto out = std::make_shared<torn_files>(1);
  const auto slots = h.store->write_phpfina(1, {}, *out, "1");
  REQUIRE(slots);
  CHECK(slots->slots == 30 * 360 - 1);  // the first one is empty
  CHECK(slots->interval_s == 10);
  CHECK(meta_from(out->content("1.meta")) ==
        feed_meta{10, static_cast<std::uint32_t>(began.time_since_epoch() / 1s) + 10});
  auto other = small_history{};
  other.now = h.now;
  const auto taken = other.store->read_phpfina(other.feed("taken"), *out, "1", other.now, {});
  REQUIRE(taken);
  CHECK(*taken == 30 * 320);
  other.open();
  for (auto t = began; t < h.now; t += 10s) REQUIRE(other.slot(t, "taken") == h.slot(t));
  CHECK_FALSE(h.store->write_phpfina(1, 7s, *out, "2"));
  CHECK_FALSE(h.store->write_phpfina(9, {}, *out, "2"));
}

TEST_CASE("a feed of years is taken over, its old part by the hour") {
  auto h = small_history{};
  const auto start = began - std::chrono::days{500};
  auto values = std::vector<std::optional<float>>{};
  for (auto n = 0; n < 500 * 1440; ++n)
    values.push_back(n % 10 == 0 ? std::nullopt : std::optional{static_cast<float>(n / 1440)});
  const auto from = feed_of(60, start, values);
  auto told = std::uint64_t{0};
  const auto taken =
      h.store->read_phpfina(h.feed(), *from, "12", h.now, [&](std::uint64_t n) { told = n; });
  REQUIRE_MESSAGE(taken, (taken ? std::string{} : to_text(taken.error())));
  CHECK(*taken == 500 * 1440 / 10 * 9 * 6);
  CHECK(told == *taken);
  h.open();
  CHECK(h.store->oldest() == start);
  for (const auto day : {3, 250, 499}) {
    const auto at = start + std::chrono::days{day};
    CAPTURE(day);
    CHECK(h.ask(at, at + 24h, 24h).values[0] == static_cast<float>(day));
    CHECK(*h.ask(at, at + 24h, 24h, fold::integral).values[0] ==
          doctest::Approx(day * 24 * 0.9).epsilon(1e-4));
  }
  CHECK(h.slot(began - 50s) == 499);
  CHECK(h.store->at(start + 12h).resolution == 15min);
}

TEST_CASE("a feed is taken over sixteen segments at a time, not one wait for the disk a page") {
  auto h = small_history{};
  const auto from = feed_of(60, began - std::chrono::days{500},
                            std::vector<std::optional<float>>(500 * 1440, 21.5F));
  const auto before = h.disk->syncs();
  REQUIRE(h.store->read_phpfina(h.feed(), *from, "12", h.now, {}));
  // Of 4219 pages in 66 segments.
  CHECK(h.disk->syncs() - before < 60);
}

TEST_CASE("what a channel has already stays when a feed is taken over") {
  auto h = small_history{};
  h.record(2h, [](time_point t) { return t < began + 1h ? std::optional{1.0F} : std::nullopt; });
  const auto from = feed_of(10, began - 1h, std::vector<std::optional<float>>(3 * 360, 9.0F));
  const auto taken = h.store->read_phpfina(h.feed(), *from, "12", h.now, {});
  REQUIRE(taken);
  CHECK(*taken == 720);
  h.open();
  CHECK(h.slot(began - 10s) == 9);
  CHECK(h.slot(began) == 1);
  CHECK(h.slot(began + 1h) == 9);
  const auto fine = feed_of(5, began + 3h, {1.0F, 3.0F, std::nullopt, 4.0F});
  CHECK(h.store->read_phpfina(h.feed("fine"), *fine, "12", h.now, {}) == 2);
  CHECK(h.slot(began + 3h, "fine") == 2);
  CHECK(h.slot(began + 3h + 10s, "fine") == 4);
}

TEST_CASE("what is no feed, or cannot be one, is refused with the reason") {
  auto h = small_history{};
  const auto refused = [&](torn_files& from, const std::string& why) {
    const auto taken = h.store->read_phpfina(h.feed(), from, "12", h.now, {});
    REQUIRE_FALSE(taken);
    CHECK(to_text(taken.error()).find(why) != std::string::npos);
  };
  auto none = torn_files{1};
  refused(none, "no PHPFina feed");
  refused(*feed_of(7, began, {1.0F}), "interval of 7 s");
  refused(*feed_of(0, began, {1.0F}), "interval is 0 s");
  refused(*feed_of(10, *from_iso8601("1999-01-01T00:00:00Z"), {1.0F}), "cannot be right");
  refused(*feed_of(3600, began, std::vector<std::optional<float>>(3000)), "cannot be right");
  const auto lone = feed_of(10, began, {});
  REQUIRE(lone->remove("12.dat"));
  refused(*lone, "there is no 12.dat");
}
