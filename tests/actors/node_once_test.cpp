// Exactly once in effect: the node with its store, killed at bad moments and fed with garbage.
#include "actors/node/audit.hpp"
#include "actors/node/keeping.hpp"
#include "actors/node/limits.hpp"
#include "actors/node/render.hpp"
#include "protocol/limits.hpp"
#include "tests/support/house_on_paper.hpp"
#include "tests/support/mosquitto.hpp"

#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <random>
#include <set>

using namespace hearth;
using namespace std::chrono_literals;
using testing::house_on_paper;
using testing::packed;

namespace {

const auto start = *from_iso8601("2020-01-15T05:00:00Z");

channel_description named(std::string channel) {
  return {std::move(channel), unit::celsius, "device", "model", false, 60s};
}

/// A node, its store in a file, and a kill that leaves only the file.
struct kept_node {
  testing::temporary_folder folder = {};
  std::unique_ptr<node_store> store = {};
  std::unique_ptr<node> here = {};
  std::set<std::string> acked = {};

  kept_node() { begins(); }

  void begins() {
    here.reset();
    store.reset();
    auto opened = node_store::open(folder.file("atn.db"));
    REQUIRE(opened);
    store = std::move(*opened);
    auto remembered = remembered_in(*store);
    REQUIRE(remembered);
    auto world = outlook{prices{start - 24h, 1h, std::vector(96, 100 * usd_per_mwh), {}}, {}};
    here = std::make_unique<node>(node_options{.boot_id = "n", .sites = {}, .dispatch = {}},
                                  std::move(world), std::move(*remembered));
  }
  turn hears(const envelope& e) { return here->take(packed(e), start); }
  void saves_and_acks() {
    const auto acks = here->acknowledge(start);
    REQUIRE_FALSE(keep(*here, *store));
    for (const auto& out : acks) {
      const auto& a = std::get<ack>(out.message.body);
      acked.insert(a.message_id);
      acked.insert(a.more.begin(), a.more.end());
    }
  }
  site_audit audit() {
    return audit_of(house(), *store->ledger("maple-12"), *store->quarantine("maple-12"), start);
  }
  const site_memory& house() { return here->sites().at("maple-12"); }
  double kwh() { return house().channels.at("hp.power").energy_so_far.in(kilowatt_hour); }
};

}  // namespace

TEST_CASE("all that came in one batch is acked with one message per house") {
  auto n = kept_node{};
  auto maple = house_on_paper{"m", start};
  auto oak = house_on_paper{"o", start, "oak-1"};
  for (auto i = 0; i < 600; ++i) n.hears(maple.event_of("x"));
  n.hears(oak.event_of("x"));
  const auto acks = n.here->acknowledge(start);
  REQUIRE(acks.size() == 3);
  const auto& first = std::get<ack>(acks[0].message.body);
  CHECK(first.message_id == "m-1");
  CHECK(first.more.size() == limits::acks_together - 1);
  CHECK(acks[0].payload.size() < limits::message_bytes);
  CHECK(std::get<ack>(acks[1].message.body).more.size() == 600 - limits::acks_together - 1);
  CHECK(acks[2].topic == "hearth/v1/oak-1/down/ack");
  CHECK(n.here->acknowledge(start).empty());
}

TEST_CASE("a node killed between taking and saving has acked nothing, and takes it again in full") {
  auto n = kept_node{};
  auto house = house_on_paper{"h", start};
  const auto r = house.report_of_a_kwh();
  CHECK(n.hears(r).fresh);
  n.begins();
  CHECK(n.here->sites().empty());
  CHECK(n.hears(r).fresh);
  n.saves_and_acks();
  n.begins();
  CHECK_FALSE(n.hears(r).fresh);
  CHECK(n.kwh() == doctest::Approx(1));
  CHECK(n.audit().ledger.rows == 1);
}

