#include "actors/scribe.hpp"

#include "drivers/memory_journal.hpp"
#include "protocol/codec.hpp"
#include "protocol/limits.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using namespace hearth;
using namespace std::chrono_literals;

namespace {

const auto noon = *from_iso8601("2020-01-15T12:00:00Z");

/// A disk that survives its scribe, can be read aside, and can be made to fail.
struct disk {
  std::shared_ptr<memory_journal> platter;
  bool fails = false;
  int openings = 0;

  explicit disk(std::size_t messages = 1000, std::size_t bytes = 1'000'000)
      : platter{std::make_shared<memory_journal>(messages, bytes)} {}

  struct handle final : journal {
    explicit handle(disk& d) : d_{d} {}
    template <class Action>
    auto guarded(Action what) -> decltype(what(std::declval<journal&>())) {
      if (d_.fails) return failed(fault_code::io, "no space left on device");
      return what(*d_.platter);
    }
    result<journal_room> append(std::span<const journal_entry> e, bool ends) override {
      return guarded([&](journal& j) { return j.append(e, ends); });
    }
    void note(const std::string& name, const std::string& words) override {
      if (!d_.fails) d_.platter->note(name, words);
    }
    result<std::string> noted(const std::string& name) override {
      return guarded([&](journal& j) { return j.noted(name); });
    }
    result<void> keep(const journal_draft& draft) override {
      return guarded([&](journal& j) { return j.keep(draft); });
    }
    result<std::vector<journal_draft>> drafts() override {
      return guarded([](journal& j) { return j.drafts(); });
    }
    result<journal_page> read(std::uint64_t after, std::size_t most, std::size_t bytes) override {
      return guarded([&](journal& j) { return j.read(after, most, bytes); });
    }
    result<void> forget(std::span<const std::string> ids) override {
      return guarded([&](journal& j) { return j.forget(ids); });
    }
    result<void> set_aside(const std::string& id, const std::string& why, time_point t) override {
      return guarded([&](journal& j) { return j.set_aside(id, why, t); });
    }
    result<std::vector<journal_item>> undated(std::uint64_t after, std::size_t most) override {
      return guarded([&](journal& j) { return j.undated(after, most); });
    }
    result<void> replace(std::span<const journal_item> dated) override {
      return guarded([&](journal& j) { return j.replace(dated); });
    }
    result<std::vector<message_run>> held(const message_run& run) override {
      return guarded([&](journal& j) { return j.held(run); });
    }
    [[nodiscard]] journal_totals totals() const override { return d_.platter->totals(); }

   private:
    disk& d_;
  };

