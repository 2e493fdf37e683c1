#include "protocol/dating.hpp"
#include "tests/scenarios/virtual_house.hpp"

#include <algorithm>
#include <map>
#include <set>

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

constexpr duration year = 365 * 24h;
constexpr time_point in_1970{};

time_point utc(const char* text) {
  const auto t = from_iso8601(text);
  REQUIRE(t);
  return *t;
}

/// A house with a system clock that the test sets. Its own time is that of the simulated January;
/// what the date truly is, only the network and the node know.
struct clocked_house {
  explicit clocked_house(time_point date) : clocked_house{date, date} {}
  clocked_house(time_point date, time_point shown) {
    auto l = *house_of("layouts/simulated-house.yaml");
    l.simulation->store_initial = celsius(30);
    const auto start = *l.simulation->start;
    l.link->remote_admin = true;
    truth = date - start;
    system = shown - start;
    v = std::make_unique<virtual_house>(std::make_shared<const layout>(std::move(l)),
                                        [this](time_point now) {
                                          return clock_sample{now + system, synchronised};
                                        });
  }

  duration truth{};   ///< what the date is beyond house time
  duration system{};  ///< what the system clock shows beyond it
  bool synchronised = false;
  duration jumped{};  ///< of the date, as the house followed it
  std::unique_ptr<virtual_house> v;
  int starts = 0, shortest_on_s = 1'000'000, shortest_off_s = 1'000'000;
  int in_state_s = 0;
  bool ran = false;

  void set_clock(time_point shown, bool with_network) {
    system = shown - v->now();
    synchronised = with_network;
  }
  void set_right() { set_clock(date(), true); }
  [[nodiscard]] time_point date() const { return v->now() + truth; }

  /// Time passes, and the compressor's runs and rests are measured.
  void pass(duration d) {
    v->pass(d, [this] {
      const auto runs = v->world->truth().enabled();
      if (runs != ran) {
        auto& shortest = ran ? shortest_on_s : shortest_off_s;
        shortest = std::min(shortest, in_state_s);
        starts += runs;
        in_state_s = 0;
        ran = runs;
      }
      ++in_state_s;
    });
  }
  /// The node answers something that was said a moment ago.
  void node_answers() {
    caf::anon_send(v->running.members->timekeeper,
                   node_time{v->now() - 100ms, date() - 50ms, v->now()});
    v->settle();
  }
  /// A directive of the node, checked and handed on by the link.
  void ask(body what) {
    caf::anon_send(v->running.members->dispatcher,
                   envelope{v->house->site, "node", 1, "n" + std::to_string(++asked), date(), "",
                            std::move(what)});
    v->settle();
  }
  int asked = 0;

  [[nodiscard]] int count(const std::string& kind) const {
    return static_cast<int>(std::ranges::count(v->events, kind, &event::kind));
  }
  [[nodiscard]] contract_status status_of(const std::string& id) const {
    auto last = std::optional<contract_status>{};
    for (const auto& r : v->node.all<contract_report>())
      if (r.contract_id == id) last = r.status;
    REQUIRE(last);
    return *last;
  }

