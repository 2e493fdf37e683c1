#include "actors/portal/household_book.hpp"
#include "actors/portal/household_text.hpp"
#include "protocol/limits.hpp"
#include "tests/actors/houses.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

namespace {

using namespace hearth;
using namespace hearth::testing;

constexpr auto whole_week = std::array<bool, 7>{true, true, true, true, true, true, true};

/// House time is this much behind UTC, so somebody says.
dating by_network(duration offset) { return {offset, date_trust::good, date_source::network_time}; }
dating by_the_clock(duration offset) {
  return {offset, date_trust::assumed, date_source::system_clock};
}

household_wish holiday(time_point since, time_point until, std::string id = "holiday-1") {
  return {std::move(id), wish_kind::holiday, "", celsius(15), "Ann", since, until};
}
household_wish boost(time_point since, duration length, std::string id = "boost-1") {
  return {std::move(id), wish_kind::boost, "", {}, "Ann", since, since + length};
}

/// The household of a house at noon, after a former run kept this; the dispatcher lives by nothing.
struct kept_book {
  explicit kept_book(const household& kept = {}, const household& lived_by = {})
      : last{household_to_text(kept)} {
    REQUIRE(!book.take_up(last, noon));
    book.take_over(lived_by, noon);
  }
  household_book book{shared(small_house())};

  /// What would be read after a restart, times in UTC.
  household on_disk(time_point now) {
    if (auto text = book.take_kept(now)) last = *text;
    const auto read = household_from_text(last);
    REQUIRE(read);
    return *read;
  }
  [[nodiscard]] std::vector<time_point> ends() const {
    auto all = std::vector<time_point>{};
    for (const auto& w : book.wanted().wishes) all.push_back(w.until);
    return all;
  }
  std::string last;
};

using times = std::vector<time_point>;

}  // namespace

TEST_CASE("what was kept is placed anew by a better date, and by a good one for good") {
  auto h = kept_book{{{}, {holiday(noon - 1h, noon + 8h)}}};
  CHECK(h.ends().empty());
  // After a power cut the clock shows what it showed when it went: three hours too little.
  h.book.redate(by_the_clock(0h), noon);
  CHECK(h.ends() == times{noon + 8h});
  CHECK(h.book.take_changed());
  h.book.redate(by_network(3h), noon + 1min);
  CHECK(h.ends() == times{noon + 5h});
  CHECK(h.book.take_changed());
  h.book.redate(by_network(3h + 20min), noon + 2min);
  CHECK(h.ends() == times{noon + 5h});
  CHECK_FALSE(h.book.take_changed());
}

TEST_CASE("what was kept ends when a better date says that it is over") {
  auto h = kept_book{{{}, {holiday(noon - 1h, noon + 2h)}}};
  h.book.redate(by_the_clock(0h), noon);
  REQUIRE(h.ends().size() == 1);
  static_cast<void>(h.book.take_changed());
  h.book.redate(by_network(3h), noon + 1min);
  CHECK(h.ends().empty());
  CHECK(h.book.take_changed());
  CHECK(h.on_disk(noon + 1min) == household{});
}

TEST_CASE("what is over stays over, and a clock that is behind does not wake it again") {
  auto h = kept_book{{{}, {boost(noon - 1h, 90min), holiday(noon - 2h, noon - 1h)}}};
  h.book.redate(by_the_clock(0h), noon);
  CHECK(h.ends() == times{noon + 30min});
  CHECK(h.on_disk(noon).wishes.size() == 1);
  h.book.pass(noon + 30min);
  CHECK(h.ends().empty());
  CHECK(h.on_disk(noon + 30min) == household{});
  h.book.redate(by_network(-1h), noon + 31min);
  CHECK(h.ends().empty());
}

TEST_CASE("a wish of this run keeps its length, whatever becomes of the date") {
  auto h = kept_book{};
  REQUIRE(!h.book.wish(boost(noon, 2h), noon));
  h.book.redate(by_the_clock(-5h), noon + 1min);
  CHECK(h.ends() == times{noon + 2h});
  h.book.redate(by_network(400h), noon + 10min);
  CHECK(h.ends() == times{noon + 2h});
  const auto kept = h.on_disk(noon + 10min);
  REQUIRE(kept.wishes.size() == 1);
  CHECK(kept.wishes[0].until == noon + 402h);
}

