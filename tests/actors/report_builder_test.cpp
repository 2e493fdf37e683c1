#include "actors/report_builder.hpp"

#include "protocol/codec.hpp"
#include "protocol/limits.hpp"
#include "tests/actors/houses.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace hearth;
using namespace hearth::testing;

namespace {

struct fixture {
  explicit fixture(layout l = small_house()) : house{shared(std::move(l))} {}

  std::shared_ptr<const layout> house;
  image seen{*house};
  report_builder builder{house, noon};
  std::vector<body> said;

  void tick() {
    const auto more = builder.take(seen.now());
    said.insert(said.end(), more.begin(), more.end());
  }
  void run_until(time_point end) {
    while (seen.time() < end) {
      seen.pass(5s);
      tick();
    }
  }
  template <class What>
  [[nodiscard]] std::vector<What> told() const {
    return only<What>(said);
  }
  /// The samples of a channel in the n-th report.
  [[nodiscard]] std::vector<sample> samples(const std::string& channel,
                                            std::size_t report_number = 0) const {
    const auto reports = told<report>();
    REQUIRE(reports.size() > report_number);
    for (const auto& s : reports[report_number].series)
      if (s.channel == channel) return s.samples;
    return {};
  }
};

fixture with(channel_id c, std::optional<duration> every, std::optional<double> on_change) {
  auto l = small_house();
  l.channels[c.value].report_every = every;
  l.channels[c.value].on_change = on_change;
  return fixture{l};
}

}  // namespace

TEST_CASE_FIXTURE(fixture, "a channel without a wish of its own is sampled once per slot") {
  run_until(noon + 10min);
  REQUIRE(told<report>().size() == 2);
  CHECK(told<report>()[0].slot_start == noon);
  CHECK(told<report>()[0].slot_length == 5min);
  CHECK(told<report>()[1].slot_start == noon + 5min);
  CHECK(samples("tank.top", 0).size() == 1);
  CHECK(samples("tank.top", 1).size() == 1);
  CHECK(samples("tank.top", 1)[0].at >= noon + 5min);
}

TEST_CASE("'every' samples at least that often") {
  auto f = with(at::top, 60s, {});
  f.run_until(noon + 5min);
  const auto samples = f.samples("tank.top");
  CHECK(samples.size() == 5);
  for (std::size_t i = 1; i < samples.size(); ++i) CHECK(samples[i].at - samples[i - 1].at == 60s);
}

TEST_CASE("'on_change' samples what moved by that much since the last sample, slowly or at once") {
  auto f = with(at::top, {}, 0.5);
  f.run_until(noon + 10s);
  for (const auto t : {50.2, 50.4, 50.6, 50.8, 51.0, 51.2, 49.0}) {
    f.seen.degrees(at::top, t);
    f.run_until(f.seen.time() + 5s);
  }
  f.run_until(noon + 5min);
  auto values = std::vector<double>{};
  for (const auto& s : f.samples("tank.top")) values.push_back(*s.value);
  CHECK(values == std::vector{50.0, 50.6, 51.2, 49.0});
}

TEST_CASE_FIXTURE(fixture, "a switch is sampled whenever it changes") {
  run_until(noon + 10s);
  for (const auto on : {true, false, true}) {
    seen.on(at::enable, on);
    run_until(seen.time() + 20s);
  }
  run_until(noon + 5min);
  CHECK(samples("hp.enable").size() == 4);
}

TEST_CASE_FIXTURE(fixture, "a fault is a sample, with its cause, and so is what follows it") {
  run_until(noon + 10s);
  seen.lose(at::top);
  tick();
  run_until(noon + 1min);
  seen.degrees(at::top, 50);
  run_until(noon + 5min);
  const auto all = samples("tank.top");
  REQUIRE(all.size() == 3);
  REQUIRE_FALSE(all[1].value);
  CHECK(all[1].value.error().code == fault_code::timeout);
  CHECK(all[2].value == 50.0);
}

TEST_CASE("a value that is not measured again is not sampled again") {
  auto f = with(at::top, 10s, {});
  f.tick();
  auto old = f.seen.now();
  for (auto t = noon + 5s; t <= noon + 10min; t += 5s) {
    old.at = t;
    old.points[at::top.value].quality = t > noon + 30s ? quality::stale : quality::good;
    const auto more = f.builder.take(old);
    f.said.insert(f.said.end(), more.begin(), more.end());
  }
  CHECK(f.samples("tank.top", 0).size() == 1);
  CHECK(f.samples("tank.top", 1).empty());
}