  /// What no jump may do, whatever else happened.
  void check_unharmed() {
    const auto& pump = v->house->plant->heat_pump;
    for (const auto& e : v->events) {
      CAPTURE(e.kind);
      CAPTURE(e.text);
      CHECK(e.severity != severity::alarm);
      CHECK(e.kind != "actor-died");
      CHECK_FALSE(e.kind.starts_with("channel-"));
    }
    if (shortest_on_s < 1'000'000) CHECK(shortest_on_s >= pump.min_on / 1s - 1);
    if (starts > 1) CHECK(shortest_off_s >= pump.min_off / 1s - 1);
    check_readings();
  }
  /// Every channel's samples are there once, in order, and evenly.
  void check_readings() const {
    // The sequence tells the order: what is new goes ahead of what waited for its date.
    auto by_sequence = std::map<std::uint64_t, envelope>{};
    for (const auto& e : v->node.heard)
      if (is_journaled(e.body)) by_sequence.emplace(e.sequence, e);
    CHECK(by_sequence.begin()->first == 1);
    CHECK(by_sequence.rbegin()->first == by_sequence.size());
    auto last = std::map<std::string, time_point>{};
    auto jumps = std::map<std::string, int>{};
    auto samples = 0;
    for (const auto& [sequence, e] : by_sequence) {
      const auto* r = std::get_if<report>(&e.body);
      if (r == nullptr) continue;
      for (const auto& s : r->series)
        for (const auto& one : s.samples) {
          ++samples;
          const auto before = last.find(s.channel);
          if (before != last.end()) {
            auto gap = one.at - before->second;
            if (gap <= 0min || gap > 6min) {
              gap -= jumped;  // the date that was followed, once
              CHECK(++jumps[s.channel] == 1);
            }
            CHECK(gap > 0min);
            // Once a slot, of what is polled once a minute.
            CHECK(gap <= 6min);
          }
          last[s.channel] = one.at;
        }
    }
    CHECK(samples > 0);
  }
};

request hold_heat_pump(const clocked_house& h, duration lease) {
  const auto& house = *h.v->house;
  return {authority::admin, hold{house[house.plant->heat_pump.enable].name, switched(true)}, lease,
          "by hand"};
}

}  // namespace

TEST_CASE("a house that boots in 1970 heats at once, and dates itself when network time comes") {
  auto h = clocked_house{utc("2026-11-21T04:00:00Z"), in_1970};
  h.pass(30min);
  CHECK(h.v->node.latest<state_report>().mode == "thermostat");
  CHECK(h.starts == 1);
  CHECK(h.count("clock-set") == 0);
  h.set_right();
  h.pass(30min);
  CHECK(h.count("clock-set") == 1);
  CHECK(h.v->node.latest<state_report>().mode == "planner");
  // From now on what a person reads in the log is a date.
  CHECK(h.v->events.back().at >= utc("2026-11-21T04:30:00Z"));
  h.check_unharmed();
}

TEST_CASE("a house that boots in 1970 takes contracts as soon as it has heard its node") {
  auto h = clocked_house{utc("2026-11-21T04:00:00Z"), in_1970};
  h.pass(10s);
  const auto slot = contract{"early", utc("2026-11-21T04:00:00Z"), 60min, 2 * kilowatt};
  h.ask(slot);
  CHECK(h.v->node.all<contract_report>().empty());  // what is journaled waits for its date
  h.node_answers();
  h.pass(2s);
  CHECK(h.status_of("early") == contract_status::refused);
  h.ask(contract{"c", slot.start, slot.length, slot.average});
  h.pass(10s);
  CHECK(h.status_of("c") == contract_status::active);
  h.set_right();
  h.pass(1h);
  CHECK(h.status_of("c") == contract_status::completed);
  CHECK(h.count("clock-set") == 1);
  h.check_unharmed();
}

TEST_CASE("whatever the clock jumps to, leases run their length and no alarm is raised") {
  const auto hour = utc("2026-11-21T04:00:00Z");
  for (const auto jump : {50 * year, -50 * year, duration{-1h}, duration{1h}}) {
    for (const auto with_network : {false, true}) {
      for (const auto node_heard : {false, true}) {
        CAPTURE(jump.count());
        CAPTURE(with_network);
        CAPTURE(node_heard);
        auto h = clocked_house{hour - 15min};
        h.set_right();
        h.pass(12min);
        if (node_heard) h.node_answers();
        h.ask(contract{"c", hour, 60min, 2 * kilowatt});
        h.ask(hold_heat_pump(h, 20min));
        h.pass(5min);
        h.set_clock(h.date() + jump, with_network);
        h.pass(14min);
        CHECK(h.count("lease-ended") == 0);
        h.pass(2min);
        CHECK(h.count("lease-ended") == 1);
        CHECK(h.status_of("c") == contract_status::active);
        h.pass(41min);
        CHECK(h.status_of("c") == contract_status::active);
        h.pass(2min);
        CHECK(h.status_of("c") == contract_status::completed);
        // A synchronised clock is followed, but not against the node and the house's own counting,
        // and not out of what is possible.
        const auto possible = hour + jump >= limits::earliest_date;
        const auto followed = with_network && !node_heard && possible;
        CHECK(h.count("clock-set") == (followed ? 1 : 0));
        CHECK(h.count("clock-disputed") == (with_network && node_heard && possible ? 1 : 0));
        CHECK(h.count("clock-jumped") == (!with_network || !possible ? 1 : 0));
        if (followed) h.jumped = jump;
        h.check_unharmed();
      }
    }
  }
}

