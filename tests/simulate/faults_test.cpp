#include "tools/simulate/faults.hpp"

#include "drivers/registry.hpp"
#include "layouts/parse.hpp"
#include "protocol/codec.hpp"
#include "tests/support/files.hpp"
#include "tools/simulate/faulty_link.hpp"
#include "tools/simulate/faulty_port.hpp"
#include "tools/simulate/mad_node.hpp"
#include "tools/simulate/stand_in.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <set>

using namespace hearth;
using namespace hearth::simulate;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

const auto noon = *from_iso8601("2020-01-15T12:00:00Z");

std::shared_ptr<const layout> stood_in(const std::string& file) {
  auto parsed = load_layout(source(file), known_catalog());
  REQUIRE(parsed.layout);
  return std::make_shared<const layout>(on_stand_ins(*parsed.layout, 60s));
}

/// From noon on, for an hour.
fault_spell at_noon(fault_kind kind, std::string part = {}, double amount = 0) {
  return {kind, std::move(part), {noon, noon + 1h}, amount};
}

/// Answers every read with the same number, and does what it is told.
class steady_port final : public port {
 public:
  explicit steady_port(std::vector<plant_write>& done) : done_{done} {}
  result<bus_answer> transact(const bus_request& request, time_point now) override {
    if (const auto* w = std::get_if<plant_write>(&request)) {
      done_.push_back(*w);
      return bus_answer{done{}};
    }
    return bus_answer{40.0 + std::chrono::duration<double>(now - noon) / 1h};
  }

 private:
  std::vector<plant_write>& done_;
};

struct port_fixture {
  std::vector<plant_write> done;
  std::vector<relay_write> heard;
  std::unique_ptr<port> with(std::vector<fault_spell> spells) {
    return make_faulty_port(std::make_unique<steady_port>(done), std::move(spells), 1,
                            [this](const relay_write& w) { heard.push_back(w); });
  }
  static result<double> read(port& p, const std::string& point, time_point now) {
    return p.transact(plant_read{point}, now).map([](const bus_answer& a) {
      return std::get<double>(a);
    });
  }
};

parcel to_node(const std::string& payload) { return {false, "up", payload}; }

}  // namespace

TEST_CASE("every fault that is drawn is read back from its text to the same fault") {
  const auto targets = targets_of(*stood_in("layouts/maine-house.yaml"));
  auto kinds = std::set<fault_kind>{};
  for (auto seed = std::uint64_t{1}; seed <= 500; ++seed)
    for (const auto& s : draw_faults(targets, {noon, noon + 72h}, seed)) {
      const auto again = parse_fault(to_text(s));
      REQUIRE_MESSAGE(again, to_text(s));
      CHECK(*again == s);
      CHECK(s.when.from >= noon);
      CHECK(s.when.to <= noon + 69h);
      kinds.insert(s.kind);
    }
  CHECK(kinds.size() == static_cast<std::size_t>(fault_kind::disk_full) + 1);
}

TEST_CASE("one seed draws one misfortune, another draws another") {
  const auto targets = targets_of(*stood_in("layouts/simulated-house.yaml"));
  const auto days = period{noon, noon + 72h};
  CHECK(draw_faults(targets, days, 5) == draw_faults(targets, days, 5));
  CHECK(draw_faults(targets, days, 5) != draw_faults(targets, days, 6));
}

TEST_CASE("a house without a link has no node and no journal to go wrong") {
  auto bare = *stood_in("layouts/simulated-house.yaml");
  bare.link.reset();
  const auto targets = targets_of(bare);
  CHECK_FALSE(targets.node);
  for (auto seed = std::uint64_t{1}; seed <= 200; ++seed)
    for (const auto& s : draw_faults(targets, {noon, noon + 72h}, seed)) {
      CHECK(s.kind != fault_kind::link_down);
      CHECK(s.kind != fault_kind::disk_full);
      CHECK(s.part != "journal");
    }
}

TEST_CASE_FIXTURE(port_fixture,
                  "a sensor vanishes, sticks, drifts, lies and raves while it is said to") {
  auto vanishing = with({at_noon(fault_kind::sensor_vanishes, "a")});
  CHECK(read(*vanishing, "a", noon - 1s));
  CHECK_FALSE(read(*vanishing, "a", noon));
  CHECK(read(*vanishing, "b", noon));
  CHECK(read(*vanishing, "a", noon + 1h));

  auto stuck = with({at_noon(fault_kind::sensor_sticks, "a")});
  const auto first = *read(*stuck, "a", noon + 6min);
  CHECK(*read(*stuck, "a", noon + 30min) == first);
  CHECK(*read(*stuck, "a", noon + 2h) == doctest::Approx(42));

  auto drifting = with({at_noon(fault_kind::sensor_drifts, "a", 4)});
  CHECK(*read(*drifting, "a", noon + 30min) == doctest::Approx(40.5 + 2));
  auto lying = with({at_noon(fault_kind::sensor_lies, "a", -7)});
  CHECK(*read(*lying, "a", noon) == doctest::Approx(33));

  auto raving = with({at_noon(fault_kind::sensor_raves, "a")});
  auto finite = 0, absurd = 0;
  for (auto n = 0; n < 100; ++n) {
    const auto shown = *read(*raving, "a", noon + n * 1s);
    std::isfinite(shown) ? ++finite : ++absurd;
    CHECK_FALSE(std::abs(shown - 40) < 30);
  }
  CHECK(finite > 0);
  CHECK(absurd > 0);
}

