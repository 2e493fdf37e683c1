#include "tests/scenarios/virtual_house.hpp"

#include <algorithm>

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

std::string file_text() { return contents_of(source("layouts/simulated-house.yaml")); }

std::shared_ptr<const layout> house_of_text(const std::string& yaml) {
  auto parsed = parse_layout(yaml, "house.yaml", source("layouts"), known_catalog());
  for (const auto& d : parsed.diagnostics) MESSAGE(to_text(d));
  REQUIRE(parsed.layout.has_value());
  parsed.layout->simulation->store_initial = celsius(30);
  return std::make_shared<const layout>(std::move(*parsed.layout));
}

std::string with(std::string yaml, const std::string& what, const std::string& instead) {
  const auto at = yaml.find(what);
  REQUIRE(at != std::string::npos);
  return yaml.replace(at, what.size(), instead);
}

std::string line_with(const std::string& yaml, const std::string& what) {
  const auto at = yaml.find(what);
  REQUIRE(at != std::string::npos);
  const auto begin = yaml.rfind('\n', at) + 1;
  return yaml.substr(begin, yaml.find('\n', at) + 1 - begin);
}

/// The same house, its last sensor put first: every channel has another place.
std::string shuffled() {
  const auto yaml = file_text();
  const auto sensor = line_with(yaml, "id: outdoor-sensor");
  return with(with(yaml, sensor, ""), "devices:\n", "devices:\n" + sensor);
}

const auto plain_link = std::string{"link: { broker: \"mqtt://127.0.0.1:1883\" }"};
const auto admin_link =
    std::string{"link: { broker: \"mqtt://127.0.0.1:1883\", remote_admin: true }"};

/// A house whose heat pump runs, and which is given other layouts while it does.
struct reloading_house {
  virtual_house v{house_of_text(with(file_text(), plain_link, admin_link))};

  reloading_house() {
    v.pass(17min);
    REQUIRE(v.world->truth().enabled());
    v.events.clear();
  }

  void reload(const std::string& yaml) {
    caf::anon_send(v.running.supervisor,
                   checked_layout{house_of_text(with(yaml, plain_link, admin_link))});
    v.settle();
  }
  void hold(const std::string& channel, bool on, duration lease) {
    v.node.send("maple-12",
                request{authority::admin, hearth::hold{channel, switched(on)}, lease, "by hand"},
                v.now());
    v.pass(2s);
  }
  [[nodiscard]] bool enabled() const { return v.world->truth().enabled(); }
  /// Of the zone with this place in the layout.
  [[nodiscard]] bool calling(std::size_t zone) const { return v.world->truth().calling(zone); }
  /// As the node was shown it last.
  [[nodiscard]] std::optional<double> value(const std::string& channel) {
    v.node.send("maple-12", query{query_subject::snapshot}, v.now());
    v.pass(2s);
    for (const auto& p : v.node.latest<snapshot_report>().points)
      if (p.channel == channel && p.value && p.quality == quality::good) return p.value->amount;
    return {};
  }
};

}  // namespace

TEST_CASE(
    "reload: a layout in which every channel has another place moves no relay, and all goes on") {
  auto r = reloading_house{};
  auto calls = std::vector<bool>{};
  for (std::size_t i = 0; i < r.v.world->truth().zone_count(); ++i) calls.push_back(r.calling(i));
  r.reload(shuffled());
  CHECK(r.v.happened("layout-changed"));
  for (std::size_t i = 0; i < calls.size(); ++i) CHECK(r.calling(i) == calls[i]);
  r.v.pass(8min, [&] { CHECK(r.enabled()); });
  CHECK_FALSE(r.v.happened("actor-died"));
  CHECK_FALSE(r.v.happened("actuator-mismatch"));
  CHECK_FALSE(r.v.happened("interlock"));
  // Each value still stands under its own name.
  CHECK(r.value("store.top").value() ==
        doctest::Approx(r.v.world->truth().layer(0).in_celsius()).epsilon(0.05));
  CHECK(r.value("outdoor.temp").value() < 10);
  // And back again.
  r.reload(file_text());
  r.v.pass(3min, [&] { CHECK(r.enabled()); });
  CHECK(r.value("store.top").value() ==
        doctest::Approx(r.v.world->truth().layer(0).in_celsius()).epsilon(0.05));
}

