#include "tests/actors/page_house.hpp"

namespace {

using namespace hearth;
using namespace hearth::testing;

constexpr auto leases = "/api/v1/control/leases";

page_json boost(int for_s = 3600) { return {{"kind", "boost"}, {"for_s", for_s}}; }

}  // namespace

TEST_CASE("a household boosts the house, and the boost ends by itself") {
  auto h = page_house{};
  static_cast<void>(h.page->take_household());
  const auto got = h.ask(h.household, "POST", leases, boost());
  CHECK(got.status == 201);
  const auto lease = body_of(got);
  CHECK(lease["kind"] == "boost");
  CHECK(lease["by"] == "Hanna");
  CHECK(lease["until_ms"] == (noon + 1h).time_since_epoch().count());
  const auto told = h.page->take_household();
  REQUIRE(told);
  REQUIRE(told->wishes.size() == 1);
  CHECK(told->wishes[0].until == noon + 1h);
  CHECK(h.get(h.viewer, "/api/v1/now")["zones"][0]["setpoint_c"] == 22);

  h.pass(59min);
  CHECK(!h.page->take_household());
  h.pass(1min);
  const auto after = h.page->take_household();
  REQUIRE(after);
  CHECK(after->wishes.empty());
  const auto control = h.get(h.viewer, "/api/v1/control");
  CHECK(control["leases"].empty());
  CHECK(control["zones"][0]["setpoint_c"] == 20);
}

TEST_CASE("a newer wish of one kind for one zone takes the place of the older") {
  auto h = page_house{};
  const auto set = [&](const char* zone, double c) {
    return h
        .ask(h.household, "POST", leases,
             {{"kind", "setpoint"}, {"zone", zone}, {"setpoint_c", c}, {"for_s", 600}})
        .status;
  };
  CHECK(set("living", 21) == 201);
  CHECK(set("living", 22) == 201);
  CHECK(set("bed", 18) == 201);
  const auto control = h.get(h.viewer, "/api/v1/control");
  CHECK(control["leases"].size() == 2);
  CHECK(control["zones"][0]["setpoint_c"] == 22);
  CHECK(control["zones"][0]["base_c"] == 20);
  CHECK(control["zones"][1]["setpoint_c"] == 18);
}

TEST_CASE("a wish that the house cannot grant is refused with the part that is wrong") {
  auto h = page_house{};
  struct wrong {
    page_json body;
    std::string field;
  };
  const auto all = std::vector<wrong>{
      {{{"kind", "setpoint"}, {"zone", "living"}, {"setpoint_c", 31}, {"for_s", 60}}, "setpoint_c"},
      {{{"kind", "setpoint"}, {"zone", "attic"}, {"setpoint_c", 20}, {"for_s", 60}}, "zone"},
      {{{"kind", "setpoint"}, {"setpoint_c", 20}, {"for_s", 60}}, "zone"},
      {{{"kind", "setpoint"}, {"zone", "living"}, {"for_s", 60}}, "setpoint_c"},
      {{{"kind", "boost"}, {"for_s", 5 * 3600}}, "for_s"},
      {{{"kind", "boost"}, {"for_s", 0}}, "for_s"},
      {{{"kind", "boost"}, {"for_s", 1.5}}, "for_s"},
      {{{"kind", "boost"}}, "for_s"},
      {{{"kind", "party"}, {"for_s", 60}}, "kind"},
      {{{"kind", "boost"}, {"for_s", 60}, {"value", 1}}, "value"},
      {{{"kind", "boost"}, {"for_s", 60}, {"colour", "red"}}, "colour"},
  };
  for (const auto& each : all) {
    CAPTURE(each.body.dump());
    const auto got = h.ask(h.household, "POST", leases, each.body);
    CHECK(got.status == 422);
    CHECK(body_of(got)["field"] == each.field);
  }
  CHECK(h.page->wanted().wishes.empty());
}

TEST_CASE("a viewer sees what is wished and can wish nothing") {
  auto h = page_house{};
  REQUIRE(h.ask(h.household, "POST", leases, boost()).status == 201);
  const auto lease = h.get(h.viewer, "/api/v1/control")["leases"][0];
  CHECK(lease["yours_to_end"] == false);
  const auto id = lease["id"].get<std::string>();
  CHECK(h.ask(h.viewer, "POST", leases, boost()).status == 403);
  CHECK(h.ask(h.viewer, "DELETE", std::string{leases} + "/" + id).status == 403);
  CHECK(
      h.ask(h.viewer, "PUT", "/api/v1/control/schedules/living", {{"entries", page_json::array()}})
          .status == 403);
  CHECK(h.page->wanted().wishes.size() == 1);
}

TEST_CASE("a wish is ended by whoever lives there, once") {
  auto h = page_house{};
  const auto id = body_of(h.ask(h.household, "POST", leases, boost()))["id"].get<std::string>();
  const auto path = std::string{leases} + "/" + id;
  CHECK(h.ask(h.installer, "DELETE", path).status == 204);
  CHECK(h.ask(h.installer, "DELETE", path).status == 404);
  CHECK(h.page->wanted().wishes.empty());
}