TEST_CASE_FIXTURE(port_fixture,
                  "a relay that is stuck says it obeyed, and the watcher knows better") {
  auto dead = with({at_noon(fault_kind::relay_dead, "r")});
  CHECK(dead->transact(plant_write{"r", 1}, noon));
  CHECK(done.empty());
  REQUIRE(heard.size() == 1);
  CHECK_FALSE(heard[0].obeyed);
  CHECK(dead->transact(plant_write{"r", 0}, noon));
  CHECK(done.size() == 1);
  auto welded = with({at_noon(fault_kind::relay_welded, "r")});
  CHECK(welded->transact(plant_write{"r", 0}, noon));
  CHECK(done.size() == 1);
}

TEST_CASE_FIXTURE(port_fixture,
                  "a silent bus does nothing; a garbled one does it and cannot say so") {
  auto silent = with({at_noon(fault_kind::bus_silent)});
  CHECK_FALSE(silent->transact(plant_write{"r", 1}, noon));
  CHECK(done.empty());
  auto garbled = with({at_noon(fault_kind::bus_garbage)});
  auto unreadable = 0;
  for (auto n = 0; n < 100; ++n) unreadable += !garbled->transact(plant_write{"r", 1}, noon);
  CHECK(done.size() == 100);
  CHECK(unreadable > 20);
  CHECK(unreadable < 80);
}

TEST_CASE_FIXTURE(port_fixture, "a late bus answers the question before") {
  auto late = with({at_noon(fault_kind::bus_late)});
  const auto before = *read(*late, "a", noon - 1min);
  CHECK(*read(*late, "a", noon + 1min) == before);
  CHECK(*read(*late, "a", noon + 2min) == doctest::Approx(40 + 1.0 / 60));
  CHECK(*read(*late, "a", noon + 1h) == doctest::Approx(41));
}

TEST_CASE("a sound link delivers everything at once and once") {
  auto link = faulty_link{{}, 1};
  for (auto n = 0; n < 100; ++n) CHECK(link.arrives(to_node("x"), noon));
  CHECK(link.arrived(noon + 24h).empty());
}

TEST_CASE("a link loses its share, and nothing while it is down arrives later") {
  auto losing = faulty_link{{at_noon(fault_kind::link_loses, {}, 0.3)}, 1};
  auto arrived = 0;
  for (auto n = 0; n < 1000; ++n) arrived += losing.arrives(to_node("x"), noon);
  CHECK(arrived > 600);
  CHECK(arrived < 800);
  CHECK(losing.arrived(noon + 24h).empty());
  auto down = faulty_link{{at_noon(fault_kind::link_down)}, 1};
  CHECK(down.down(noon));
  CHECK_FALSE(down.arrives(to_node("x"), noon));
  CHECK(down.arrived(noon + 24h).empty());
  CHECK_FALSE(down.down(noon + 1h));
}

TEST_CASE("a link repeats its share once more, within minutes") {
  auto link = faulty_link{{at_noon(fault_kind::link_repeats, {}, 0.5)}, 1};
  for (auto n = 0; n < 1000; ++n) CHECK(link.arrives(to_node(std::to_string(n)), noon));
  auto again = std::map<std::string, int>{};
  for (const auto& p : link.arrived(noon + 5min)) ++again[p.payload];
  CHECK(again.size() > 400);
  CHECK(again.size() < 600);
  for (const auto& [payload, times] : again) CHECK(times == 1);
  CHECK(link.arrived(noon + 24h).empty());
}

TEST_CASE("a link that delays loses nothing but the order, and a broken connection all of it") {
  auto link = faulty_link{{at_noon(fault_kind::link_delays, {}, 60)}, 1};
  auto sent = std::vector<std::string>{};
  for (auto n = 0; n < 100; ++n) {
    sent.push_back(std::to_string(n));
    CHECK_FALSE(link.arrives(to_node(sent.back()), noon));
  }
  auto arrived = std::vector<std::string>{};
  for (auto t = noon; t <= noon + 60s; t += 1s)
    for (const auto& p : link.arrived(t)) arrived.push_back(p.payload);
  CHECK(arrived != sent);
  CHECK(std::multiset(arrived.begin(), arrived.end()) == std::multiset(sent.begin(), sent.end()));
  CHECK_FALSE(link.arrives(to_node("lost"), noon));
  link.cut();
  CHECK(link.arrived(noon + 24h).empty());
}

TEST_CASE("what waits on a link is bounded: beyond, it is lost") {
  auto link = faulty_link{{at_noon(fault_kind::link_delays, {}, 60)}, 1};
  for (auto n = 0; n < 20'000; ++n) link.arrives(to_node("x"), noon);
  CHECK(link.arrived(noon + 24h).size() == 10'000);
}

TEST_CASE(
    "a mad node says every kind of thing, sense and nonsense, and nothing it says crashes a "
    "reader") {
  const auto house = stood_in("layouts/simulated-house.yaml");
  auto mad = mad_node{house, 3};
  auto kinds = std::map<std::string, int>{};
  auto read = 0, refused = 0;
  for (auto n = 0; n < 5000; ++n) {
    const auto said = mad.speak(noon);
    auto bytes = std::string{};
    if (const auto* words = std::get_if<body>(&said)) {
      ++kinds[std::string{kind_of(*words)}];
      CHECK(is_downstream(*words));
      bytes = encode({house->site, "node", 1, "node-1", noon, {}, *words});
    } else {
      bytes = std::get<nonsense>(said).bytes;
    }
    decode(bytes) ? ++read : ++refused;
  }
  for (const auto* kind :
       {"contract", "withdrawal", "request", "prices", "weather", "query", "resend", "ack", "nack"})
    CHECK_MESSAGE(kinds[kind] > 50, kind);
  CHECK(read > 1000);
  CHECK(refused > 500);
}