TEST_CASE(
    "a node killed and a house repeating at random lose nothing acked and apply nothing twice") {
  for (auto seed = 1U; seed <= 20; ++seed) {
    CAPTURE(seed);
    auto lot = std::mt19937{seed};
    const auto chance = [&](unsigned one_in) { return lot() % one_in == 0; };
    auto n = kept_node{};
    auto made = std::vector<envelope>{};
    auto last = std::string{};
    auto reports = 0;
    for (auto boot = 0; boot < 4; ++boot) {
      auto house = house_on_paper{"boot" + std::to_string(boot), start};
      for (auto i = 0; i < 30; ++i) {
        made.push_back(chance(2) ? house.event_of("x") : house.report_of_a_kwh());
        if (i == 0) made.back().follows = last;
        if (std::holds_alternative<report>(made.back().body)) ++reports;
      }
      last = house.last_id();
    }
    auto rounds = 0;
    while (n.acked.size() < made.size() && ++rounds < 5000) {
      for (auto i = 0; i < 5; ++i) {
        const auto& e = made[lot() % made.size()];
        if (!n.acked.contains(e.message_id) || chance(10)) n.hears(e);
      }
      if (chance(3)) n.here->take({"hearth/v1/maple-12/up/event", "junk"}, start);
      if (chance(4)) n.begins();  // killed before it saved
      n.saves_and_acks();
      if (chance(4)) n.begins();  // killed afterwards
    }
    REQUIRE(n.acked.size() == made.size());
    n.begins();
    const auto a = n.audit();
    CHECK(a.clean());
    CHECK(a.received == made.size());
    CHECK(a.ledger.rows == made.size());
    CHECK(a.boots.size() == 4);
    CHECK(n.kwh() == doctest::Approx(reports));
    CHECK(n.house().counters.reports == static_cast<std::uint64_t>(reports));
  }
}

TEST_CASE("poison is nacked by name, kept with its bytes once, and what follows is taken") {
  auto n = kept_node{};
  auto house = house_on_paper{"h", start};
  n.hears(house.event_of("1"));
  auto bad = house.event_of("2");
  std::get<event>(bad.body).at = start + 24h * 365 * 400;  // beyond the year 2200
  const auto poison = packed(bad);
  for (auto i = 0; i < 3; ++i) {
    const auto t = n.here->take(poison, start);
    REQUIRE(t.send.size() == 1);
    const auto& no = std::get<nack>(t.send[0].message.body);
    CHECK(no.message_id == "h-2");
    CHECK(no.reason == nack_reason::undecodable);
    n.saves_and_acks();
  }
  n.here->take({"hearth/v1/maple-12/up/report", std::string("\xff\x00\t", 3)}, start);
  n.here->take({"hearth/v1/maple-12/up/report", std::string("\xff\x00\t", 3)}, start);
  CHECK(n.hears(house.event_of("3")).fresh);
  n.saves_and_acks();
  n.begins();
  const auto a = n.audit();
  CHECK(a.clean());
  CHECK(a.missing == 0);
  REQUIRE(a.quarantine.kept.size() == 2);
  CHECK(a.quarantine.kept[0].bytes == poison.payload);
  CHECK(a.quarantine.kept[0].message_id == "h-2");
  CHECK(a.quarantine.kept[1].times == 2);
  CHECK(table_of(a).find("\tff0009\t") != std::string::npos);
  CHECK(n.acked == std::set<std::string>{"h-1", "h-3"});
}

TEST_CASE("random garbage on every topic harms neither the node nor what it knows") {
  auto n = kept_node{};
  auto house = house_on_paper{"h", start};
  n.hears(house.report_of_a_kwh());
  const auto good = packed(house.report_of_a_kwh());
  auto lot = std::mt19937{7};
  for (auto i = 0; i < 3000; ++i) {
    auto m = good;
    const auto kinds = std::array{"report", "event", "loss", "backlog", "ack", "snapshot"};
    m.topic = "hearth/v1/maple-12/up/" + std::string{kinds[lot() % kinds.size()]};
    for (auto changes = lot() % 4 + 1; changes > 0; --changes)
      m.payload[lot() % m.payload.size()] = static_cast<char>(lot());
    m.payload.resize(lot() % m.payload.size() + 1);
    n.here->take(m, start);
    if (i % 100 == 0) n.saves_and_acks();
  }
  n.saves_and_acks();
  n.begins();
  const auto a = n.audit();
  CHECK(a.ledger.applied_twice == 0);
  CHECK(a.ledger.rows == a.received);
  CHECK(a.quarantine.kept.size() + a.quarantine.forgotten > 100);
  CHECK(a.quarantine.kept.size() <= node_store_bounds{}.quarantine_rows);
}

TEST_CASE("what cannot be saved is not acked, and all of it is there once it can") {
  auto n = kept_node{};
  auto house = house_on_paper{"h", start};
  struct full_disk final : node_store {
    result<std::vector<stored_part>> load() override { return std::vector<stored_part>{}; }
    std::optional<fault> save(const node_batch&) override {
      return fault{fault_code::io, "no space left"};
    }
    result<ledger_totals> ledger(const std::string&) override { return ledger_totals{}; }
    result<quarantine_list> quarantine(const std::string&) override { return quarantine_list{}; }
    result<std::vector<std::string>> settled(const std::string&) override {
      return std::vector<std::string>{};
    }
  } full;
  const auto r = house.report_of_a_kwh();
  n.hears(r);
  n.here->acknowledge(start);  // not said, because:
  CHECK(keep(*n.here, full));
  CHECK_FALSE(n.hears(r).fresh);
  n.saves_and_acks();
  CHECK(n.acked.contains("h-1"));
  n.begins();
  CHECK(n.kwh() == doctest::Approx(1));
  CHECK(n.audit().clean());
}