TEST_CASE(
    "what was measured in a slot stands in its report, though it was seen at the slot's end") {
  auto f = with(at::enable, {}, {});
  f.run_until(noon + 5min - 5s);
  auto late = f.seen.now();
  late.at = noon + 5min;
  late.points[at::enable.value] = {switched(true), quality::good, noon + 5min - 2s,
                                   noon + 5min - 2s};
  f.said = f.builder.take(late);
  const auto in_first = f.samples("hp.enable");
  REQUIRE(in_first.size() == 2);
  CHECK(in_first[1].at == noon + 5min - 2s);
  CHECK(in_first[1].value == 1.0);
  f.seen.on(at::enable);
  f.run_until(noon + 10min);
  for (const auto& s : f.samples("hp.enable", 1)) CHECK(s.at >= noon + 5min);
}

TEST_CASE_FIXTURE(fixture,
                  "the heat pump's power is told at once when it moves by 2 % of nameplate") {
  tick();
  CHECK(told<power_update>().size() == 1);
  run_until(noon + limits::power_pause);
  seen.set(at::hp_power, of(159 * watt));
  tick();
  CHECK(told<power_update>().size() == 1);
  seen.set(at::hp_power, of(160 * watt));
  tick();
  REQUIRE(told<power_update>().size() == 2);
  CHECK(told<power_update>()[1].channel == "hp.power");
  CHECK(told<power_update>()[1].power == 160 * watt);
  run_until(noon + 3min);
  CHECK(told<power_update>().size() == 2);
  seen.lose(at::hp_power);
  tick();
  CHECK(told<power_update>().size() == 2);
}

TEST_CASE(
    "another meter's power is told by its own threshold; a threshold of nothing tells changes, not "
    "ticks") {
  auto f = with(at::house_power, {}, 0.0);
  f.run_until(noon + 1min);
  f.seen.set(at::house_power, of(530 * watt));
  f.run_until(noon + 2min);
  auto of_house = 0;
  for (const auto& p : f.told<power_update>()) of_house += p.channel == "house.power" ? 1 : 0;
  CHECK(of_house == 2);
}

TEST_CASE_FIXTURE(fixture,
                  "power that moves again soon waits for the picture, unless it jumps far") {
  tick();
  for (const auto watts : {300, 600, 700}) {
    seen.pass(1s).set(at::hp_power, of(watts * watt));
    tick();
  }
  // 2 % of nameplate are 160 W: 300 is a step, 700 four of them.
  REQUIRE(told<power_update>().size() == 2);
  CHECK(told<power_update>()[1].power == 700 * watt);
}

TEST_CASE_FIXTURE(fixture, "a full picture is amended every 30 s by what moved, if anything did") {
  tick();
  run_until(noon + 2min);
  auto told_pictures = told<snapshot_report>();
  REQUIRE(told_pictures.size() == 3);  // nothing moves: one a minute
  CHECK(told_pictures[0].points.size() == house->channels.size());
  CHECK(told_pictures[1].base == noon);
  CHECK(told_pictures[1].changes.empty());
  seen.degrees(at::top, 48);
  run_until(noon + 150s);
  told_pictures = told<snapshot_report>();
  REQUIRE(told_pictures.size() == 4);
  REQUIRE(told_pictures[3].changes.size() == 1);
  CHECK(told_pictures[3].changes[0].place == at::top.value);
  CHECK(told_pictures[3].changes[0].value == measured{48, unit::celsius});
  CHECK(builder.last_snapshot()->at == noon + 150s);
  CHECK_FALSE(builder.last_snapshot()->base);
  run_until(noon + 17min + 30s);
  auto full = 0;
  for (const auto& p : told<snapshot_report>()) full += p.base ? 0 : 1;
  CHECK(full == 2);
}

TEST_CASE_FIXTURE(fixture, "the drafts of a slot, put together, are its report") {
  auto drafts = std::vector<report>{};
  auto on = false;
  while (seen.time() < noon + 4min) {
    seen.on(at::enable, on = !on);
    run_until(seen.time() + 25s);
    if (auto draft = builder.take_draft()) drafts.push_back(std::move(*draft));
  }
  CHECK_FALSE(builder.take_draft());
  run_until(noon + 5min);
  auto last = told<report>().at(0);
  const auto whole = merge(std::move(drafts));
  CHECK(whole.slot_start == last.slot_start);
  for (const auto& series : last.series) {
    const auto same = std::ranges::find(whole.series, series.channel, &channel_series::channel);
    REQUIRE(same != whole.series.end());
    CHECK(same->samples.size() == series.samples.size());
    CHECK(same->samples.front() == series.samples.front());
  }
  CHECK(merge({}).series.empty());
}