TEST_CASE("an installer holds an actuator through the dispatcher, and nobody else does") {
  auto h = page_house{};
  const auto body =
      page_json{{"kind", "hold"}, {"channel", "valve.position"}, {"value", 0.5}, {"for_s", 600}};
  CHECK(h.ask(h.household, "POST", leases, body).status == 403);
  auto got = h.asked(h.installer, "POST", leases, body);
  REQUIRE(std::holds_alternative<asked_of_dispatcher>(got));
  const auto asked = std::get<asked_of_dispatcher>(std::move(got));
  CHECK(asked.wish.rank == authority::admin);
  CHECK(asked.wish.lease == 600s);
  const auto wanted = std::get<hold>(asked.wish.wish);
  CHECK(wanted.channel == "valve.position");
  CHECK(wanted.value == measured{0.5, unit::fraction});
  const auto granted = outcome{asked.id, true, "held for 10 min"};
  const auto lease = asked.render(&granted);
  CHECK(lease.status == 201);
  CHECK(body_of(lease)["id"] == asked.id);
  CHECK(h.page->take_look_at_standing());
  const auto refused = outcome{asked.id, false, "a fraction is from 0 to 1"};
  const auto no = asked.render(&refused);
  CHECK(no.status == 422);
  CHECK(body_of(no)["error"] == "a fraction is from 0 to 1");
  CHECK(asked.render(nullptr).status == 503);
}

TEST_CASE("one hold of several is ended by one that ends at once") {
  auto h = page_house{};
  auto all = standing_wishes{};
  all.leases.push_back({"hold-1", "hp.enable", switched(true), "hold", "by Ines", h.now + 10min});
  all.leases.push_back(
      {"hold-2", "valve.position", measured{0.5, unit::fraction}, "hold", "by Ines", h.now + 5min});
  all.leases.push_back({{}, {}, {}, "shed", "the grid asks", h.now + 5min});
  h.page->stand(all, h.now);
  const auto control = h.get(h.installer, "/api/v1/control");
  REQUIRE(control["leases"].size() == 3);
  CHECK(h.ask(h.household, "DELETE", std::string{leases} + "/hold-2").status == 403);
  auto got = h.asked(h.installer, "DELETE", std::string{leases} + "/hold-2");
  REQUIRE(std::holds_alternative<asked_of_dispatcher>(got));
  const auto asked = std::get<asked_of_dispatcher>(std::move(got));
  CHECK(std::get<hold>(asked.wish.wish).channel == "valve.position");
  CHECK(asked.wish.lease == duration{1});
  const auto done = outcome{asked.id, true, "held for 1 ms"};
  CHECK(asked.render(&done).status == 204);
  // What the grid asks is nobody's to end.
  CHECK(h.ask(h.installer, "DELETE", std::string{leases} + "/shed").status == 404);
}

TEST_CASE("a schedule is set by the week and outlives the program, as a wish does until its end") {
  auto h = page_house{};
  const auto entries = page_json::array(
      {{{"days", {1, 2, 3, 4, 5}}, {"from", "06:30"}, {"setpoint_c", 21}},
       {{"days", {1, 2, 3, 4, 5, 6, 7}}, {"from", "22:00"}, {"setpoint_c", 17.5}}});
  const auto put =
      h.ask(h.household, "PUT", "/api/v1/control/schedules/living", {{"entries", entries}});
  CHECK(put.status == 200);
  CHECK(body_of(put)["schedule"] == entries);
  REQUIRE(h.ask(h.household, "POST", leases, boost(3600)).status == 201);
  REQUIRE(h.ask(h.household, "POST", leases,
                {{"kind", "setpoint"}, {"zone", "bed"}, {"setpoint_c", 18}, {"for_s", 600}})
              .status == 201);
  // 07:00 in Maine on a Wednesday.
  CHECK(h.get(h.viewer, "/api/v1/control")["zones"][0]["base_c"] == 21);

  h.now += 20min;
  h.people.now += 20min;
  h.seen.pass(20min);
  h.start();
  const auto told = h.page->take_household();
  REQUIRE(told);
  CHECK(told->schedules.at("living").size() == 2);
  REQUIRE(told->wishes.size() == 1);
  CHECK(told->wishes[0].kind == wish_kind::boost);
  CHECK(told->wishes[0].until == noon + 1h);
  CHECK(h.ask(h.household, "PUT", "/api/v1/control/schedules/living",
              {{"entries", page_json::array()}})
            .status == 200);
  CHECK(h.page->take_household()->schedules.empty());
}