TEST_CASE("the ledger is a witness of its own: it tells what the sequences would hide") {
  auto n = kept_node{};
  auto house = house_on_paper{"h", start};
  n.hears(house.event_of("1"));
  n.saves_and_acks();
  const auto twice = ledger_row{"maple-12", "h", 1, "event", start, start};
  CHECK_FALSE(n.store->save({.parts = {}, .ledger = {twice}, .refused = {}}));
  const auto a = n.audit();
  CHECK_FALSE(a.clean());
  CHECK(a.ledger.repeated == std::vector<repeated_effect>{{"h", 1, 2}});
  CHECK(table_of(a).find("twice\th\t1\t2\n") != std::string::npos);
  CHECK(page_of(a).find("h-1 2 times") != std::string::npos);
}

TEST_CASE("the audit tells gaps, losses, what is pending and each boot, for people and machines") {
  auto n = kept_node{};
  auto first = house_on_paper{"a", start};
  for (auto i = 0; i < 3; ++i) n.hears(first.event_of("x"));
  first.event_of("never came");
  auto second = house_on_paper{"b", start};
  n.hears(second.says(loss{{"a", 4, 4}, "It was\tdamaged.", start}, first.last_id()));
  second.event_of("on its way");
  n.hears(second.says(backlog{4, 2, 700, start - 2h, {}}));
  n.saves_and_acks();
  const auto a = n.audit();
  CHECK(a.missing == 3);
  CHECK(a.lost == 1);
  CHECK_FALSE(a.clean());
  const auto table = table_of(a);
  for (const auto* line :
       {"site\tmaple-12\tnot-clean\n", "received\t4\n", "gaps\t3\n", "gap\tb\t2\t4\n",
        "loss\ta\t4\t4\t2020-01-15T05:00:00Z\tIt was damaged.\n", "applied-twice\t0\n",
        "boot\ta\t3\t4\t0\t1\t0\tended\n", "boot\tb\t1\t4\t3\t0\t0\topen\n"})
    CHECK_MESSAGE(table.find(line) != std::string::npos, line, table);
  CHECK(page_of(a).find("2 h old; 2 messages of 700 bytes wait") != std::string::npos);
  CHECK(json_of(a).find(R"("oldest_age_s":7200.0)") != std::string::npos);
}

TEST_CASE("a channel is good, stale, faulty or never heard, by its age and by who is there") {
  auto c = known_channel{};
  CHECK(staleness_of(c, start, presence::online) == staleness{quality::never, {}});
  c = {measured{20, unit::celsius}, quality::good, start, 60s, {}, {}};
  const auto at = [&](duration age, presence p) { return staleness_of(c, start + age, p).quality; };
  CHECK(at(60s + limits::snapshot_every, presence::offline) == quality::good);
  CHECK(at(61s + limits::snapshot_every, presence::offline) == quality::stale);
  CHECK(at(61s + limits::snapshot_every, presence::silent) == quality::stale);
  CHECK(at(61s + limits::snapshot_every, presence::online) == quality::good);
  CHECK(at(1h, presence::online) == quality::stale);
  CHECK(staleness_of(c, start - 5s, presence::online).age == 0s);
  c.max_age = 0s;
  CHECK(at(1h, presence::online) == quality::good);
  CHECK(at(1s, presence::offline) == quality::stale);
  c.quality = quality::fault;
  CHECK(at(1h, presence::online) == quality::fault);
}

