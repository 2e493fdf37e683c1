// A house that is recorded while it lives, and its past decided again.
#include "actors/record/replay.hpp"

#include "actors/record/replay_text.hpp"
#include "tests/scenarios/virtual_house.hpp"
#include "tests/support/paper_log.hpp"

#include <chrono>
#include <cmath>
#include <sstream>

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

struct recorded_life {
  explicit recorded_life(std::function<clock_sample(time_point)> system_clock = {})
      : house{std::make_unique<virtual_house>(house_of("layouts/simulated-house.yaml"),
                                              std::move(system_clock), journal_maker{},
                                              recording_plan{log.maker()})} {}

  paper_log log;
  std::unique_ptr<virtual_house> house;

  void say(body what) { house->node.send("maple-12", std::move(what), house->now() + ahead); }
  void buy(power average, duration length = 60min) {
    const auto date = house->now() + ahead;
    say(contract{"c" + std::to_string(++contracts), date - date.time_since_epoch() % 300s + 300s,
                 length, average});
  }
  /// The layout is the one in the log.
  replay_totals again() {
    auto in = std::istringstream{log.text};
    auto lines = replay_text{{replay_form::lines, true, true}};
    return replay(in, {}, [&](const replay_news& n) {
      if (const auto* input = std::get_if<input_replayed>(&n))
        for (const auto& c : input->compared)
          if (c.likeness == likeness::same && c.now->by == "contract") ++by_contract;
      told += lines.text(n);
    });
  }
  duration ahead{};  ///< of house time is the date
  int contracts = 0, by_contract = 0;
  std::string told;
};

}  // namespace

TEST_CASE("a house that lived through contracts, faults and a jump of its date is replayed") {
  auto ahead = duration{std::chrono::days{2500}};
  auto life = recorded_life{[&](time_point house) { return clock_sample{house + ahead, true}; }};
  life.ahead = ahead;
  auto& house = *life.house;
  house.pass(10min);
  for (auto i = 0; i < 3; ++i) {
    life.buy(4 * kilowatt, 30min);
    house.pass(40min);
  }
  house.harm->dead_points = {"zone.living", "store.layer.0"};
  house.pass(10min);
  ahead += 90s;
  life.ahead = ahead;
  house.harm->dead_points.clear();
  life.buy(5 * kilowatt);
  house.pass(20min);
  life.say(request{authority::grid, shed{}, 10min, "peak"});
  house.pass(30min);
  house.harm->bus_dead = true;
  house.pass(10min);
  const auto totals = life.again();
  CAPTURE(life.told);
  CHECK_FALSE(totals.failure.has_value());
  CHECK(totals.all_same());
  CHECK(totals.gaps == 0);
  CHECK(totals.runs == 1);
  CHECK(totals.inputs > 3 * 3600);
  CHECK(life.by_contract > 10);
}

TEST_CASE("a dispatcher that died and a recorder that died leave a log that is replayed") {
  auto life = recorded_life{};
  auto& house = *life.house;
  house.pass(10min);
  life.buy(4 * kilowatt);
  house.pass(15min);
  caf::anon_send_exit(house.running.members->dispatcher, caf::exit_reason::kill);
  house.pass(10min);
  caf::anon_send_exit(house.running.members->recorder, caf::exit_reason::kill);
  house.pass(10min);
  CHECK(house.happened("actor-restarted", "dispatcher"));
  CHECK(house.happened("actor-restarted", "recorder"));
  const auto totals = life.again();
  CAPTURE(life.told);
  CHECK_FALSE(totals.failure.has_value());
  CHECK(totals.all_same());
  CHECK(totals.gaps == 0);  // it was back before the next snapshot
  CHECK(life.log.text.find("\"begin\":true") != life.log.text.rfind("\"begin\":true"));
}

TEST_CASE("while there is no recorder inputs are lost, counted, and the log says so") {
  auto life = recorded_life{};
  auto& house = *life.house;
  house.pass(2min);
  for (auto i = 0; i < 8; ++i) {
    caf::anon_send_exit(house.running.members->recorder, caf::exit_reason::kill);
    house.pass(10s);
  }
  house.pass(3min);
  CHECK(house.happened("actor-failed", "recorder"));
  const auto totals = life.again();
  CHECK_FALSE(totals.failure.has_value());
  CHECK(totals.gaps > 0);
  CHECK(totals.lost > 10);
  CHECK(totals.inputs + totals.lost > 370);
  CHECK(totals.different == totals.different_after_gap);
}

