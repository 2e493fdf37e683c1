#include "actors/timekeeper.hpp"

#include "tests/actors/houses.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace hearth::testing;

namespace {

constexpr duration year = 365 * 24h;
constexpr time_point today{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 4h};
constexpr time_point in_1970{};

/// A Pi: what is the date truly, what its system clock shows, and a house that began by it.
struct pi {
  explicit pi(time_point shown) : house_began{std::max(shown, limits::earliest_date)} {
    system = shown - house_began;
    truth = today - house_began;
  }

  time_point house_began;
  duration passed{};
  duration system{};  ///< what the system clock shows beyond house time
  duration truth{};   ///< what the date is beyond house time
  bool synchronised = false;
  timekeeper keeper;
  std::vector<event> events;
  int changes = 0;  ///< of the offset

  [[nodiscard]] time_point now() const { return house_began + passed; }
  [[nodiscard]] const dating& dates() const { return keeper.dates(); }
  [[nodiscard]] duration error() const { return dates().offset - truth; }

  void note(std::vector<event> more, duration before) {
    events.insert(events.end(), more.begin(), more.end());
    changes += dates().offset != before;
  }
  void run(duration d) {
    for (const auto end = passed + d; passed < end; passed += 1s) {
      const auto before = dates().offset;
      note(keeper.look({now() + system, synchronised}, now()), before);
    }
  }
  /// Network time comes: the system clock is set and called synchronised.
  void synchronise() {
    system = truth;
    synchronised = true;
  }
  /// The node answers after `taken`; its clock is `off` from the truth.
  void node_answers(duration off = 0ms, duration taken = 200ms) {
    const auto before = dates().offset;
    const auto asked = now();
    passed += taken;
    note(keeper.hear({asked, asked + taken / 2 + truth + off, now()}), before);
  }
};

}  // namespace

TEST_CASE("a synchronised clock is good at once, and nothing is said") {
  auto p = pi{today};
  p.synchronised = true;
  p.run(1s);
  CHECK(p.dates() == dating{0ms, date_trust::good, date_source::network_time});
  p.run(1h);
  CHECK(p.events.empty());
  CHECK(p.changes == 0);
}

TEST_CASE("a clock that shows a possible date is assumed right until somebody knows better") {
  auto p = pi{today - 7 * 24h};
  p.run(10s);
  CHECK(p.dates() == dating{0ms, date_trust::assumed, date_source::system_clock});
  p.synchronise();
  p.run(10s);
  CHECK(p.dates() == dating{7 * 24h, date_trust::good, date_source::network_time});
  REQUIRE(p.events.size() == 1);
  CHECK(p.events[0].kind == "clock-set");
  CHECK(p.events[0].severity == severity::info);
  CHECK(p.events[0].text.find("2026-11-21T04:00:1") != std::string::npos);
  CHECK(p.events[0].text.find("2026-11-14T04:00:1") != std::string::npos);
}

TEST_CASE("a Pi that boots in 1970 does not know the date until the network or the node says it") {
  auto p = pi{in_1970};
  p.run(1min);
  CHECK_FALSE(p.dates().known());
  SUBCASE("the network") {
    p.synchronise();
    p.run(10s);
    CHECK(p.dates().source == date_source::network_time);
  }
  SUBCASE("the node") {
    p.node_answers();
    CHECK(p.dates().source == date_source::node);
  }
  SUBCASE("a person, whom nobody confirms") {
    p.system = p.truth;
    p.run(1s);
    CHECK(p.dates().trust == date_trust::assumed);
    CHECK(p.dates().source == date_source::system_clock);
  }
  CHECK(p.error() == 0ms);
  CHECK(p.changes == 1);
  CHECK(count_kind(p.events, "clock-set") == 1);
}

TEST_CASE("a jump of a clock that nobody synchronises changes nothing but one event") {
  for (const auto jump : {50 * year, -50 * year, duration{1h}, duration{-1h}}) {
    for (const auto known_by_node : {false, true}) {
      CAPTURE(jump.count());
      auto p = pi{today};
      p.run(1min);
      if (known_by_node) p.node_answers();
      p.system += jump;
      p.run(2h);
      CHECK(p.changes == 0);
      CHECK(p.events.size() == 1);
      CHECK(p.events[0].kind == "clock-jumped");
      CHECK(p.events[0].severity == severity::info);
    }
  }
}

TEST_CASE("a clock that jumps all the time is told now and then") {
  auto p = pi{today};
  p.run(1s);
  for (auto i = 0; i < 3600; ++i) {
    p.system += i % 2 ? 1h : -1h;
    p.run(1s);
  }
  CHECK(p.events.size() == 6);
  CHECK(p.changes == 0);
}

TEST_CASE("a jump that comes with synchronisation moves the date once") {
  for (const auto jump : {50 * year, duration{-1h}, duration{1h}, duration{31s}}) {
    CAPTURE(jump.count());
    auto p = pi{today};
    p.synchronised = true;
    p.run(1min);
    p.truth += jump;
    p.synchronise();
    p.run(1h);
    CHECK(p.changes == 1);
    CHECK(p.error() == 0ms);
    CHECK(p.events.size() == 1);
    CHECK(p.events[0].kind == "clock-set");
  }
}

TEST_CASE("a synchronised clock must say the same three times before it moves the date") {
  auto p = pi{today};
  p.synchronised = true;
  p.run(1min);
  p.system += 1h;
  p.run(2s);
  p.system -= 1h;
  p.run(1min);
  CHECK(p.changes == 0);
  CHECK(p.events.empty());
}