TEST_CASE("a new layout drops the channels it does not have and keeps their sums") {
  auto n = kept_node{};
  auto house = house_on_paper{"h", start};
  const auto layout = [&](std::string hash, std::vector<channel_description> channels) {
    return house.says(layout_report{std::move(hash), std::move(channels)});
  };
  n.hears(house.is_born("one"));
  n.hears(layout("one", {{"hp.power", unit::watt, "m", "sdm", false, 60s}, named("t")}));
  const auto late = house.report_of_a_kwh();
  n.hears(house.report_of_a_kwh());
  n.hears(house.is_born("two"));
  n.hears(layout("one", {named("t")}));  // of the layout before: too late
  CHECK(n.house().channels.size() == 2);
  n.hears(layout("two", {named("t"), named("new")}));
  CHECK(n.house().channels.contains("new"));
  CHECK_FALSE(n.house().channels.contains("hp.power"));
  n.hears(late);  // its time was the former layout's
  n.saves_and_acks();
  n.begins();
  CHECK_FALSE(n.house().channels.contains("hp.power"));
  const auto& former = n.house().former_channels.at("hp.power");
  CHECK(former.energy_so_far.in(kilowatt_hour) == doctest::Approx(2));
  CHECK(page_of(n.house(), start).find("former layouts") != std::string::npos);

  n.hears(house.is_born("three"));
  n.hears(layout("three", {{"hp.power", unit::watt, "m", "sdm", false, 60s}}));
  CHECK(n.kwh() == doctest::Approx(2));
  CHECK(n.house().channels.at("hp.power").max_age == 60s);
}

TEST_CASE("what a house without a date says is kept and marked, and never priced") {
  auto n = kept_node{};
  auto house = house_on_paper{"h", start};
  auto r = house.report_of_a_kwh();
  r.undated = true;
  auto e = house.event_of("It is up.");
  e.undated = true;
  CHECK(n.hears(r).fresh);
  CHECK(n.hears(e).fresh);
  n.saves_and_acks();
  n.begins();
  CHECK(n.kwh() == doctest::Approx(1));
  CHECK(n.house().channels.at("hp.power").cost_so_far == money{});
  CHECK(n.house().channels.at("hp.power").quality == quality::never);
  CHECK(n.house().events.front().undated);
  CHECK(page_of(n.house(), start).find("undated") != std::string::npos);
  CHECK(line_of(e, direction::up).ends_with("[undated]"));
  CHECK(n.audit().clean());
}

TEST_CASE("history that comes beside the news takes its place in time and pushes no news out") {
  auto n = kept_node{};
  auto house = house_on_paper{"h", start};
  auto history = std::vector<envelope>{};
  for (auto i = 0; i < 200; ++i) history.push_back(house.event_of("old"));
  house.pass(1h);
  n.hears(house.says(event{severity::alarm, "k", "s", "new", start + 1h}));
  for (const auto& old : history) n.hears(old);
  CHECK(n.house().events.size() == node_limits::events);
  CHECK(n.house().events.back().said.text == "new");
}

TEST_CASE(
    "the node asks for a gap in its own tick, with one message, and not without being asked") {
  auto n = kept_node{};
  auto house = house_on_paper{"h", start};
  n.hears(house.is_born());
  house.event_of("lost");
  n.hears(house.event_of("came"));
  n.hears(house.tells_backlog(0));
  CHECK(n.here->tick(start).empty());
  const auto said = n.here->tick(start + node_limits::ask_first);
  REQUIRE(said.size() == 1);
  CHECK(said[0].topic == "hearth/v1/maple-12/down/resend");
  CHECK(said[0].message.body == body{resend{{{"h", 1, 1}}}});
  CHECK(decode(said[0].payload));
}

TEST_CASE("a live message that cannot be read closes no gap, whatever its id looks like") {
  auto n = kept_node{};
  auto house = house_on_paper{"h", start};
  house.event_of("lost");
  n.hears(house.event_of("came"));
  auto e = house.says(power_update{"hp.power", 1 * watt, start + 24h * 365 * 400});
  e.message_id = "h-1";
  CHECK(n.hears(e).trouble);
  n.saves_and_acks();
  CHECK(n.audit().missing == 1);
  CHECK(n.audit().quarantine.kept.size() == 1);
}

TEST_CASE(
    "a journal that crashed alone goes on under another boot id, and of the first nothing is "
    "missing") {
  auto n = kept_node{};
  auto house = house_on_paper{"h", start};
  n.hears(house.is_born());
  n.hears(house.event_of("kept"));
  auto successor = house_on_paper{"h.2", start};
  n.hears(successor.event_of("kept as well"));
  n.hears(house.says(backlog{2, 0, 0, {}, "h.2"}));
  CHECK(n.house().boots.missing() == 1);
  CHECK(n.house().boots.all().at("h").whole());
  CHECK_FALSE(n.house().boots.all().at("h.2").whole());
}

TEST_CASE("a backlog of a boot nobody was born with makes no boot known") {
  auto n = kept_node{};
  auto house = house_on_paper{"h", start};
  auto e = house.says(backlog{7, 0, 0, {}, {}});
  n.hears(e);
  CHECK(n.house().boots.all().empty());
  n.hears(house.is_born());
  n.hears(e);
  CHECK(n.house().boots.missing() == 7);
}