TEST_CASE("what was kept goes back to the disk with its own end, past any false date") {
  const auto before = household{{}, {holiday(noon - 1h, noon + 80h)}};
  auto h = kept_book{before};
  REQUIRE(!h.book.schedule("bed", {{whole_week, 6h, celsius(18)}}));
  CHECK(h.on_disk(noon).wishes == before.wishes);
  h.book.redate(by_the_clock(-3h), noon);
  REQUIRE(!h.book.schedule("bed", {{whole_week, 7h, celsius(18)}}));
  CHECK(h.on_disk(noon).wishes == before.wishes);
  h.book.redate(by_the_clock(7h), noon + 1h);
  REQUIRE(!h.book.schedule("bed", {{whole_week, 8h, celsius(18)}}));
  CHECK(h.on_disk(noon + 1h).wishes == before.wishes);
  h.book.redate(by_network(5h), noon + 2h);
  CHECK(h.on_disk(noon + 2h).wishes == before.wishes);
}

TEST_CASE("after a restart no wish lasts longer than it was made for, however late the clock") {
  auto h = kept_book{{{}, {boost(noon + 6h, 2h)}}};
  h.book.redate(by_the_clock(0h), noon);
  REQUIRE(h.ends() == times{noon + 2h});
  CHECK(h.book.wanted().wishes[0].holds(noon));
  // Looked at later, it is not made longer either.
  h.book.redate(by_the_clock(1min), noon + 1h);
  CHECK(h.ends() == times{noon + 2h});
}

TEST_CASE("a wish is kept as soon as its date is one to keep it by") {
  auto h = kept_book{};
  REQUIRE(!h.book.wish(boost(noon, 2h), noon));
  CHECK_FALSE(h.book.keeps_wishes(noon));
  CHECK(h.on_disk(noon) == household{});
  h.book.redate(by_the_clock(1h), noon + 1s);
  CHECK_FALSE(h.book.keeps_wishes(noon + 1s));
  CHECK(h.on_disk(noon + 1s) == household{});
  const auto believed = noon + 1s + date_belief::assumed_for;
  CHECK(h.on_disk(believed - 1ms) == household{});
  CHECK(h.book.keeps_wishes(believed));
  const auto kept = h.on_disk(believed);
  REQUIRE(kept.wishes.size() == 1);
  CHECK(kept.wishes[0].until == noon + 3h);
}

TEST_CASE("a page says nothing to a dispatcher before it knows what that one lives by") {
  auto book = household_book{shared(small_house())};
  book.redate(exact_dates, noon);
  REQUIRE(!book.wish(holiday(noon, noon + 9h), noon));
  CHECK_FALSE(book.take_changed());
  book.take_over({{}, {boost(noon - 1h, 2h)}}, noon);
  CHECK(book.take_changed());
  CHECK(book.wanted().wishes.size() == 2);
  CHECK_FALSE(book.take_changed());
  // What it says later is an echo.
  REQUIRE(book.end("boost-1"));
  book.take_over({{}, {boost(noon - 1h, 2h)}}, noon);
  CHECK(book.wanted().wishes.size() == 1);
}

TEST_CASE("of what the dispatcher lives by only that goes on which nobody has said since") {
  auto book = household_book{shared(small_house())};
  const auto seen = household{{}, {boost(noon - 1h, 2h), holiday(noon - 1h, noon + 9h)}};
  REQUIRE(!book.take_up(household_to_text(seen), noon));
  book.redate(exact_dates, noon);
  REQUIRE(book.end("boost-1"));
  REQUIRE(!book.wish(holiday(noon, noon + 1h, "holiday-2"), noon));
  auto told = seen;
  told.wishes.push_back({"own", wish_kind::setpoint, "bed", celsius(18), "Bo", noon, noon + 1h});
  told.wishes.push_back(
      {"over", wish_kind::setpoint, "living", celsius(18), "Bo", noon - 2h, noon});
  told.wishes.push_back({"gone", wish_kind::setpoint, "attic", celsius(18), "Bo", noon, noon + 1h});
  told.schedules["bed"] = {{whole_week, 6h, celsius(18)}};
  book.take_over(told, noon);
  auto ids = std::vector<std::string>{};
  for (const auto& w : book.wanted().wishes) ids.push_back(w.id);
  CHECK(ids == std::vector<std::string>{"own", "holiday-2"});
  // The disk could be read: a schedule that is not there was taken back.
  CHECK(book.wanted().schedules.empty());
}