TEST_CASE("a schedule that no week has is refused as a whole") {
  auto h = page_house{};
  const auto put = [&](const page_json& entry, const char* zone = "living") {
    return h
        .ask(h.household, "PUT", std::string{"/api/v1/control/schedules/"} + zone,
             {{"entries", {entry}}})
        .status;
  };
  CHECK(put({{"days", {1}}, {"from", "24:00"}, {"setpoint_c", 20}}) == 422);
  CHECK(put({{"days", {1}}, {"from", "6:30"}, {"setpoint_c", 20}}) == 422);
  CHECK(put({{"days", {8}}, {"from", "06:30"}, {"setpoint_c", 20}}) == 422);
  CHECK(put({{"days", page_json::array()}, {"from", "06:30"}, {"setpoint_c", 20}}) == 422);
  CHECK(put({{"days", {1}}, {"from", "06:30"}, {"setpoint_c", 40}}) == 422);
  CHECK(put({{"days", {1}}, {"from", "06:30"}}) == 422);
  CHECK(put({{"days", {1}}, {"from", "06:30"}, {"setpoint_c", 20}}, "attic") == 404);
  CHECK(h.page->wanted().schedules.empty());
}

TEST_CASE("wishes of before wait until somebody knows the date") {
  auto h = page_house{};
  REQUIRE(h.ask(h.household, "POST", leases, boost(3600)).status == 201);
  h.start(dating{});
  const auto before = h.page->take_household();
  REQUIRE(before);
  CHECK(before->wishes.empty());
  // The house began in another year; half an hour has passed meanwhile.
  const auto shift = duration{std::chrono::hours{24 * 400}};
  h.now = noon - shift + 30min;
  h.page->redate({shift, date_trust::good, date_source::network_time}, h.now);
  const auto told = h.page->take_household();
  REQUIRE(told);
  REQUIRE(told->wishes.size() == 1);
  CHECK(told->wishes[0].until == h.now + 30min);
  h.start(dating{});
  h.now += 31min;
  h.page->redate({shift, date_trust::good, date_source::network_time}, h.now);
  CHECK(h.page->wanted().wishes.empty());
}

TEST_CASE("a disk that takes no wish is said once, and the wish stands and is kept later") {
  auto h = page_house{};
  h.disk->full = true;
  const auto got = h.ask(h.household, "POST", leases, boost());
  CHECK(got.status == 201);
  CHECK(body_of(got)["kept"] == false);
  h.pass(1s);
  const auto said = h.page->take_events();
  CHECK(count_kind(said, "page-unkept") == 1);
  CHECK(h.page->wanted().wishes.size() == 1);
  CHECK(!*h.disk->setting("household"));

  h.disk->full = false;
  h.pass(1s);
  CHECK(*h.disk->setting("household"));
  CHECK(h.page->take_events().empty());
  h.start();
  CHECK(h.page->wanted().wishes.size() == 1);
}

TEST_CASE("text that is no household of ours takes nothing up and breaks nothing") {
  const auto house = shared(house_with_page());
  for (
      const auto* text :
      {"", "{", "[]", "{}", R"({"schedules":{"living":[1]},"wishes":[]})",
       R"({"schedules":{},"wishes":[{"id":1}]})",
       R"({"schedules":{"living":[{"days":[9],"from":"06:30","setpoint_c":20}]},"wishes":[]})",
       R"({"schedules":{"living":[{"days":[1e300],"from":"06:30","setpoint_c":20}]},"wishes":[]})",
       // What a newer program says besides would be lost by writing down the rest.
       R"({"schedules":{},"wishes":[],"vacations":[]})",
       R"({"schedules":{"living":[{"days":[1],"from":"06:30","setpoint_c":20,"ramp":1}]},"wishes":[]})",
       R"({"schedules":{},"wishes":[{"id":"a","kind":"boost","zone":"","by":"b","since_ms":1,"until_ms":9223372036854775807}]})",
       R"({"schedules":{},"wishes":[{"id":"a","kind":"boost","zone":"","by":"b","since_ms":-1,"until_ms":1}]})",
       R"({"schedules":{},"wishes":[{"id":"a","kind":"boost","zone":"","by":"b","since_ms":1,"until_ms":1e300}]})",
       R"({"schedules":{},"wishes":[{"id":"a","kind":"boost","zone":"","by":"b","since_ms":1,"until_ms":2,"if":"dear"}]})"}) {
    CAPTURE(text);
    auto book = household_book{house};
    book.redate(exact_dates, noon);
    CHECK(book.take_up(text, noon));
    CHECK(book.wanted() == household{});
  }
}

TEST_CASE("what somebody does to the house stands in the audit log with its name") {
  auto h = page_house{};
  REQUIRE(h.ask(h.household, "POST", leases, boost()).status == 201);
  CHECK(h.ask(h.household, "POST", leases, boost(5 * 3600)).status == 422);
  static_cast<void>(h.page->take_ended(h.people.now));
  const auto page = h.people.disk->audit({}, 100);
  REQUIRE(page);
  auto granted = 0, refused = 0;
  for (const auto& line : page->items)
    if (line.action == "lease" && line.user == "Hanna") ++(line.ok ? granted : refused);
  CHECK(granted == 1);
  CHECK(refused == 1);
}
