#include "actors/node/limits.hpp"
#include "actors/node/memory_text.hpp"
#include "actors/node/render.hpp"
#include "actors/node/site_memory.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace std::chrono_literals;

namespace {

const auto start = *from_iso8601("2020-01-15T05:00:00Z");
const price_lookup no_price = [](time_point) { return std::optional<energy_price>{}; };
const price_lookup flat_price = [](time_point) { return std::optional{100 * usd_per_mwh}; };

envelope said(std::uint64_t sequence, body b, std::string boot = "a", time_point sent = start) {
  return {"maple-12", boot, sequence,    boot + "-" + std::to_string(sequence),
          sent,       "",   std::move(b)};
}

site_memory maple() {
  auto m = site_memory{};
  m.site = "maple-12";
  return m;
}

report one_hour_of_2_kw() {
  return {start, 60min, {{"hp.power", unit::watt, {{start, 2000.0}, {start + 30min, 2000.0}}}}};
}

contract_report told(contract_status status, time_point at, energy metered = {}) {
  return {"c1", status, "", 4 * kilowatt_hour, metered, at};
}

}  // namespace

TEST_CASE("a report heard twice is acknowledged twice and counted once") {
  auto m = maple();
  const auto e = said(1, one_hour_of_2_kw());
  const auto first = m.hear(e, start + 1h, flat_price);
  const auto again = m.hear(e, start + 2h, flat_price);
  CHECK(first.reply == body{ack{"a-1"}});
  CHECK(again.reply == body{ack{"a-1"}});
  CHECK(first.fresh);
  CHECK_FALSE(again.fresh);
  CHECK(m.counters.reports == 1);
  CHECK(m.counters.duplicates == 1);
  CHECK(m.channels.at("hp.power").energy_so_far.in(kilowatt_hour) == doctest::Approx(2));
  CHECK(m.channels.at("hp.power").cost_so_far.in(us_dollar) == doctest::Approx(0.2));
}

TEST_CASE("a live message is not acknowledged and has no place in any sequence") {
  auto m = maple();
  const auto h = m.hear(said(1, power_update{"hp.power", 5 * kilowatt, start}), start, no_price);
  CHECK(h.fresh);
  CHECK_FALSE(h.reply);
  CHECK(m.boots.all().empty());
}

TEST_CASE("a house is online, silent after three minutes without a word, and offline by its will") {
  auto m = maple();
  CHECK(m.presence_at(start) == presence::unknown);
  const auto greeted = m.hear(said(2, birth{true, "hash", "0.1"}), start, no_price);
  CHECK(greeted.reply == body{heartbeat{}});
  CHECK(m.presence_at(start + 3min) == presence::online);
  CHECK(m.presence_at(start + 3min + 1ms) == presence::silent);

  // The broker tells the retained birth again: true as before, but no sign of life.
  m.hear(said(2, birth{true, "hash", "0.1"}), start + 10min, no_price);
  CHECK(m.presence_at(start + 10min) == presence::silent);

  CHECK_FALSE(m.hear(said(1, birth{false, "hash", "0.1"}), start + 11min, no_price).reply);
  CHECK(m.presence_at(start + 11min) == presence::offline);
}

TEST_CASE("the will of a former start does not declare the new one gone") {
  auto m = maple();
  m.hear(said(2, birth{true, "hash", "0.1"}, "b", start + 1min), start + 1min, no_price);
  m.hear(said(1, birth{false, "hash", "0.1"}, "a", start), start + 1min, no_price);
  CHECK(m.presence_at(start + 1min) == presence::online);
}

TEST_CASE("an older reading never replaces a newer one") {
  auto m = maple();
  m.hear(said(1, power_update{"hp.power", 3000 * watt, start + 2min}), start, no_price);
  m.hear(said(2, power_update{"hp.power", 1000 * watt, start + 1min}), start, no_price);
  CHECK(m.channels.at("hp.power").value == result<measured>{measured{3000, unit::watt}});
}