TEST_CASE(
    "a house that boots in 1970 is dated by its node, and nothing it said meanwhile is lost") {
  auto h = clocked_house{utc("2026-11-21T04:00:00Z"), in_1970};
  h.pass(30min);
  CHECK(h.v->node.all<report>().empty());
  h.v->node.clock = [&] { return h.date(); };
  h.pass(limits::ask_time_every + 1min);
  CHECK(h.count("clock-set") == 1);
  const auto reports = h.v->node.all<report>();
  REQUIRE(reports.size() >= 8);
  for (const auto& r : reports) {
    CHECK(r.slot_start >= utc("2026-11-21T03:54:00Z"));
    CHECK(r.slot_start <= h.date());
  }
  for (const auto& e : h.v->node.heard)
    if (is_journaled(e.body)) CHECK_FALSE(e.undated);
  h.check_unharmed();
}

TEST_CASE("the nights of summer time and of a leap second are nights like others") {
  for (const auto* evening :
       {"2026-03-08T05:00:00Z", "2026-11-01T04:00:00Z", "2026-12-31T22:30:00Z"}) {
    CAPTURE(evening);
    auto h = clocked_house{utc(evening)};
    h.set_right();
    h.pass(90min);
    const auto before = h.v->events.size();
    // The kernel repeats a second.
    h.truth -= 1s;
    h.set_right();
    h.pass(90min);
    CHECK(h.count("clock-set") == 0);
    for (auto i = before; i < h.v->events.size(); ++i)
      CHECK_FALSE(h.v->events[i].kind.starts_with("clock"));
    h.check_unharmed();
    auto starts = std::set<time_point>{};
    for (const auto& r : h.v->node.all<report>()) CHECK(starts.insert(r.slot_start).second);
  }
}

TEST_CASE("a timekeeper that died comes back with the date it knew") {
  auto h = clocked_house{utc("2026-11-21T04:00:00Z"), in_1970};
  h.pass(1min);
  h.node_answers();
  h.ask(contract{"c", utc("2026-11-21T04:00:00Z"), 60min, 2 * kilowatt});
  h.pass(10s);
  caf::anon_send_exit(h.v->running.members->timekeeper, caf::exit_reason::kill);
  h.pass(10min);
  CHECK(h.v->happened("actor-restarted", "timekeeper"));
  CHECK(h.count("clock-set") == 1);
  CHECK(h.status_of("c") == contract_status::active);
  h.ask(contract{"d", utc("2026-11-21T05:00:00Z"), 60min, 2 * kilowatt});
  CHECK(h.status_of("d") == contract_status::accepted);
}

TEST_CASE("a clock that nobody can read leaves the date to the node") {
  auto l = std::make_shared<const layout>(*house_of("layouts/simulated-house.yaml"));
  auto reads = std::make_shared<int>(0);
  auto v = virtual_house{l, [reads](time_point) {
                           ++*reads;
                           return clock_sample{};  // 1970: as good as nothing
                         }};
  v.pass(1min);
  CHECK(*reads >= 60);
  CHECK(v.node.latest<state_report>().mode == "thermostat");
}
