#include "tools/simulate/shrink.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace hearth;
using namespace hearth::simulate;
using namespace std::chrono_literals;

namespace {

const auto start = *from_iso8601("2020-01-15T00:00:00Z");

/// Three days with a fault every six hours, each for two hours and a bit; nobody lives through it.
season_plan twelve_faults() {
  auto plan = season_plan{};
  plan.when = {start, start + 72h};
  plan.contracts = true;
  plan.seed = 7;
  for (auto i = 0; i < 12; ++i) {
    const auto from = start + i * 6h + 12345ms;
    plan.faults.push_back({fault_kind::sensor_lies, "p" + std::to_string(i), {from, from + 2h}, 1});
  }
  return plan;
}

const fault_spell* find(const season_plan& plan, const std::string& point) {
  const auto found = std::ranges::find(plan.faults, point, &fault_spell::part);
  return found == plan.faults.end() ? nullptr : &*found;
}

/// Breaks at `at` if the plan has that moment and all these faults, `at` being `offset` after the
/// start.
breaks_at needing(std::vector<std::string> points, duration offset) {
  return [points = std::move(points),
          at = start + offset](const season_plan& plan) -> std::optional<time_point> {
    if (at < plan.when.from || at >= plan.when.to) return {};
    const auto there = [&](const std::string& point) { return find(plan, point) != nullptr; };
    if (!std::ranges::all_of(points, there)) return {};
    return at;
  };
}

/// Asks on, counts, and remembers the last plan that broke something.
struct counted {
  breaks_at ask;
  int tries = 0;
  season_plan last{};
  std::optional<time_point> operator()(const season_plan& plan) {
    ++tries;
    const auto at = ask(plan);
    if (at) last = plan;
    return at;
  }
};

}  // namespace

TEST_CASE("of twelve faults the two that are needed together are left") {
  for (auto a = 0; a < 12; ++a)
    for (auto b = a + 1; b < 12; ++b) {
      const auto one = "p" + std::to_string(a), other = "p" + std::to_string(b);
      const auto small = shrink(twelve_faults(), needing({one, other}, 60h));
      REQUIRE(small);
      CHECK(small->plan.faults.size() == 2);
      CHECK(find(small->plan, one));
      CHECK(find(small->plan, other));
      CHECK(small->tries <= most_shrinking_tries);
    }
}

TEST_CASE("what breaks without any fault and without the node is shown without them") {
  const auto small = shrink(twelve_faults(), needing({}, 5h));
  REQUIRE(small);
  CHECK(small->plan.faults.empty());
  CHECK_FALSE(small->plan.contracts);
  CHECK(small->plan.seed == 7);
}

TEST_CASE("the node stays where it is needed") {
  const auto small = shrink(twelve_faults(), [](const season_plan& p) {
    return p.contracts ? std::optional{p.when.from} : std::nullopt;
  });
  REQUIRE(small);
  CHECK(small->plan.contracts);
}

TEST_CASE("the season begins shortly before the promise is broken and ends shortly after") {
  const auto small = shrink(twelve_faults(), needing({}, 50h + 3min));
  REQUIRE(small);
  CHECK(small->broken_at == start + 50h + 3min);
  CHECK(small->plan.when.from <= small->broken_at);
  CHECK(small->plan.when.to > small->broken_at);
  CHECK(small->plan.when.to - small->plan.when.from <= 2 * slot_length);
}

TEST_CASE("a promise that is seen to be broken only hours later keeps those hours") {
  const auto seen_late = [](const season_plan& p) -> std::optional<time_point> {
    if (p.when.to < start + 40h || p.when.from > start + 30h) return {};
    return start + 30h;
  };
  const auto small = shrink(twelve_faults(), seen_late);
  REQUIRE(small);
  CHECK(small->plan.when.to >= start + 40h);
  CHECK(small->plan.when.to < start + 40h + slot_length);
}

TEST_CASE("a fault becomes as short as it may be, to the minute") {
  // It takes 37 minutes of this fault, from the beginning of its second hour.
  const auto needed = period{start + 12h + 60min, start + 12h + 97min};
  const auto small =
      shrink(twelve_faults(), [&](const season_plan& p) -> std::optional<time_point> {
        const auto* s = find(p, "p2");
        if (s == nullptr || s->when.from > needed.from || s->when.to < needed.to) return {};
        return needed.to;
      });
  REQUIRE(small);
  REQUIRE(small->plan.faults.size() == 1);
  const auto& when = small->plan.faults[0].when;
  CHECK(when.from <= needed.from);
  CHECK(when.to >= needed.to);
  CHECK(when.to - when.from <= 39min);
  CHECK(when.from.time_since_epoch() % 1min == 0ms);
}

TEST_CASE(
    "what it returns is what was tried last of all that broke, in no more tries than allowed") {
  for (const auto most : {1, 2, 3, 10, 40, 200}) {
    auto ask = counted{needing({"p3", "p8", "p9"}, 55h)};
    const auto small = shrink(
        twelve_faults(), [&](const season_plan& p) { return ask(p); }, most);
    REQUIRE(small);
    CHECK(ask.tries <= most);
    CHECK(small->tries == ask.tries);
    CHECK(small->plan.when == ask.last.when);
    CHECK(small->plan.faults == ask.last.faults);
    CHECK(small->plan.contracts == ask.last.contracts);
    CHECK(ask.ask(small->plan) == small->broken_at);
  }
}

TEST_CASE("a promise that obeys no order at all ends too, with a plan that breaks it") {
  // Whether it breaks looks like chance, yet the same plan always has the same answer.
  const auto chance = [](const season_plan& p) -> std::optional<time_point> {
    auto mix = static_cast<std::uint64_t>((p.when.to - p.when.from).count()) + p.faults.size();
    for (const auto& s : p.faults)
      mix = mix * 31 + static_cast<std::uint64_t>(s.when.to.time_since_epoch().count());
    if (p.faults.size() < 12 && mix % 3 != 0) return {};
    return p.when.from + (p.when.to - p.when.from) / 2;
  };
  auto ask = counted{chance};
  const auto small = shrink(twelve_faults(), [&](const season_plan& p) { return ask(p); });
  REQUIRE(small);
  CHECK(ask.tries <= most_shrinking_tries);
  CHECK(chance(small->plan) == small->broken_at);
}

TEST_CASE("the same failure is always shrunk to the same plan") {
  const auto once = shrink(twelve_faults(), needing({"p1", "p6"}, 44h));
  const auto again = shrink(twelve_faults(), needing({"p1", "p6"}, 44h));
  REQUIRE(once);
  REQUIRE(again);
  CHECK(once->plan.when == again->plan.when);
  CHECK(once->plan.faults == again->plan.faults);
  CHECK(once->tries == again->tries);
}

TEST_CASE("a failure that does not come again is not shrunk") {
  auto asked = 0;
  CHECK_FALSE(shrink(twelve_faults(), [&](const season_plan&) {
    ++asked;
    return std::optional<time_point>{};
  }));
  CHECK(asked == 1);
}

TEST_CASE("a fault that is needed although it begins after the end still ends after it begins") {
  const auto small = shrink(twelve_faults(), [](const season_plan& p) {
    return p.faults.empty() ? std::nullopt : std::optional{start + 3min};
  });
  REQUIRE(small);
  CHECK(small->plan.when.to == start + slot_length);
  REQUIRE(small->plan.faults.size() == 1);
  CHECK(small->plan.faults[0].when.from < small->plan.faults[0].when.to);
}
