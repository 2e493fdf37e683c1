#include "actors/grid_leases.hpp"

#include "protocol/limits.hpp"
#include "tests/actors/houses.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <limits>
#include <map>
#include <random>

using namespace hearth;
using namespace hearth::testing;

namespace {

constexpr auto failsafe_for = duration{30min};

enum class kind { shed, raise, limit, outage };
constexpr auto kinds = std::array{kind::shed, kind::raise, kind::limit, kind::outage};

request wish(kind what, duration lease = 1h, std::optional<time_point> start = {}) {
  auto out = request{authority::grid, shed{}, lease, "test", start};
  switch (what) {
  case kind::shed: break;
  case kind::raise: out.wish = raise_load{}; break;
  case kind::limit: out.wish = power_limit{3 * kilowatt, 1 * kilowatt, failsafe_for}; break;
  case kind::outage: out.wish = outage{}; break;
  }
  return out;
}
request say(std::variant<hold, shed, release, raise_load, power_limit, outage, keep_alive> what) {
  return {authority::grid, std::move(what), {}, "test", {}};
}

enum class running { no, yes, failsafe };
struct state {
  running on = running::no;
  bool planned = false;
  bool operator==(const state&) const = default;
};

/// Leases and the time they live in; the node is heard each minute unless it is silent.
struct life {
  kind what;
  grid_leases held = {};
  time_point now = noon;
  dating dates = exact_dates;
  std::vector<event> events = {};

  void tick() {
    for (auto& e : held.advance(now)) events.push_back(std::move(e));
  }
  void pass(duration length, bool heard = true) {
    const auto end = now + length;
    while (now < end) {
      now = std::min(now + 1min, end);
      if (heard) held.heard(now);
      tick();
    }
  }
  void redate(dating d) {
    dates = d;
    held.redate(d);
    tick();
  }
  bool ask(const request& r) {
    const auto answer = held.ask(r, "r", now);
    CHECK(answer.request_id == "r");
    CHECK_FALSE(answer.reason.empty());
    tick();
    return answer.accepted;
  }