TEST_CASE("reload: what an admin holds is held on, until its lease ends and no longer") {
  auto r = reloading_house{};
  r.hold("bedrooms.call", !r.calling(1), 10min);
  const auto held = r.calling(1);
  r.v.pass(3min);
  r.reload(shuffled());
  r.v.pass(6min, [&] { CHECK(r.calling(1) == held); });
  r.v.events.clear();
  r.v.pass(2min);
  CHECK(r.v.happened("lease-ended", "bedrooms.call"));
}

TEST_CASE("reload: nothing is promised by a dispatcher whose successor would know nothing of it") {
  auto r = reloading_house{};
  r.hold("hp.pump", true, 10min);
  const auto answered = r.v.node.all<outcome>().size();
  auto self = caf::scoped_actor{r.v.system};
  self->send(r.v.running.members->dispatcher, atom::farewell::value);
  r.v.settle();
  r.v.node.send("maple-12", request{authority::admin, release{}, {}, ""}, r.v.now());
  const auto soon = (r.v.now() + 1h).time_since_epoch() / 1h * 1h;
  r.v.node.send("maple-12",
                contract{"c-1", time_point{} + soon, 1h, 4 * kilowatt, 10 * usd_per_mwh},
                r.v.now());
  r.v.settle();
  CHECK(r.v.node.all<outcome>().size() == answered);
  CHECK(r.v.node.all<contract_report>().empty());
}

TEST_CASE("reload: a relay that the layout has no more becomes safe, and the others stay") {
  auto r = reloading_house{};
  r.hold("basement.call", true, 1h);
  REQUIRE(r.calling(2));
  auto yaml = file_text();
  yaml = with(yaml, line_with(yaml, "id: basement-valve"), "");
  yaml = with(yaml, ", call: basement.call", "");
  r.reload(yaml);
  r.v.pass(1s);
  CHECK_FALSE(r.calling(2));
  CHECK(r.enabled());
  CHECK(r.v.happened("layout-changed"));
  r.v.pass(2min, [&] { CHECK(r.enabled()); });
}

TEST_CASE("reload: a device whose options changed begins anew, and no other") {
  auto r = reloading_house{};
  r.reload(with(file_text(), "of: heat_pump\n    poll: 5 s", "of: heat_pump\n    poll: 2 s"));
  REQUIRE(r.v.happened("layout-changed"));
  for (const auto& e : r.v.events)
    if (e.kind == "layout-changed") CHECK(e.text == "device hp-meter: changed");
  r.v.pass(1min, [&] { CHECK(r.enabled()); });
  CHECK(r.value("hp.power").value() > 500);
}

TEST_CASE("reload: the node is told the other layout, and nothing that it was told is lost") {
  auto r = reloading_house{};
  const auto before = r.v.node.latest<layout_report>();
  r.reload(shuffled());
  r.v.pass(1min);
  CHECK(r.v.node.connected());
  CHECK(r.v.node.latest<birth>().layout_hash != r.v.house->hash);
  CHECK(r.v.node.latest<layout_report>() != before);
  r.v.pass(2h);
  // Numbers of what is journaled go on without a gap.
  auto last = std::uint64_t{0};
  for (const auto& e : r.v.node.heard) {
    if (e.sequence == 0) continue;
    CHECK(e.sequence <= last + 1);
    last = std::max(last, e.sequence);
  }
  CHECK(r.v.node.all<report>().size() > 4);
}

TEST_CASE("reload: a stop that comes in its middle wins") {
  auto r = reloading_house{};
  caf::anon_send(r.v.running.supervisor, checked_layout{house_of_text(shuffled())});
  caf::anon_send(r.v.running.supervisor, atom::stop::value);
  r.v.pass(5s);
  CHECK_FALSE(r.v.any_relay_closed());
}