  journal_maker maker() {
    return [this]() -> result<opened_journal> {
      ++openings;
      if (fails) return failed(fault_code::io, "no space left on device");
      return opened_journal{std::make_unique<handle>(*this), {}};
    };
  }
  std::vector<envelope> messages() {
    auto out = std::vector<envelope>{};
    const auto page = platter->read(0, 10'000, 100'000'000).value();
    for (const auto& item : page.items) out.push_back(decode(item.payload).value());
    return out;
  }
};

/// A scribe that knows the date from the start.
struct dated : scribe {
  dated(std::string site, std::string boot_id, journal_maker open, time_point now)
      : scribe{std::move(site), std::move(boot_id), std::move(open), now} {
    date(exact_dates, now);
  }
};

body happened(std::string text, severity s = severity::info) {
  return event{s, "test", "", std::move(text), noon};
}
std::vector<journal_item> say(scribe& s, body what, time_point now = noon) {
  const auto one = std::vector{std::move(what)};
  return s.keep(one, now);
}
report samples(duration from, std::vector<double> values) {
  auto series = channel_series{"hp.power", unit::watt, {}};
  for (const auto v : values) series.samples.push_back({noon + (from += 10s), v});
  return {noon, 5min, {series}};
}
bool told(const std::vector<event>& events, const std::string& kind) {
  return std::ranges::any_of(events, [&](const event& e) { return e.kind == kind; });
}

}  // namespace

TEST_CASE("what is said is on disk before the link hears of it") {
  auto d = disk{};
  auto s = dated{"maple", "b1", d.maker(), noon};
  const auto items = say(s, happened("one"));
  REQUIRE(items.size() == 1);
  CHECK(d.platter->read(0, 10, 1000)->items == items);
  CHECK(decode(items[0].payload)->body == happened("one"));
  s.forget({{items[0].message_id}}, noon);
  CHECK(d.platter->totals().waiting == 0);
  CHECK(s.status().waiting == 0);
  CHECK(s.status().last_sequence == 1);
  CHECK(s.status().boot_id == "b1");
}

TEST_CASE("numbers have no hole, and a boot's first message names the end of the one before") {
  auto d = disk{};
  {
    auto first = dated{"maple", "b1", d.maker(), noon};
    say(first, happened("one"));
    say(first, body{report{noon, 5min, {}}});
    first.forget({{"b1-1", "b1-2"}}, noon);
  }
  auto second = dated{"maple", "b2", d.maker(), noon};
  say(second, happened("three"));
  say(second, happened("four"));
  const auto all = d.messages();
  REQUIRE(all.size() == 2);
  CHECK(all[0].message_id == "b2-1");
  CHECK(all[0].follows == "b1-2");
  CHECK(all[1].sequence == 2);
  CHECK(all[1].follows.empty());
}

TEST_CASE("readings of a slot that a power cut ended become a report that ends where they do") {
  auto d = disk{};
  {
    auto before = dated{"maple", "b1", d.maker(), noon};
    before.keep_draft(samples(0s, {100, 110}), noon + 25s);
    before.keep_draft(samples(20s, {120}), noon + 50s);
  }
  auto after = dated{"maple", "b2", d.maker(), noon + 2min};
  const auto all = d.messages();
  REQUIRE(all.size() == 1);
  const auto& found = std::get<report>(all[0].body);
  CHECK(found.slot_start == noon);
  CHECK(found.slot_length == 30s);
  REQUIRE(found.series.size() == 1);
  REQUIRE(found.series[0].samples.size() == 3);
  CHECK(found.series[0].samples[2] == sample{noon + 30s, 120.0});
  // Its drafts went with it: the next start finds none.
  auto again = dated{"maple", "b3", d.maker(), noon + 3min};
  CHECK(d.messages().size() == 1);
}

TEST_CASE("a report makes the drafts of its slot superfluous") {
  auto d = disk{};
  auto s = dated{"maple", "b1", d.maker(), noon};
  s.keep_draft(samples(0s, {100}), noon + 25s);
  say(s, samples(0s, {100, 110}), noon + 5min);
  CHECK(d.platter->drafts()->empty());
}

TEST_CASE("what had to go is told to the node as runs, and to people once") {
  auto d = disk{4};
  auto s = dated{"maple", "b1", d.maker(), noon};
  for (auto i = 0; i < 7; ++i) say(s, samples(0s, {1.0 * i}), noon);
  CHECK(s.tick(noon + 1s).size() == 1);
  CHECK(told(s.take_events(), "messages-dropped"));
  auto lost = std::vector<message_run>{};
  for (const auto& e : d.messages())
    if (const auto* l = std::get_if<loss>(&e.body)) lost.push_back(l->lost);
  CHECK(lost == std::vector{message_run{"b1", 1, 3}});
  // To write that down another report had to go; it is told a minute later, without a word to
  // people.
  CHECK(s.tick(noon + 2s).empty());
  CHECK(d.messages().size() == 4);
  CHECK(s.tick(noon + 2min).size() == 1);
  CHECK_FALSE(told(s.take_events(), "messages-dropped"));
  CHECK(std::get<loss>(d.messages().back().body).lost == message_run{"b1", 4, 4});
}

TEST_CASE("a full journal gives up reports before notices, and alarms last") {
  auto d = disk{3};
  auto s = dated{"maple", "b1", d.maker(), noon};
  say(s, happened("an alarm", severity::alarm));
  say(s, happened("a notice"));
  say(s, samples(0s, {1}));
  say(s, happened("another alarm", severity::alarm));
  say(s, happened("a third", severity::alarm));
  auto texts = std::vector<std::string>{};
  for (const auto& e : d.messages()) texts.push_back(std::get<event>(e.body).text);
  CHECK(texts == std::vector<std::string>{"an alarm", "another alarm", "a third"});
}

TEST_CASE("a disk that fails is replaced by memory, and what memory kept moves back") {
  auto d = disk{};
  auto s = dated{"maple", "b1", d.maker(), noon};
  say(s, happened("on disk"));
  CHECK(s.take_events().empty());
  d.fails = true;
  const auto items = say(s, happened("in memory"));
  REQUIRE(items.size() == 1);  // the link can send it all the same
  CHECK(items[0].message_id == "b1-2");
  CHECK(s.take_changed());
  CHECK(told(s.take_events(), "journal-failing"));
  say(s, happened("in memory, too"));
  s.tick(noon + limits::journal_retry_every);
  CHECK(s.take_events().empty());  // said once
  CHECK(s.read({1, 0, 10}, noon).items.size() == 2);

  d.fails = false;
  s.tick(noon + 2 * limits::journal_retry_every);
  CHECK(told(s.take_events(), "journal-back"));
  CHECK(s.take_changed());
  auto ids = std::vector<std::string>{};
  const auto page = s.read({1, 0, 10}, noon);
  for (const auto& item : page.items) ids.push_back(item.message_id);
  CHECK(ids == std::vector<std::string>{"b1-1", "b1-2", "b1-3"});
  say(s, happened("on disk again"));
  CHECK(d.messages().size() == 4);
}

TEST_CASE(
    "a house that starts without a disk runs, says so, and moves to the disk when it is there") {
  auto d = disk{};
  d.fails = true;
  auto s = dated{"maple", "b1", d.maker(), noon};
  CHECK(told(s.take_events(), "journal-failing"));
  CHECK(say(s, happened("one")).size() == 1);
  d.fails = false;
  s.tick(noon + limits::journal_retry_every);
  CHECK(d.messages().size() == 1);
}

TEST_CASE("what the node misses and is not here is said to be lost, the rest is left to come") {
  auto d = disk{};
  auto s = dated{"maple", "b2", d.maker(), noon};
  for (auto i = 0; i < 5; ++i) say(s, happened("x"));
  s.forget({{"b2-2", "b2-3"}}, noon);
  const auto items = s.answer({{{"b1", 7, 9}, {"b2", 1, 1000}}}, noon);
  auto lost = std::vector<message_run>{};
  for (const auto& item : items) lost.push_back(std::get<loss>(decode(item.payload)->body).lost);
  CHECK(lost == std::vector{message_run{"b1", 7, 9}, message_run{"b2", 2, 3}});
}

TEST_CASE("a message of another size than any broker takes is said to be left out, not kept") {
  auto d = disk{};
  auto s = dated{"maple", "b1", d.maker(), noon};
  auto huge = report{noon, 5min, {}};
  auto random = std::mt19937{1};  // no compression makes this small
  for (auto i = 0; i < 600; ++i) {
    auto text = std::string(1000, ' ');
    for (auto& letter : text) letter = static_cast<char>(' ' + random() % 95);
    const auto why = tl::make_unexpected(fault{fault_code::io, std::move(text)});
    huge.series.push_back({"c" + std::to_string(i), unit::watt, {{noon, why}}});
  }
  CHECK(say(s, huge).empty());
  CHECK(told(s.take_events(), "message-too-large"));
  CHECK(say(s, happened("next"))[0].message_id == "b1-1");
}

TEST_CASE("what is said before the date is known waits for it, and then bears the right one") {
  auto d = disk{};
  const auto in_1970 = time_point{5min};
  auto s = scribe{"maple", "b1", d.maker(), in_1970};
  const auto said = std::vector<body>{event{severity::info, "test", "", "early", in_1970}};
  CHECK(s.keep(said, in_1970).empty());  // nothing for the link yet
  CHECK(d.messages().empty());
  s.date({noon - in_1970, date_trust::assumed, date_source::system_clock}, in_1970 + 1min);
  CHECK(d.messages().empty());
  s.date({noon - in_1970 + 7min, date_trust::good, date_source::node}, in_1970 + 2min);
  CHECK(s.take_changed());  // the link has to look again
  const auto all = d.messages();
  REQUIRE(all.size() == 1);
  CHECK(all[0].sent == noon + 7min);
  CHECK(std::get<event>(all[0].body).at == noon + 7min);
  CHECK_FALSE(all[0].undated);
}

TEST_CASE("what a boot could never date is sent by the next, in its order and marked") {
  auto d = disk{};
  {
    auto s = scribe{"maple", "b1", d.maker(), time_point{}};
    for (auto i = 0; i < 600; ++i)
      say(s, event{severity::info, "test", "", "x", {}}, time_point{1min * i});
  }
  auto next = dated{"maple", "b2", d.maker(), noon};
  say(next, happened("dated"));
  const auto all = d.messages();
  REQUIRE(all.size() == 601);
  CHECK(all[0].undated);
  CHECK(all[599].undated);
  CHECK(all[599].sent - all[0].sent == 599min);
  CHECK_FALSE(all[600].undated);
  CHECK(all[600].follows == "b1-600");
}

// ---- the book, and what the next dispatcher should know

namespace {

contract_report settled_of(const std::string& id) {
  auto r =
      contract_report{id, contract_status::completed, "", 4000 * watt_hour, 3990 * watt_hour, noon};
  r.settled = settlement{"", 0, noon - 1h, 1h, 80 * usd_per_mwh, 0s, ""};
  return r;
}

std::vector<contract_report> entries_of(const disk& d) {
  auto out = std::vector<contract_report>{};
  const auto page = d.platter->read(0, 10'000, 100'000'000).value();
  for (const auto& item : page.items) {
    const auto e = decode(item.payload).value();
    if (const auto* r = std::get_if<contract_report>(&e.body)) out.push_back(*r);
  }
  return out;
}

/// Each entry's chain is the one that follows from the one before.
void check_chain(const std::vector<contract_report>& entries) {
  auto chain = chain_of_new_book("maple", entries.front().settled->book);
  auto number = std::uint64_t{0};
  for (const auto& e : entries) {
    CHECK(e.settled->entry == ++number);
    chain = chain_after(chain, e);
    CHECK(e.settled->chain == chain);
  }
}

}  // namespace

TEST_CASE("what is settled is entered in the house's book, through restarts") {
  auto d = disk{};
  {
    auto first = dated{"maple", "b1", d.maker(), noon};
    say(first, settled_of("c1"));
    say(first, contract_report{"c2", contract_status::active, "", {}, {}, noon});
    say(first, settled_of("c2"));
  }
  auto second = dated{"maple", "b2", d.maker(), noon};
  say(second, settled_of("c3"));
  auto all = entries_of(d);
  std::erase_if(all, [](const auto& r) { return !r.settled; });
  REQUIRE(all.size() == 3);
  CHECK(all[2].settled->book == "b1");
  check_chain(all);
}

TEST_CASE("a disk that fails costs a book of its own, which goes on when the disk is back") {
  auto d = disk{};
  auto s = dated{"maple", "b1", d.maker(), noon};
  say(s, settled_of("c1"));
  d.fails = true;
  say(s, settled_of("c2"));
  d.fails = false;
  s.tick(noon + 2min);
  say(s, settled_of("c3"));
  auto next = dated{"maple", "b2", d.maker(), noon};
  say(next, settled_of("c4"));
  auto all = entries_of(d);
  REQUIRE(all.size() == 4);
  CHECK(all[0].settled->book == "b1");
  check_chain({all[0]});
  all.erase(all.begin());
  CHECK(all[0].settled->book == "b1-m1");
  check_chain(all);
}

TEST_CASE("what the next dispatcher should know is on disk with whatever is written next") {
  auto d = disk{};
  {
    auto first = dated{"maple", "b1", d.maker(), noon};
    CHECK(first.contracts().empty());
    first.keep_contracts("some");
    say(first, happened("one"));
    first.keep_contracts("more");
  }
  auto second = dated{"maple", "b2", d.maker(), noon};
  CHECK(second.contracts() == "some");
}