  [[nodiscard]] running on() const {
    switch (what) {
    case kind::shed: return held.shedding(now) ? running::yes : running::no;
    case kind::raise: return held.raising(now) ? running::yes : running::no;
    case kind::limit: {
      const auto most = held.limit(now);
      if (!most) return running::no;
      return *most == 3 * kilowatt ? running::yes : running::failsafe;
    }
    case kind::outage: {
      const auto dark = held.announced_outage(now);
      return dark && dark->from <= now ? running::yes : running::no;
    }
    }
    return running::no;
  }
  /// What is planned shows when its time comes, and whatever ran is over.
  [[nodiscard]] bool planned() const {
    auto later = *this;
    later.redate(exact_dates);
    for (auto i = 0; i < 60 * 6; ++i) {
      const auto before = later.on();
      later.pass(1min);
      if (before == running::no && later.on() != running::no) return true;
      if (count_kind(later.events, "lease-begun") > count_kind(events, "lease-begun")) return true;
    }
    return false;
  }
  [[nodiscard]] state is() const { return {on(), planned()}; }
};

constexpr auto none = state{};
constexpr auto planned = state{running::no, true};
constexpr auto runs = state{running::yes, false};
constexpr auto failing = state{running::failsafe, false};
constexpr auto runs_planned = state{running::yes, true};
constexpr auto failing_planned = state{running::failsafe, true};

/// A life of this kind in this state: what runs has 59 minutes left, what is planned starts in 2 h.
life in(kind what, state s) {
  auto l = life{what};
  if (s.on != running::no) REQUIRE(l.ask(wish(what)));
  if (s.on == running::failsafe) l.pass(limits::limit_silence, false);
  if (s.on == running::yes) l.pass(1min);
  if (s.planned) REQUIRE(l.ask(wish(what, 1h, l.now + 2h)));
  // Asking is a word of the node: it has to be silent once more.
  if (s == failing_planned) l.pass(limits::limit_silence, false);
  REQUIRE(l.is() == s);
  return l;
}

struct input {
  const char* name;
  std::function<void(life&)> happens;
  /// What follows each state, for shed, raise and outage in the first four columns: none, planned,
  /// runs, runs and planned; then, of a limit, failsafe, failsafe and planned.
  std::array<state, 6> next;
};

const auto states = std::array{none, planned, runs, runs_planned, failing, failing_planned};

/// A silence differs for a limit alone: `of_limit` says what follows it there.
struct silence {
  const char* name;
  duration length;
  std::array<state, 4> others;
  std::array<state, 6> of_limit;
};

std::vector<input> table() {
  return {
      {"asked at once",
       [](life& l) { CHECK(l.ask(wish(l.what))); },
       {runs, runs_planned, runs, runs_planned, runs, runs_planned}},
      {"asked for in two hours",
       [](life& l) { CHECK(l.ask(wish(l.what, 1h, l.now + 2h))); },
       {planned, planned, runs_planned, runs_planned, runs_planned, runs_planned}},
      {"asked for too long a time, which is refused",
       [](life& l) { CHECK_FALSE(l.ask(wish(l.what, 73h))); },
       {none, planned, runs, runs_planned, runs, runs_planned}},
      {"asked for what is past, which is refused",
       [](life& l) { CHECK_FALSE(l.ask(wish(l.what, 1h, l.now - 1h))); },
       {none, planned, runs, runs_planned, runs, runs_planned}},
      {"released",
       [](life& l) { CHECK(l.ask(say(release{}))); },
       {none, none, none, none, none, none}},
      {"kept alive",
       [](life& l) { CHECK(l.ask(say(keep_alive{})) == (l.on() != running::no)); },
       {none, planned, runs, runs_planned, runs, runs_planned}},
      {"the node is heard",
       [](life& l) { l.held.heard(l.now); },
       {none, planned, runs, runs_planned, runs, runs_planned}},
      {"nothing",
       [](life& l) { l.tick(); },
       {none, planned, runs, runs_planned, failing, failing_planned}},
      {"its end comes", [](life& l) { l.pass(1h); }, {none, planned, none, planned, none, planned}},
      {"what is planned starts", [](life& l) { l.pass(2h); }, {none, runs, none, runs, none, runs}},
      {"all of its time goes by",
       [](life& l) { l.pass(4h); },
       {none, none, none, none, none, none}},
      {"all of its time goes by unseen",
       [](life& l) {
         l.now += 4h;
         l.tick();
       },
       {none, none, none, none, none, none}},
      {"the date jumps two and a half hours ahead",
       [](life& l) {
         l.redate({150min, date_trust::good, date_source::node});
       },
       {none, runs, runs, runs, failing, runs}},
      {"the date jumps a day back",
       [](life& l) {
         l.redate({-24h, date_trust::good, date_source::node});
       },
       {none, planned, runs, runs_planned, failing, failing_planned}},
      {"the date is unknown",
       [](life& l) { l.redate({}); },
       {none, planned, runs, runs_planned, failing, failing_planned}},
  };
}

}  // namespace

TEST_CASE("what the grid asks moves as its drawing says, from every state at every cause") {
  for (const auto what : kinds) {
    for (const auto& row : table()) {
      for (std::size_t i = 0; i < (what == kind::limit ? 6 : 4); ++i) {
        CAPTURE(row.name);
        CAPTURE(i);
        CAPTURE(static_cast<int>(what));
        auto l = in(what, states[i]);
        row.happens(l);
        const auto is = l.is();
        CHECK(static_cast<int>(is.on) == static_cast<int>(row.next[i].on));
        CHECK(is.planned == row.next[i].planned);
      }
    }
  }
}