TEST_CASE("200 channels that change every second fit one report") {
  auto l = small_house();
  while (l.channels.size() < 200) {
    auto more = l.channels[at::house_power.value];
    more.name = "meter-" + std::to_string(l.channels.size()) + ".power";
    more.on_change = 1;
    l.channels.push_back(more);
  }
  auto builder = report_builder{shared(l), noon};
  auto said = std::vector<body>{};
  auto now = snapshot{noon, std::vector<point>(200)};
  for (auto second = 0; second <= 300; ++second) {
    now.at = noon + second * 1s;
    for (std::size_t i = 0; i < 200; ++i) {
      const auto at = now.at - duration{static_cast<std::int64_t>(i % 4) * 50};
      const auto watts = 1000.0 + static_cast<double>((second * 37 + static_cast<int>(i)) % 400);
      now.points[i] = {measured{watts, l.channels[i].unit}, quality::good, at, at};
    }
    const auto more = builder.take(now);
    said.insert(said.end(), more.begin(), more.end());
  }
  CHECK(count_kind(only<event>(said), "samples-dropped") == 0);
  const auto full = only<report>(said).at(0);
  auto held = std::size_t{0};
  for (const auto& s : full.series) held += s.samples.size();
  CHECK(held > 190 * 300);
  const auto bytes = encode({"small", "boot", 1, "boot-1", noon, "", full}).size();
  CHECK(bytes <= limits::message_bytes);
  CHECK(decode(encode({"small", "boot", 1, "boot-1", noon, "", full})));
}

TEST_CASE_FIXTURE(fixture, "a loose contact is told a few times in a slot, not at every poll") {
  run_until(noon + 10s);
  for (auto i = 0; i < 20; ++i) {
    seen.lose(at::top);
    run_until(seen.time() + 5s);
    seen.degrees(at::top, 50);
    run_until(seen.time() + 5s);
  }
  CHECK(told<event>().size() == limits::quality_changes);
  seen.lose(at::top);
  run_until(noon + 6min);
  REQUIRE(told<event>().size() == limits::quality_changes + 1);
  CHECK(told<event>().back().kind == "channel-fault");
}

TEST_CASE_FIXTURE(fixture, "there is no last snapshot before the first") {
  CHECK_FALSE(builder.last_snapshot());
}

TEST_CASE_FIXTURE(fixture, "a channel's quality is told when it changes, once") {
  run_until(noon + 10s);
  CHECK(told<event>().empty());
  seen.lose(at::top);
  for (auto i = 0; i < 10; ++i) tick();
  REQUIRE(told<event>().size() == 1);
  CHECK(told<event>()[0].kind == "channel-fault");
  CHECK(told<event>()[0].subject == "tank.top");
  CHECK(told<event>()[0].text.find("no answer") != std::string::npos);
  seen.degrees(at::top, 50);
  run_until(noon + 1min);
  REQUIRE(told<event>().size() == 2);
  CHECK(told<event>()[1].kind == "channel-good");
}

TEST_CASE_FIXTURE(fixture, "a channel that never spoke is missed once it had its time to") {
  auto silent = seen.now();
  silent.points[at::top.value] = {};
  const auto take = [&](time_point at) {
    silent.at = at;
    return only<event>(builder.take(silent));
  };
  CHECK(take(noon + 30s - 1ms).empty());
  const auto missed = take(noon + 30s);
  REQUIRE(missed.size() == 1);
  CHECK(missed[0].kind == "channel-never");
  CHECK(take(noon + 1h).empty());
}