TEST_CASE("slewing is followed in quiet steps, and the date is never off by more than one") {
  auto p = pi{today};
  p.synchronised = true;
  // 500 ppm, the kernel's most, for a day: 43 s in all.
  for (auto i = 0; i < 24 * 60 * 2; ++i) {
    p.system += 15ms;
    p.truth += 15ms;
    p.run(30s);
    REQUIRE(std::chrono::abs(p.error()) <= limits::date_step + 15ms);
  }
  CHECK(p.events.empty());
  CHECK(p.changes > 50);
  CHECK(p.changes < 90);
}

TEST_CASE("a leap second is a quiet step, and summer time is none") {
  auto p = pi{today};
  p.synchronised = true;
  p.run(1min);
  p.truth -= 1s;  // 23:59:59 comes twice
  p.synchronise();
  p.run(1min);
  CHECK(p.changes == 1);
  CHECK(p.error() == 0ms);
  CHECK(p.events.empty());
}

TEST_CASE("a date once good stays good when network time is lost, whatever the clock then shows") {
  auto p = pi{today};
  p.synchronised = true;
  p.run(1min);
  p.synchronised = false;
  p.system = in_1970 - p.now();
  p.run(1h);
  CHECK(p.dates().trust == date_trust::good);
  CHECK(p.error() == 0ms);
}

TEST_CASE("the node's clock confirms what contracts tolerate and corrects what they don't") {
  SUBCASE("confirms") {
    auto p = pi{today};
    p.run(10s);
    p.node_answers(29s);
    CHECK(p.dates().trust == date_trust::good);
    CHECK(p.changes == 0);
    CHECK(p.events.empty());
  }
  SUBCASE("corrects") {
    auto p = pi{today - 7 * 24h};
    p.run(10s);
    p.node_answers();
    CHECK(p.dates().source == date_source::node);
    CHECK(p.error() == 0ms);
    CHECK(count_kind(p.events, "clock-set") == 1);
    p.synchronise();
    p.run(1h);
    CHECK(p.dates().source == date_source::network_time);
    CHECK(p.changes == 1);
  }
}

TEST_CASE("a node's answer says as much as it took: half its way is taken for each direction") {
  auto p = pi{in_1970};
  SUBCASE("quick enough") {
    p.node_answers(0ms, limits::node_time_within);
    CHECK(p.error() == 0ms);
    CHECK(p.dates().known());
  }
  SUBCASE("too slow") {
    p.node_answers(0ms, limits::node_time_within + 2ms);
    CHECK_FALSE(p.dates().known());
  }
  SUBCASE("before it was asked") {
    CHECK(p.keeper.hear({p.now(), today, p.now() - 1s}).empty());
    CHECK_FALSE(p.dates().known());
  }
  SUBCASE("from a node that lives in 1970 itself") {
    p.node_answers(in_1970 - today);
    CHECK_FALSE(p.dates().known());
  }
}

TEST_CASE("one odd answer does not move a good date, two that agree do") {
  auto p = pi{today - 7 * 24h};
  p.node_answers();
  p.node_answers(50 * year);
  CHECK(p.error() == 0ms);
  p.node_answers();
  p.node_answers(2h);
  p.node_answers(2h);
  CHECK(p.error() == 2h);
}

TEST_CASE("network time stands over a node that says otherwise, and that is a warning, once") {
  auto p = pi{today};
  p.synchronised = true;
  p.run(1min);
  for (auto i = 0; i < 10; ++i) {
    p.node_answers(1h);
    p.run(1min);
  }
  CHECK(p.changes == 0);
  CHECK(p.events.size() == 1);
  CHECK(p.events[0].kind == "clock-disputed");
  CHECK(p.events[0].severity == severity::warning);
  // They agree again: the next dispute is news.
  p.node_answers();
  p.node_answers(1h);
  CHECK(p.events.size() == 2);
}

TEST_CASE("against a good date that the node confirms, a synchronised clock stands alone") {
  auto p = pi{today};
  p.synchronised = true;
  p.run(1min);
  p.node_answers();
  p.system += 50 * year;
  p.run(1h);
  CHECK(p.changes == 0);
  CHECK(p.events.size() == 1);
  CHECK(p.events[0].kind == "clock-disputed");
  SUBCASE("until the node's word is too old") {
    p.run(limits::node_time_kept);
    CHECK(p.changes == 1);
    CHECK(p.error() == 50 * year);
  }
  SUBCASE("until the node says the same") {
    p.node_answers(50 * year);
    p.run(10s);
    CHECK(p.changes == 1);
    CHECK(p.error() == 50 * year);
  }
  SUBCASE("until it comes back to its senses, which is not worth a word") {
    p.system -= 50 * year;
    p.run(1h);
    CHECK(p.changes == 0);
    CHECK(p.dates().source == date_source::network_time);
    CHECK(p.events.size() == 1);
  }
}

TEST_CASE("no clock that shows an impossible date moves anything, synchronised or not") {
  auto p = pi{today};
  p.synchronised = true;
  p.run(1min);
  for (const auto shown : {in_1970, limits::latest_date, time_point{duration::max() / 2}}) {
    p.system = shown - p.now();
    p.run(1min);
  }
  CHECK(p.changes == 0);
  CHECK(p.dates().trust == date_trust::good);
}
