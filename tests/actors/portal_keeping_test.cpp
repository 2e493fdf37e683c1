#include "actors/portal/household_text.hpp"
#include "tests/actors/page_house.hpp"

namespace {

using namespace hearth;
using namespace hearth::testing;

constexpr auto leases = "/api/v1/control/leases";
constexpr auto bed = "/api/v1/control/schedules/bed";

page_json boost(int for_s = 3600) { return {{"kind", "boost"}, {"for_s", for_s}}; }
page_json warm_at(const char* from) {
  return {{"entries", {{{"days", {1, 2, 3}}, {"from", from}, {"setpoint_c", 21}}}}};
}

std::string setting(page_house& h, const char* name) {
  const auto text = h.disk->setting(name);
  REQUIRE(text);
  return text->value_or("nothing");
}

/// What would stand after a restart.
std::size_t wishes_on_disk(page_house& h) {
  const auto text = h.disk->setting("household");
  REQUIRE(text);
  if (!*text) return 0;
  const auto read = household_from_text(**text);
  REQUIRE(read);
  return read->wishes.size();
}

}  // namespace

TEST_CASE(
    "a wish without a date stands at once, is said not to be kept, and is kept with the date") {
  auto h = page_house{};
  h.start(dating{});
  const auto got = h.ask(h.household, "POST", leases, boost());
  CHECK(got.status == 201);
  CHECK(body_of(got)["kept"] == false);
  const auto told = h.page->take_household();
  REQUIRE(told);
  CHECK(told->wishes.size() == 1);
  // The disk is well: a schedule needs no date.
  const auto put = h.ask(h.household, "PUT", bed, warm_at("06:30"));
  CHECK(put.status == 200);
  CHECK_FALSE(body_of(put).contains("kept"));
  CHECK(wishes_on_disk(h) == 0);
  h.page->redate({24h, date_trust::good, date_source::network_time}, h.now);
  h.pass(1s);
  CHECK(wishes_on_disk(h) == 1);
  CHECK(h.page->take_events().empty());
  CHECK_FALSE(body_of(h.ask(h.household, "POST", leases, boost())).contains("kept"));
}

TEST_CASE("by a date that nobody confirms a wish is kept once it has stood for a while") {
  auto h = page_house{};
  h.start({1h, date_trust::assumed, date_source::system_clock});
  CHECK(body_of(h.ask(h.household, "POST", leases, boost()))["kept"] == false);
  h.pass(date_belief::assumed_for - 1s);
  CHECK(wishes_on_disk(h) == 0);
  h.pass(1s);
  CHECK(wishes_on_disk(h) == 1);
  CHECK_FALSE(body_of(h.ask(h.household, "POST", leases, boost())).contains("kept"));
}

TEST_CASE("what cannot be read is put aside before anything new is written, and told once") {
  const auto newer = std::string{R"({"schedules":{},"wishes":[],"vacations":["Crete"]})"};
  auto h = page_house{};
  REQUIRE(!h.disk->set_setting("household", newer));
  h.start();
  const auto said = h.page->take_events();
  REQUIRE(count_kind(said, "page-unread") == 1);
  CHECK(said[0].text.find("put aside") != std::string::npos);
  CHECK(setting(h, "household-unread") == newer);
  CHECK(setting(h, "household-unread-at") == to_iso8601(noon));
  // Whoever can read it may come back: nothing is written that nobody asked for.
  h.page->redate({1h, date_trust::good, date_source::network_time}, h.now);
  h.pass(1min);
  CHECK(setting(h, "household") == newer);
  h.start();
  CHECK(h.page->take_events().empty());
  REQUIRE(h.ask(h.household, "PUT", bed, warm_at("06:30")).status == 200);
  CHECK(setting(h, "household") != newer);
  CHECK(setting(h, "household-unread") == newer);
  h.start();
  CHECK(h.page->take_events().empty());
  CHECK(h.page->wanted().schedules.contains("bed"));
}

TEST_CASE("what cannot be put aside is not overwritten, and what is wished stands meanwhile") {
  const auto damaged = std::string{"{\"schedules\":{\"living\"\xff"};
  auto h = page_house{};
  REQUIRE(!h.disk->set_setting("household", damaged));
  h.disk->full = true;
  h.start();
  const auto put = h.ask(h.household, "PUT", bed, warm_at("06:30"));
  CHECK(put.status == 200);
  CHECK(body_of(put)["kept"] == false);
  CHECK(count_kind(h.page->take_events(), "page-unkept") == 1);
  CHECK(setting(h, "household") == damaged);
  h.disk->full = false;
  h.pass(1s);
  CHECK(count_kind(h.page->take_events(), "page-unread") == 1);
  CHECK(setting(h, "household-unread") == damaged);
  REQUIRE(household_from_text(setting(h, "household")));
}

TEST_CASE("a disk that cannot be read for a while is read later, and nothing is lost by it") {
  auto h = page_house{};
  REQUIRE(h.ask(h.household, "PUT", bed, warm_at("06:30")).status == 200);
  REQUIRE(h.ask(h.household, "POST", leases, boost()).status == 201);
  const auto before = setting(h, "household");
  h.disk->unreadable = true;
  h.start();
  CHECK(h.page->wanted() == household{});
  const auto put = h.ask(h.household, "PUT", "/api/v1/control/schedules/living", warm_at("07:00"));
  CHECK(put.status == 200);
  CHECK(body_of(put)["kept"] == false);
  h.pass(10s);
  CHECK(count_kind(h.page->take_events(), "page-unread") == 1);
  h.disk->unreadable = false;
  CHECK(setting(h, "household") == before);
  h.pass(1s);
  CHECK(h.page->wanted().schedules.size() == 2);
  CHECK(h.page->wanted().wishes.size() == 1);
  h.start();
  CHECK(h.page->wanted().schedules.size() == 2);
  CHECK(h.page->wanted().wishes.size() == 1);
}