TEST_CASE("silence of the node means nothing but to a limit, whose failsafe ends") {
  const auto rows = std::array{
      silence{"a moment short of it",
              limits::limit_silence - 1ms,
              {none, planned, runs, runs_planned},
              {none, planned, runs, runs_planned, failing, failing_planned}},
      silence{"three minutes",
              limits::limit_silence,
              {none, planned, runs, runs_planned},
              {none, planned, failing, failing_planned, failing, failing_planned}},
      silence{"a moment short of the failsafe's end",
              limits::limit_silence + failsafe_for - 1ms,
              {none, planned, runs, runs_planned},
              {none, planned, failing, failing_planned, none, planned}},
      silence{"the failsafe's time as well",
              limits::limit_silence + failsafe_for,
              {none, planned, runs, runs_planned},
              {none, planned, none, planned, none, planned}},
  };
  for (const auto what : kinds) {
    for (const auto& row : rows) {
      for (std::size_t i = 0; i < (what == kind::limit ? 6 : 4); ++i) {
        CAPTURE(row.name);
        CAPTURE(i);
        CAPTURE(static_cast<int>(what));
        auto l = in(what, states[i]);
        if (what == kind::limit && states[i].on == running::yes) l.held.heard(l.now);
        l.pass(row.length, false);
        CHECK(l.is() == (what == kind::limit ? row.of_limit[i] : row.others[i]));
      }
    }
  }
}

TEST_CASE("a failsafe that has ended does not come back when the node does") {
  auto l = in(kind::limit, failing);
  l.pass(failsafe_for, false);
  CHECK(l.on() == running::no);
  CHECK(count_kind(l.events, "limit-failsafe") == 1);
  CHECK(count_kind(l.events, "lease-ended") == 1);
  l.held.heard(l.now);
  l.pass(1h);
  CHECK(l.on() == running::no);
  SUBCASE("nor when nobody has looked in between") {
    auto unseen = in(kind::limit, runs);
    unseen.now += limits::limit_silence + failsafe_for;
    unseen.held.heard(unseen.now);
    CHECK_FALSE(unseen.held.limit(unseen.now));
    CHECK_FALSE(unseen.ask(say(keep_alive{})));
    CHECK_FALSE(unseen.held.limit(unseen.now + 1min));
  }
}

TEST_CASE("a limit that lost its node and found it again holds until its own end") {
  auto l = in(kind::limit, failing);
  l.held.heard(l.now);
  CHECK(l.on() == running::yes);
  l.tick();
  CHECK(count_kind(l.events, "limit-resumed") == 1);
  l.pass(1h);
  CHECK(l.on() == running::no);
}

TEST_CASE("every lease of the grid ends by itself, whatever is said and whatever the date does") {
  auto random = std::mt19937{20200115};
  const auto below = [&](unsigned n) { return random() % n; };
  for (auto round = 0; round < 200; ++round) {
    auto lives =
        std::array{life{kind::shed}, life{kind::raise}, life{kind::limit}, life{kind::outage}};
    const auto anything = [&](life& l, bool asks) {
      const auto start = below(2) != 0U
                             ? std::optional{l.dates.utc(l.now) + duration{1min} * below(60 * 50)}
                             : std::nullopt;
      switch (below(asks ? 8 : 5)) {
      case 0: l.held.heard(l.now); break;
      case 1:
        l.redate(
            {1min * (static_cast<int>(below(6000)) - 3000), date_trust::good, date_source::node});
        break;
      case 2: l.redate({}); break;
      case 3: l.pass(1min * below(90), below(2) != 0U); break;
      case 4: l.now += 1min * below(600); break;
      case 5:
      case 6: (void)l.held.ask(wish(l.what, 1min * below(60 * 80), start), "r", l.now); break;
      default: (void)l.held.ask(say(keep_alive{}), "r", l.now); break;
      }
    };
    for (auto& l : lives) {
      for (auto i = 0; i < 40; ++i) anything(l, true);
      // From here on nobody asks for anything: then nothing is left after the longest there is.
      const auto gone = l.now + limits::grid_horizon + limits::outage_longest + 1h;
      while (l.now < gone) anything(l, false);
      l.tick();
      CHECK(l.on() == running::no);
      const auto events = l.events.size();
      l.redate(exact_dates);
      l.pass(1h);
      CHECK(l.on() == running::no);
      CHECK(l.events.size() == events);
    }
  }
}

