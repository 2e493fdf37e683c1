#include "actors/plan_text.hpp"
#include "tests/scenarios/virtual_house.hpp"

#include <algorithm>
#include <functional>
#include <map>

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

/// Every actor of a running house by its supervised name, and a way to kill it.
std::map<std::string, std::function<void()>> everybody(const virtual_house& v) {
  const auto& m = *v.running.members;
  auto all = std::map<std::string, std::function<void()>>{};
  const auto add = [&](const std::string& name, const auto& actor) {
    all[name] = [actor] { caf::anon_send_exit(actor, caf::exit_reason::kill); };
  };
  for (const auto& [id, actor] : m.buses) add("bus " + (*v.house)[id].name, actor);
  for (const auto& [id, actor] : m.devices) add("device " + (*v.house)[id].name, actor);
  add("timekeeper", m.timekeeper);
  add("blackboard", m.blackboard);
  add("planner", m.planner);
  add("dispatcher", m.dispatcher);
  add("reporter", m.reporter);
  add("upstream", m.upstream);
  return all;
}

/// Whether a snapshot of the last minute reached the node with every channel good.
bool all_channels_good(const virtual_house& v) {
  const auto all = v.node.all<snapshot_report>();
  if (all.empty() || v.now() - all.back().at > 65s) return false;
  for (const auto& p : all.back().points)
    if (p.quality != quality::good) return false;
  return true;
}

/// A house whose heat pump runs: the store starts cold, and the compressor had its rest.
std::unique_ptr<virtual_house> heating_house() {
  auto l = *house_of("layouts/simulated-house.yaml");
  l.simulation->store_initial = celsius(30);
  auto v = std::make_unique<virtual_house>(std::make_shared<const layout>(std::move(l)));
  v->pass(17min);
  REQUIRE(v->world->truth().enabled());
  return v;
}

/// The point behind a channel's device.
std::string point_of(const layout& house, const std::string& device) {
  for (const auto& d : house.devices)
    if (d.name == device) return text_option(d.options, "of");
  return {};
}

}  // namespace

TEST_CASE(
    "whichever single actor is killed, the house says so and is whole again within two minutes") {
  const auto names = [] {
    auto v = virtual_house{house_of("layouts/simulated-house.yaml")};
    auto all = std::vector<std::string>{};
    for (const auto& [name, kill] : everybody(v)) all.push_back(name);
    CHECK(all.size() == v.house->buses.size() + v.house->devices.size() + 6);
    return all;
  }();
  for (const auto& name : names) {
    CAPTURE(name);
    const auto v = heating_house();
    everybody(*v).at(name)();
    v->pass(2min);
    // A reporter cannot say that it died; its successor says that it runs again.
    CHECK(v->happened(name == "reporter" ? "actor-restarted" : "actor-died", name));
    CHECK(v->happened("actor-restarted", name));
    CHECK(all_channels_good(*v));
    CHECK(v->node.connected());
    // A killed relay lets go and the compressor then has its rest; everything else goes on heating.
    v->pass(10min);
    CHECK(v->world->truth().enabled());
  }
}

TEST_CASE("a killed relay actor leaves its relay open") {
  const auto v = heating_house();
  everybody(*v).at("device hp-relay")();
  v->settle();
  CHECK_FALSE(v->world->truth().enabled());
}

TEST_CASE("when the dispatcher stays away, commands die and every actuator becomes safe") {
  const auto v = heating_house();
  for (auto i = 0; i < 40; ++i) {
    everybody(*v).at("dispatcher")();
    v->pass(1s);
  }
  CHECK_FALSE(v->any_relay_closed());
  CHECK(v->happened("actor-failed", "dispatcher"));
}

TEST_CASE("a watchdog is fed while control ticks, and only then") {
  const auto v = heating_house();
  v->pass(10s);
  const auto before = v->beats;
  v->pass(20s);
  CHECK(v->beats >= before + 9);
  CHECK(v->beats <= before + 11);
  // A blackboard that is gone leaves a dispatcher that answers and decides nothing.
  for (const auto* const gone : {"blackboard", "dispatcher"}) {
    INFO(gone);
    for (auto i = 0; i < 20; ++i) {
      everybody(*v).at(gone)();
      v->pass(1s);
    }
    const auto dead = v->beats;
    for (auto i = 0; i < 20; ++i) {
      everybody(*v).at(gone)();
      v->pass(1s);
    }
    CHECK(v->beats <= dead + 1);
    v->pass(10min);
    CHECK(v->beats >= dead + 200);
  }
}

TEST_CASE("without its supervisor the house ends safe and offline, and a new start recovers it") {
  const auto v = heating_house();
  caf::anon_send_exit(v->running.supervisor, caf::exit_reason::kill);
  v->pass(2s);
  CHECK_FALSE(v->any_relay_closed());
  REQUIRE_FALSE(v->node.all<birth>().empty());
  CHECK_FALSE(v->node.latest<birth>().online);
  v->boot();
  v->pass(17min);
  CHECK(v->node.latest<birth>().online);
  CHECK(all_channels_good(*v));
  CHECK(v->world->truth().enabled());
}

