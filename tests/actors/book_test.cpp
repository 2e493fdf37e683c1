#include "actors/book.hpp"

#include "actors/node/memory_text.hpp"
#include "actors/node/settle.hpp"
#include "protocol/hex.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace std::chrono_literals;

namespace {

const auto noon = *from_iso8601("2020-01-15T12:00:00Z");

contract sold(int i) {
  return {"c" + std::to_string(i), noon + i * 1h, 1h, 4 * kilowatt, 120 * usd_per_mwh};
}

contract_report over(int i, energy metered = 3990 * watt_hour) {
  const auto terms = sold(i);
  auto r = contract_report{terms.id,         contract_status::completed, "",
                           terms.promised(), settled_energy(metered),    terms.end()};
  r.settled = settlement{"", 0, terms.start, terms.length, terms.price, 0s, ""};
  return r;
}

/// A house's book of so many contracts, as its node hears of it.
std::vector<settled_contract> heard(int count, settlement_book book = {"maple-12", "b1"}) {
  auto out = std::vector<settled_contract>{};
  for (auto i = 0; i < count; ++i) {
    auto r = over(i);
    book.enter(r);
    out.push_back({r, sold(i)});
  }
  return out;
}

}  // namespace

TEST_CASE("house and node come to the same chain, each from what it knows") {
  const auto s = settle("maple-12", heard(5));
  CHECK(s.agrees());
  REQUIRE(s.lines.size() == 5);
  CHECK(s.kept == 5);
  CHECK(s.promised == 20 * kilowatt_hour);
  CHECK(s.metered.in(watt_hour) == doctest::Approx(5 * 3990));
  CHECK(s.cost.in(us_dollar) == doctest::Approx(5 * 3.99e-3 * 120));
  CHECK(s.end.size() == 64);
}

TEST_CASE("entries come in any order: history is slower than news") {
  auto all = heard(5);
  std::swap(all[0], all[3]);
  std::swap(all[1], all[4]);
  const auto s = settle("maple-12", all);
  CHECK(s.agrees());
  CHECK(s.lines.front().entered.contract_id == "c0");
}

TEST_CASE("what was changed, taken out or put in is found, and what") {
  auto all = heard(5);
  const auto told = [&](const char* why) {
    const auto s = settle("maple-12", all);
    CHECK_FALSE(s.agrees());
    auto found = std::string{};
    for (const auto& l : s.lines) found += l.why + ";";
    CAPTURE(found);
    CHECK(found.find(why) != std::string::npos);
    return s;
  };
  SUBCASE("the metered energy") {
    all[2].entered.metered += 1 * watt_hour;
    CHECK(told("its chain").differing == 1);
  }
  SUBCASE("the promise") {
    all[2].entered.promised -= 1 * watt_hour;
    all[2].sold->average = 3 * kilowatt;
    told("sold were 3.000 kWh");
  }
  SUBCASE("the price") {
    all[2].sold->price = 121 * usd_per_mwh;
    told("another price");
  }
  SUBCASE("the slot") {
    all[2].sold->start += 1h;
    told("another slot");
  }
  SUBCASE("how it ended") {
    all[2].entered.status = contract_status::given_up;
    told("its chain");
  }
  SUBCASE("one that nobody sold") {
    all[2].sold.reset();
    told("no such contract");
  }
  SUBCASE("one is missing") {
    all.erase(all.begin() + 2);
    const auto s = told("is not here");
    REQUIRE(s.missing.size() == 1);
    CHECK(s.missing[0].first == 3);
    CHECK(s.missing[0].last == 3);
    CHECK(s.unchecked == 1);
  }
  SUBCASE("one number twice, as of a card that was copied back") {
    all.push_back(all[4]);
    told("two entries");
  }
  SUBCASE("of another site") { CHECK_FALSE(settle("oak-3", all).agrees()); }
}

TEST_CASE("a house that begins a new book is told, and both are checked") {
  auto all = heard(3);
  const auto more = heard(2, {"maple-12", "b2"});
  all.insert(all.end(), more.begin(), more.end());
  const auto s = settle("maple-12", all);
  CHECK(s.agrees());
  CHECK(s.books == 2);
}

TEST_CASE("a book goes on where it was kept") {
  auto book = settlement_book{"maple-12", "b1"};
  auto first = over(0);
  book.enter(first);
  auto again = settlement_book::from_text(book.text());
  REQUIRE(again);
  auto one = over(1), other = over(1);
  book.enter(one);
  again->enter(other);
  CHECK(one == other);
  CHECK(one.settled->entry == 2);
  for (const auto* no_book : {"", "b1", "b1 x", "b1 3 zz", "b1 3 abcd"})
    CHECK_FALSE(settlement_book::from_text(no_book));
}

TEST_CASE(
    "a contract is kept within two percent or fifty watt hours, and only if it ran to its end") {
  const auto kept = [](energy metered, contract_status how = contract_status::completed) {
    auto book = settlement_book{"maple-12", "b1"};
    auto r = over(0, metered);
    r.status = how;
    book.enter(r);
    return settle("maple-12", {{r, sold(0)}}).kept == 1;
  };
  CHECK(kept(4080 * watt_hour));
  CHECK(kept(3920 * watt_hour));
  CHECK_FALSE(kept(4081 * watt_hour));
  CHECK_FALSE(kept(3919 * watt_hour));
  CHECK_FALSE(kept(4000 * watt_hour, contract_status::given_up));
}

TEST_CASE("only the slots asked for are told, and the whole chain is checked") {
  auto all = heard(5);
  all[0].sold->price.reset();
  const auto s = settle("maple-12", all, noon + 2h, noon + 4h);
  CHECK(s.lines.size() == 2);
  CHECK(s.kept == 2);
  CHECK_FALSE(s.agrees());
}

TEST_CASE("what is settled comes back from the store as it was") {
  for (const auto& one : heard(2)) CHECK(*settled_from(text_of(one)) == one);
  auto unsold = heard(1).front();
  unsold.sold.reset();
  unsold.entered.settled->price.reset();
  CHECK(*settled_from(text_of(unsold)) == unsold);
  for (const auto* no : {"", "{}", "[]", R"({"entered":{},"sold":null})"})
    CHECK_FALSE(settled_from(no));
}

TEST_CASE("a settlement is told to people, to jq and to awk") {
  const auto s = settle("maple-12", heard(2));
  CHECK(page_of(s).find("both books agree") != std::string::npos);
  CHECK(json_of(s).find("\"agrees\":true") != std::string::npos);
  const auto table = table_of(s);
  CHECK(std::count(table.begin(), table.end(), '\n') == 3);
  CHECK(table.starts_with("start\tlength_s\tcontract_id"));
  CHECK(page_of(settle("maple-12", {})).find("nothing has been settled") != std::string::npos);
}

TEST_CASE("a contract is entered once, though a house that was away says its end again") {
  auto book = settlement_book{"maple-12", "b1"};
  auto once = over(0);
  book.enter(once);
  auto later = *settlement_book::from_text(book.text());
  auto again = over(0);
  again.status = contract_status::given_up;
  later.enter(again);
  CHECK_FALSE(again.settled);
  CHECK(later.entries() == 1);
}