TEST_CASE("an end in good order stands in the log, and a house that is not recorded has none") {
  auto life = recorded_life{};
  life.house->pass(5min);
  auto self = caf::scoped_actor{life.house->system};
  self->send(life.house->running.supervisor, atom::stop::value);
  life.house->settle();
  life.house->pass(2s);
  CHECK(life.log.text.ends_with("\"end\":true}\n"));
  CHECK(life.again().end.has_value());

  auto other = virtual_house{house_of("layouts/simulated-house.yaml")};
  other.pass(1min);
  CHECK(other.running.members->recorder == nullptr);
}

TEST_CASE("a disk that fails under the log is an event, and the house decides on") {
  auto life = recorded_life{};
  life.house->pass(5min);
  life.log.broken = true;
  life.house->pass(5min);
  CHECK(life.house->happened("decision-log-failing"));
  life.log.broken = false;
  life.house->pass(5min);
  CHECK(life.house->happened("decision-log-back"));
  CHECK_FALSE(life.house->happened("actor-died"));
  const auto totals = life.again();
  CHECK_FALSE(totals.failure.has_value());
  CHECK(totals.gaps == 1);
  CHECK(totals.lost > 60);
}

TEST_CASE("a day of a house of ninety channels is some megabytes of log, replayed in seconds") {
  const auto house = house_of("layouts/maine-house.yaml");
  auto log = paper_log{};
  auto recorder = flight_recorder{{log.maker()}, house, "boot-1"};
  auto mind = std::optional<dispatcher>{};
  auto now = *from_iso8601("2020-01-15T05:00:00Z");
  const auto live = [&](const dispatcher_input& input) {
    auto decided = live_through(mind, house, input);
    recorder.keep({input, std::move(decided)}, now);
  };
  live(dispatcher_begun{now});
  auto seen = snapshot{now, std::vector<point>(house->channels.size())};
  auto noise = std::uint64_t{88172645463325252ULL};
  const auto random = [&] {
    noise ^= noise << 13;
    noise ^= noise >> 7;
    noise ^= noise << 17;
    return static_cast<double>(noise % 2001) / 1000 - 1;
  };
  // Every sensor is polled as its layout says and shows what such a sensor can tell, in noise.
  const auto day = 24 * 3600;
  for (auto second = 0; second < day; ++second) {
    now += 1s;
    seen.at = now;
    for (std::size_t i = 0; i < seen.points.size(); ++i) {
      const auto& c = house->channels[i];
      const auto every = std::max<std::int64_t>(1, (*house)[c.device].poll_every / 1s);
      if ((second + static_cast<int>(c.device.value)) % every != 0) continue;
      auto amount = 0.0;
      if (c.unit == unit::celsius) amount = 30 + 10 * std::sin(second / 7000.0) + random() / 10;
      if (c.unit == unit::watt) amount = 2000 + 400 * random();
      const auto step = std::pow(10.0, -row_of(c.unit).told_exponent);
      amount = c.unit == unit::on_off ? 0 : std::round(amount * step) / step;
      auto& p = seen.points[i];
      if (p.quality != quality::good) p.since = now - 40ms;
      p = {measured{amount, c.unit}, quality::good, now - 40ms - duration{i}, p.since};
    }
    live(seen);
  }
  const auto began = std::chrono::steady_clock::now();
  auto in = std::istringstream{log.text};
  const auto totals = replay(in, {}, [](const replay_news&) {});
  const auto took = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  MESSAGE(house->channels.size(), " channels, ", totals.inputs, " inputs, ", totals.decisions(),
          " decisions: ", static_cast<double>(log.text.size()) / 1e6, " MB a day, replayed in ",
          took, " s");
  CHECK_FALSE(totals.failure.has_value());
  CHECK(totals.all_same());
  CHECK(totals.inputs == day + 1);
  CHECK(log.text.size() < 40'000'000);
}