TEST_CASE("what nobody could read from the disk goes on as the dispatcher says it") {
  auto book = household_book{shared(small_house())};
  book.redate(exact_dates, noon);
  CHECK(book.take_up("{", noon));
  book.take_over({{{"bed", {{whole_week, 6h, celsius(18)}}}}, {boost(noon - 1h, 2h)}}, noon);
  CHECK(book.wanted().schedules.contains("bed"));
  CHECK(book.wanted().wishes.size() == 1);
  const auto kept = book.take_kept(noon);
  REQUIRE(kept);
  CHECK(*household_from_text(*kept) == book.wanted());
}

TEST_CASE("without a date a kept wish stands as the dispatcher has it, until there is a date") {
  auto h = kept_book{{{}, {holiday(noon + 2h, noon + 8h)}}, {{}, {holiday(noon - 1h, noon + 5h)}}};
  CHECK(h.ends() == times{noon + 5h});
  CHECK(h.on_disk(noon).wishes == std::vector{holiday(noon + 2h, noon + 8h)});
  h.book.redate(by_network(3h + 30min), noon);
  CHECK(h.ends() == times{noon + 4h + 30min});
  CHECK(h.on_disk(noon).wishes.size() == 1);
}

TEST_CASE("a zone that the layout has no more has its schedule again when its name comes back") {
  auto renamed = small_house();
  renamed.plant->zones[1].name = "nursery";
  const auto before = household{
      {{"bed", {{whole_week, 6h, celsius(18)}}}, {"living", {{whole_week, 6h, celsius(21)}}}},
      {{"w1", wish_kind::setpoint, "bed", celsius(19), "Ann", noon - 1h, noon + 5h}}};

  auto book = household_book{shared(std::move(renamed))};
  book.redate(exact_dates, noon);
  REQUIRE(!book.take_up(household_to_text(before), noon));
  CHECK(book.wanted().schedules.size() == 1);
  CHECK(book.wanted().wishes.empty());
  REQUIRE(!book.schedule("nursery", {{whole_week, 7h, celsius(20)}}));
  const auto kept = book.take_kept(noon);
  REQUIRE(kept);

  auto again = household_book{shared(small_house())};
  again.redate(exact_dates, noon + 1h);
  REQUIRE(!again.take_up(*kept, noon + 1h));
  CHECK(again.wanted() == before);
  // Said anew, it is no stranger's any more.
  REQUIRE(!again.schedule("bed", {}));
  const auto after = again.take_kept(noon + 1h);
  REQUIRE(after);
  CHECK_FALSE(household_from_text(*after)->schedules.contains("bed"));
  CHECK(household_from_text(*after)->schedules.contains("nursery"));
}

TEST_CASE("schedules of strangers are bounded, and so is what is read of wishes") {
  auto before = household{};
  for (auto i = 0; i < 100; ++i) {
    const auto number = std::to_string(100 + i);
    before.schedules["attic " + number] = {{whole_week, 6h, celsius(18)}};
    before.wishes.push_back(boost(noon - 1h, 2h, "boost-" + number));
    before.wishes.back().zone = "attic " + number;
  }
  before.schedules[std::string(200, 'a')] = {{whole_week, 6h, celsius(18)}};
  auto h = kept_book{before};
  h.book.redate(exact_dates, noon);
  CHECK(h.book.wanted() == household{});
  const auto kept = h.on_disk(noon);
  CHECK(kept.schedules.size() == household_book::strangers_most);
  CHECK(kept.schedules.contains("attic 100"));
  REQUIRE(kept.wishes.size() == limits::household_wishes);
  CHECK(kept.wishes.back().id == "boost-199");
}