TEST_CASE("after a fault and before the first sample nothing is known and nothing counted") {
  const auto s = channel_series{"hp.power",
                                unit::watt,
                                {{start + 15min, 1000.0},
                                 {start + 30min, failed(fault_code::timeout)},
                                 {start + 45min, 2000.0}}};
  CHECK(consumed(s, start + 60min).in(watt_hour) == doctest::Approx(250 + 500));
}

TEST_CASE("the newest word on a contract holds, and its energy is priced as of its start") {
  auto m = maple();
  m.say(contract{"c1", start, 60min, 4 * kilowatt}, start - 5min, flat_price);
  CHECK(m.in_force(start) != nullptr);
  m.hear(said(1, told(contract_status::completed, start + 1h, 4 * kilowatt_hour)), start + 1h,
         no_price);
  m.hear(said(2, told(contract_status::active, start, {})), start + 1h, no_price);
  CHECK(m.contracts.at("c1").reported->status == contract_status::completed);
  CHECK(m.contracted_cost().in(us_dollar) == doctest::Approx(0.4));
  CHECK(m.in_force(start + 30min) == nullptr);
}

TEST_CASE("contracts that are forgotten stay in the sums, and everything stays bounded") {
  auto m = maple();
  for (auto i = std::uint64_t{1}; i <= 300; ++i) {
    m.hear(said(i, contract_report{"c" + std::to_string(i), contract_status::completed, "",
                                   1 * kilowatt_hour, 1 * kilowatt_hour, start + i * 1h}),
           start, no_price);
    m.hear(said(1000 + i, event{}), start, no_price);
    m.hear(said(2000 + i, power_update{"p" + std::to_string(i), 1 * watt, start}), start, no_price);
  }
  CHECK(m.contracts.size() == node_limits::contracts);
  CHECK(m.events.size() == node_limits::events);
  CHECK(m.contracted_energy().in(kilowatt_hour) == doctest::Approx(300));
  for (auto i = std::uint64_t{0}; i < 2000; ++i)
    m.hear(said(10'000 + i, power_update{"q" + std::to_string(i), 1 * watt, start}), start,
           no_price);
  CHECK(m.channels.size() == node_limits::channels);
  CHECK(m.counters.overflowed == 2300 - node_limits::channels);
}

TEST_CASE("what only a node may say, and an id that is none, are refused") {
  auto m = maple();
  const auto wrong_way = m.hear(said(1, query{}), start, no_price);
  REQUIRE(wrong_way.reply);
  CHECK(std::get<nack>(*wrong_way.reply).reason == nack_reason::unexpected);
  auto e = said(1, event{});
  e.message_id = "something";
  CHECK(std::get<nack>(*m.hear(e, start, no_price).reply).reason == nack_reason::invalid);
  for (const auto* follows : {"a-1", "b", "b-0", "-3", "b-99999999999999999999"}) {
    e = said(1, event{});
    e.follows = follows;
    CHECK(std::get<nack>(*m.hear(e, start, no_price).reply).reason == nack_reason::invalid);
  }
  const auto far = std::uint64_t{1} << 60U;
  const auto too_far = said(far, event{});
  CHECK(std::get<nack>(*m.hear(too_far, start, no_price).reply).reason == nack_reason::invalid);
  CHECK(m.hear(said(0, backlog{far, 0, 0, {}, {}}), start, no_price).reply);
  CHECK(m.hear(said(1, loss{{"b", 1, far}, "", start}), start, no_price).reply);
  CHECK(m.boots.all().empty());
}

TEST_CASE("a memory comes back from its text as it was") {
  auto m = maple();
  m.hear(said(2, birth{true, "hash", "0.1"}), start, no_price);
  m.hear(said(3, one_hour_of_2_kw()), start + 1h, flat_price);
  m.hear(said(5, snapshot_report{start,
                                 {{"t", failed(fault_code::timeout, "no \"answer\""),
                                   quality::fault, start}}}),
         start, no_price);
  m.hear(said(6, state_report{authority::contract, "thermostat", "sold", "c1", start}), start,
         no_price);
  m.hear(said(7, event{severity::alarm, "device-failed", "hp", "It is gone.", start}), start,
         no_price);
  m.hear(said(8, outcome{"x-1", false, "no"}), start, no_price);
  m.hear(said(0, backlog{40, 3, 999, start, {}}), start, no_price);
  m.hear(said(10, loss{{"z", 1, 5}, "The disk was full.", start}), start, no_price);
  auto undated = said(11, event{severity::info, "restarted", "house", "It is up.", start});
  undated.undated = true;
  undated.follows = "z-9";
  m.hear(undated, start, no_price);
  m.boots.refuse({"a", 12});
  m.say(contract{"c1", start, 60min, 4 * kilowatt}, start, flat_price);
  m.hear(said(9, told(contract_status::active, start + 1ms, 1 * kilowatt_hour)), start, no_price);

  auto back = maple();
  for (const auto& p : parts_of(m, parts_wanted::all)) CHECK_FALSE(read_part(back, p.part, p.text));
  CHECK(back.last_birth == m.last_birth);
  CHECK(back.state == m.state);
  CHECK(back.last_outcome == m.last_outcome);
  CHECK(back.channels == m.channels);
  CHECK(back.contracts == m.contracts);
  CHECK(back.events == m.events);
  CHECK(back.boots.all() == m.boots.all());
  CHECK(back.losses == m.losses);
  CHECK(back.last_backlog == m.last_backlog);
  CHECK(back.counters == m.counters);
  CHECK(json_of(back, start) == json_of(m, start));
  CHECK(json_of(m, start).starts_with(R"({"site":"maple-12","presence":"online")"));
  CHECK_FALSE(back.hear(said(3, one_hour_of_2_kw()), start + 2h, flat_price).fresh);
}

TEST_CASE("a house that reports impossible energies spoils its own sums and nothing else") {
  auto m = maple();
  for (auto i = std::uint64_t{1}; i <= 3; ++i)
    m.hear(said(i, report{start, 60min, {{"hp.power", unit::watt, {{start, 1e308}}}}}), start,
           flat_price);
  m.hear(said(4, told(contract_status::completed, start, 1e308 * watt_hour)), start, no_price);
  auto back = maple();
  for (const auto& p : parts_of(m, parts_wanted::all)) CHECK_FALSE(read_part(back, p.part, p.text));
  CHECK(back.channels == m.channels);
  CHECK(back.contracts == m.contracts);
}

TEST_CASE("a part that cannot be read says which and is no crash") {
  for (const auto* bad :
       {"", "{", "[]", "{}", "null", "[1]", R"([{"boot_id":1}])", R"([{"at":"soon"}])"})
    for (auto p = 0U; p < memory_parts; ++p) {
      auto m = maple();
      const auto f = read_part(m, to_text(static_cast<memory_part>(p)), bad);
      if (f) CHECK(f->detail.find("maple-12") != std::string::npos);
    }
  for (const auto* bad : {"{}", "[]", R"({"heard":"x","told":1,"order":1})",
                          R"({"heard":"1","told":-1,"order":1,"lost":"2,1"})"}) {
    auto m = maple();
    CHECK(read_part(m, "boot a", bad));
  }
  auto m = maple();
  CHECK(read_part(m, "site", "[]"));
  CHECK(read_part(m, "nonsense", "{}"));
}

TEST_CASE("every message has a line for people and a line of JSON, and no control character") {
  const auto e = said(7, event{severity::alarm, "device-failed", "hp\x1b[2J", "gone", start});
  CHECK(line_of(e, direction::up).find('\x1b') == std::string::npos);
  CHECK(line_of(e, direction::up).starts_with("05:00:00 ← maple-12"));
  const auto j = json_of(said(7, power_update{"hp.power", 7240 * watt, start}), direction::up);
  CHECK(j == R"({"direction":"up","site":"maple-12","kind":"power","boot_id":"a","sequence":7,)"
             R"("message_id":"a-7","sent":"2020-01-15T05:00:00Z","in_reply_to":"",)"
             R"("body":{"channel":"hp.power","power_w":7240.0,"at":"2020-01-15T05:00:00Z"}})");
}