TEST_CASE(
    "whichever single device is unplugged, its channels say fault, the rest runs, and it is picked "
    "up again") {
  const auto house = house_of("layouts/simulated-house.yaml");
  for (const auto& d : house->devices) {
    CAPTURE(d.name);
    const auto v = heating_house();
    const auto point = point_of(*house, d.name);
    const auto is_meter = d.model == "simulated-meter";
    v->harm->dead_points =
        is_meter ? std::set{point + ".power", point + ".energy"} : std::set{point};
    v->pass(3min);
    const auto name = (*house)[d.channels.front()].name;
    CHECK(v->happened("channel-fault", name));
    auto faults = std::size_t{0};
    const auto last = v->node.latest<snapshot_report>();
    for (const auto& p : last.points) faults += p.quality != quality::good;
    CHECK(faults == d.channels.size());
    v->harm->dead_points.clear();
    v->pass(2min);
    CHECK(v->happened("channel-good", name));
    CHECK(all_channels_good(*v));
  }
}

TEST_CASE(
    "a house whose whole bus is gone is blind: it releases the heat pump, says so, and comes "
    "back") {
  const auto v = heating_house();
  v->harm->bus_dead = true;
  v->pass(2min);
  CHECK(v->happened("channel-fault", "store.top"));
  CHECK(v->node.latest<state_report>().mode == "hardware-fallback");
  v->harm->bus_dead = false;
  v->pass(17min);
  CHECK(all_channels_good(*v));
  CHECK(v->node.latest<state_report>().mode == "planner");
  CHECK(v->world->truth().enabled());
}

TEST_CASE("without a broker the house heats on, and what it had to say arrives later, in order") {
  const auto v = heating_house();
  const auto before = v->node.all<report>().size();
  v->node.stop();
  v->pass(30min);
  CHECK(v->world->truth().enabled());
  CHECK(v->node.all<report>().size() == before);
  v->node.start();
  v->pass(5min);
  const auto reports = v->node.all<report>();
  CHECK(reports.size() >= before + 6);
  for (std::size_t i = 1; i < reports.size(); ++i)
    CHECK(reports[i].slot_start == reports[i - 1].slot_start + 5min);
}

TEST_CASE(
    "a contract takes the heat pump at once, is metered, ends, and after its grace the house is "
    "local again") {
  auto l = *house_of("layouts/simulated-house.yaml");
  l.simulation->store_initial = celsius(67);
  auto v = virtual_house{std::make_shared<const layout>(std::move(l))};
  v.pass(15min);
  REQUIRE_FALSE(v.world->truth().enabled());
  const auto start = v.now() - v.now().time_since_epoch() % 300s;
  v.node.send("maple-12", contract{"c1", start, 15min, 3 * kilowatt}, v.now());
  v.pass(2s);
  CHECK(v.world->truth().enabled());
  CHECK(v.node.latest<state_report>().in_charge == authority::contract);
  v.pass(15min);
  const auto told = v.node.all<contract_report>();
  REQUIRE(told.size() >= 3);
  CHECK(told[0].status == contract_status::accepted);
  CHECK(told[1].status == contract_status::active);
  CHECK(told.back().status == contract_status::completed);
  CHECK(told.back().metered > 300 * watt_hour);
  CHECK(v.node.latest<state_report>().in_charge == authority::contract);
  v.pass(6min);
  CHECK(v.happened("contract-no-successor", "c1"));
  CHECK(v.happened("contract-fallback", "c1"));
  CHECK(v.node.latest<state_report>().in_charge == authority::local);
}

TEST_CASE("nonsense from the node is refused by name and stops nothing") {
  const auto v = heating_house();
  const auto topic = std::string{"hearth/v1/maple-12/down/contract"};
  v->node.deliver(topic, "not protobuf");
  v->node.deliver(topic, std::string(300 * 1024, 'x'));
  v->node.deliver("hearth/v1/maple-12/down/report",
                  encode({"maple-12", "n", 1, "n-1", v->now(), "", report{v->now(), 5min, {}}}));
  v->node.deliver(topic, encode({"oak-7", "n", 2, "n-2", v->now(), "", heartbeat{}}));
  v->node.deliver("hearth/v1/maple-12/down/withdrawal",
                  encode({"maple-12", "n", 3, "n-3", v->now() - 1h, "", withdrawal{"c", ""}}));
  v->pass(1min);
  auto reasons = std::set<nack_reason>{};
  for (const auto& n : v->node.all<nack>()) reasons.insert(n.reason);
  CHECK(reasons == std::set{nack_reason::undecodable, nack_reason::oversized,
                            nack_reason::unexpected, nack_reason::wrong_site, nack_reason::stale});
  CHECK_FALSE(v->happened("actor-died"));
  CHECK(all_channels_good(*v));
}

TEST_CASE("the plan of a dry run names exactly the actors that a running house has") {
  const auto v = heating_house();
  auto planned = std::vector<std::string>{};
  for (const auto& name : actor_names(*v->house)) planned.push_back(name);
  auto running = std::vector<std::string>{};
  for (const auto& [name, kill] : everybody(*v)) running.push_back(name);
  std::sort(planned.begin(), planned.end());
  CHECK(planned == running);
}

TEST_CASE("a compressor whose relay has dropped by itself rests before anybody closes it again") {
  const auto v = heating_house();
  // A relay board that lost its supply for a moment.
  const auto board = make_simulated_port(v->world);
  REQUIRE(board->transact(plant_write{"heat_pump.enable", 0}, v->now()));
  const auto rest = v->house->plant->heat_pump.min_off;
  v->pass(rest - 1min, [&] { CHECK_FALSE(v->world->truth().enabled()); });
  CHECK(v->happened("actuator-mismatch", "hp.enable"));
  auto runs_again = false;
  v->pass(30min, [&] { runs_again = runs_again || v->world->truth().enabled(); });
  CHECK(runs_again);
}