TEST_CASE(
    "a report holds what its bound allows, says what it had to leave out, and the next is whole "
    "again") {
  auto f = fixture{};
  f.tick();
  auto faulty = false;
  SUBCASE("of values") {}
  SUBCASE("of faults, whose text takes room too") { faulty = true; }
  const auto flips = limits::report_samples + 100;
  auto on = false;
  for (std::size_t i = 0; i < flips; ++i) {
    f.seen.pass(1ms).on(at::enable, on = !on);
    if (faulty && on) f.seen.lose(at::enable);
    f.builder.take(f.seen.now());
  }
  f.seen.be(noon + 5min);
  f.tick();
  REQUIRE(f.told<report>().size() == 1);
  const auto full = f.told<report>()[0];
  auto held = std::size_t{0};
  for (const auto& s : full.series) held += s.samples.size();
  // The node must be able to take it, or the link would repeat it for ever.
  CHECK(encode({"small", "boot", 1, "boot-1", noon, "", full}).size() <= limits::message_bytes);
  // Each at a millisecond of its own: the dearest there is.
  CHECK(held > 10'000);
  REQUIRE(count_kind(f.told<event>(), "samples-dropped") == 1);
  f.run_until(noon + 10min);
  CHECK(count_kind(f.told<event>(), "samples-dropped") == 1);
  CHECK(f.samples("tank.top", 1).size() == 1);
}

TEST_CASE_FIXTURE(fixture, "the layout is described channel by channel") {
  const auto described = builder.describe();
  CHECK(described.layout_hash == "0123");
  REQUIRE(described.channels.size() == house->channels.size());
  CHECK(described.channels[0] ==
        channel_description{"hp.enable", unit::on_off, "relays", "relay-board", true, 30s});
}

namespace {

dating dated(duration offset) { return {offset, date_trust::good, date_source::node}; }

/// Every instant of a channel in all reports, in the order of the reports.
std::vector<time_point> instants(const fixture& f, const std::string& channel) {
  auto all = std::vector<time_point>{};
  for (const auto& r : f.told<report>())
    for (const auto& s : r.series)
      if (s.channel == channel)
        for (const auto& one : s.samples) all.push_back(one.at);
  return all;
}

}  // namespace

TEST_CASE("slots are aligned to the date") {
  auto f = fixture{};
  f.builder.redate(dated(2min), f.seen.time());
  f.run_until(noon + 15min);
  const auto slots = f.told<report>();
  REQUIRE(slots.size() == 3);
  for (const auto& s : slots) {
    CHECK((s.slot_start + 2min).time_since_epoch() % 5min == 0ms);
    CHECK(s.slot_length == 5min);
  }
}

TEST_CASE("a slot that a jump of the date cuts is told as it stands, and no reading is lost") {
  for (const auto jump : {duration{50 * 365 * 24h + 100s}, duration{-1h - 100s}, duration{-40s}}) {
    CAPTURE(jump.count());
    auto f = with(at::top, 5s, {});
    f.run_until(noon + 12min);
    const auto cut = f.builder.redate(dated(jump), f.seen.time());
    f.said.insert(f.said.end(), cut.begin(), cut.end());
    REQUIRE(only<report>(cut).size() == 1);
    CHECK(only<report>(cut)[0].slot_start == noon + 10min);
    CHECK(only<report>(cut)[0].slot_length == 2min);
    f.run_until(noon + 30min);
    const auto slots = f.told<report>();
    for (std::size_t i = 3; i < slots.size(); ++i)
      CHECK((slots[i].slot_start + jump).time_since_epoch() % 5min == 0ms);
    const auto told = instants(f, "tank.top");
    REQUIRE_FALSE(told.empty());
    for (std::size_t i = 1; i < told.size(); ++i) CHECK(told[i] - told[i - 1] == 5s);
    CHECK(f.told<event>().empty());
  }
}

TEST_CASE("a leap second or another small step cuts no slot") {
  for (const auto step : {duration{-1s}, duration{1s}, duration{-30s}, duration{30s}}) {
    CAPTURE(step.count());
    auto f = with(at::top, 5s, {});
    f.run_until(noon + 10min);
    REQUIRE(f.told<report>().size() == 2);
    CHECK(f.builder.redate(dated(step), f.seen.time()).empty());
    f.run_until(noon + 30min + 30s);
    const auto slots = f.told<report>();
    auto starts = std::set<time_point>{};
    for (const auto& s : slots) starts.insert(s.slot_start);
    CHECK(starts.size() == slots.size());
    for (std::size_t i = 2; i < slots.size(); ++i) {
      CHECK((slots[i].slot_start + step).time_since_epoch() % 5min == 0ms);
      CHECK(slots[i].slot_length == 5min);
    }
    const auto told = instants(f, "tank.top");
    for (std::size_t i = 1; i < told.size(); ++i) CHECK(told[i] - told[i - 1] == 5s);
  }
}

TEST_CASE("a slot that a jump cuts right after a step back still has a length") {
  auto f = with(at::top, 5s, {});
  f.run_until(noon + 5min + 5s);
  f.builder.redate(dated(-30s), f.seen.time());
  const auto cut = only<report>(f.builder.redate(dated(1h), f.seen.time()));
  REQUIRE(cut.size() == 1);
  CHECK(cut[0].slot_start == noon + 5min + 30s);
  CHECK(cut[0].slot_length == 1s);
}

TEST_CASE("a date learned before anything was measured makes no report") {
  auto f = fixture{};
  CHECK(f.builder.redate(dated(50 * 365 * 24h), f.seen.time()).empty());
}