TEST_CASE("keep-alive renews what runs by its own length and no further") {
  auto l = life{kind::shed};
  REQUIRE(l.ask(wish(kind::shed, 10min)));
  for (auto i = 0; i < 6; ++i) {
    l.pass(9min);
    CHECK(l.ask(say(keep_alive{})));
    CHECK(l.held.shedding(l.now)->until == l.now + 10min);
  }
  l.pass(10min);
  CHECK(l.on() == running::no);
  CHECK_FALSE(l.ask(say(keep_alive{})));
}

TEST_CASE("what cannot be is refused with the reason, and what ran runs on") {
  auto l = in(kind::limit, runs);
  constexpr auto nan = std::numeric_limits<double>::quiet_NaN();
  const auto refuse = [&](const request& r, const char* why) {
    const auto answer = l.held.ask(r, "r", l.now);
    CAPTURE(answer.reason);
    CHECK_FALSE(answer.accepted);
    CHECK(answer.reason.find(why) != std::string::npos);
    CHECK(l.held.limit(l.now) == 3 * kilowatt);
  };
  refuse(say(power_limit{-1 * watt}), "not negative");
  refuse(say(power_limit{nan * watt}), "a power");
  refuse(say(power_limit{1 * watt, -1 * watt}), "not negative");
  refuse(say(power_limit{1 * watt, {}, 25h}), "failsafe");
  refuse(say(power_limit{1 * watt, {}, -1s}), "failsafe");
  refuse(say(hold{"hp.enable", switched(true)}), "not to hold");
  refuse(wish(kind::shed, 25h), "at most");
  refuse(wish(kind::shed, -1s), "at most");
  refuse(wish(kind::outage, 73h), "at most");
  refuse(wish(kind::shed, 1h, l.now + 49h), "ahead");
  refuse(wish(kind::shed, 1h, l.now - 1h), "past");
  auto emergency = wish(kind::shed, limits::emergency_longest + 1s);
  emergency.wish = shed{grid_severity::emergency};
  refuse(emergency, "an emergency");
  l.redate({});
  refuse(wish(kind::shed, 1h, l.now + 1h), "date");
}

TEST_CASE("what has reached its end is over, though nobody has looked since") {
  for (const auto what : kinds) {
    CAPTURE(static_cast<int>(what));
    auto l = life{what};
    REQUIRE(l.ask(wish(what, 2min)));
    l.now = noon + 2min - 1ms;
    CHECK(l.on() == running::yes);
    l.now = noon + 2min;
    CHECK(l.on() == running::no);
  }
}

TEST_CASE("a start that is past already ends when it was to end") {
  auto l = life{kind::shed};
  REQUIRE(l.ask(wish(kind::shed, 1h, noon - 20min)));
  CHECK(l.held.shedding(noon + 40min - 1ms));
  CHECK_FALSE(l.held.shedding(noon + 40min));
}

TEST_CASE("an outage that is announced is known from its announcement to its end") {
  auto l = life{kind::outage};
  CHECK_FALSE(l.held.announced_outage(noon));
  REQUIRE(l.ask(wish(kind::outage, 2h, noon + 5h)));
  for (const auto t : {noon, noon + 4h, noon + 5h, noon + 7h - 1ms}) {
    const auto dark = l.held.announced_outage(t);
    REQUIRE(dark);
    CHECK(dark->from == noon + 5h);
    CHECK(dark->until == noon + 7h);
    CHECK(dark->reason == "test");
  }
  CHECK_FALSE(l.held.announced_outage(noon + 7h));
  l.pass(6h);
  CHECK(l.held.announced_outage(l.now)->from == noon + 5h);
  l.pass(1h);
  CHECK_FALSE(l.held.announced_outage(l.now));
}
