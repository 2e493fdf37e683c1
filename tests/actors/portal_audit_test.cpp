#include "actors/portal/request_checks.hpp"
#include "tests/actors/page_people.hpp"

#include <algorithm>

using namespace hearth;
using namespace hearth::testing;

namespace {

constexpr auto users = "/api/v1/users";

}  // namespace

TEST_CASE("every action and every refusal of the people's API is in the audit log") {
  auto page = page_people{};
  auto ines = page.claimed();
  auto vera = page.added(ines, "Vera", "viewer");
  page.log_in(vera, "Ines", "wrong");
  page.ask(vera, "GET", users);
  page.ask(ines, "PUT", "/api/v1/users/Vera", {{"role", "household"}});
  page.ask(ines, "PUT", "/api/v1/password", {{"old", "wrong"}, {"new", "a wholly new sentence"}});
  page.ask(ines, "PUT", "/api/v1/password",
           {{"old", page.ines_password}, {"new", "a wholly new sentence"}});
  auto forged = boost(page, ines);
  forged.headers["x-hearth-token"] = "forged";
  tries_to_act(page, forged);
  page.ask(ines, "DELETE", "/api/v1/users/Vera");
  page.ask(ines, "POST", "/api/v1/logout", page_json::object());
  for (const auto* did :
       {"claim", "add-user", "login", "change-user", "password", "remove-user", "logout"})
    CHECK_MESSAGE(page.lines_of(did, true) == 1, did);
  for (const auto* refused : {"login", "role", "password", "csrf"})
    CHECK_MESSAGE(page.lines_of(refused, false) == 1, refused);
  for (const auto& line : page.lines()) {
    CHECK_FALSE(line.from.empty());
    CHECK(line.detail.find("sentence") == std::string::npos);  // no password, ever
  }
}

TEST_CASE("a flood of refusals is counted and not written one by one") {
  auto page = page_people{};
  auto ines = page.claimed();
  const auto before = page.disk->writes;
  for (auto i = 0; i < 10'000; ++i) {
    const auto b = browser{"10.0." + std::to_string(i % 200) + ".1"};
    tries_to_act(page, page.request(b, "GET", "/api/v1/now"));
    page.now += 10ms;
    if (i % 100 == 0) page.door->take_ended(page.now);
  }
  CHECK(page.disk->writes - before <= 3);
  page.now += 10min;
  const auto lines = page.lines();
  CHECK(lines.size() <= 140);
  CHECK(std::ranges::any_of(lines, [](const auto& l) {
    return l.action == "refused" && l.detail.find(" more, the last: ") != std::string::npos;
  }));
}

TEST_CASE("an installer reads the audit log page by page, the newest first") {
  auto page = page_people{};
  auto ines = page.claimed();
  for (auto i = 0; i < 30; ++i)
    page.door->note("Ines", boost(page, ines), "lease", "number " + std::to_string(i), true,
                    page.now);
  auto asked = page.request(ines, "GET", "/api/v1/audit");
  asked.query = {{"limit", "20"}};
  auto said = body_of(page.ask(asked));
  REQUIRE(said["items"].size() == 20);
  CHECK(said["items"][0]["detail"] == "number 29");
  CHECK(said["items"][0]["at_ms"] == page.now.time_since_epoch().count());
  CHECK(said["more"] == true);
  asked.query.emplace("before", std::to_string(said["items"][19]["number"].get<int>()));
  said = body_of(page.ask(asked));
  CHECK(said["items"][0]["detail"] == "number 9");
  CHECK(said["items"].size() == 11);
  CHECK(said["more"] == false);
  for (const auto& [key, text] : {std::pair{"limit", "0"},
                                  {"limit", "501"},
                                  {"limit", "x"},
                                  {"before", "-1"},
                                  {"before", "99999999999999999999"},
                                  {"user", "Ines"}}) {
    asked.query = {{key, text}};
    CHECK(page.ask(asked).status == 422);
  }
}

TEST_CASE(
    "what the disk refuses of the audit log is kept in memory, bounded, and its loss is told") {
  auto page = page_people{};
  auto ines = page.claimed();
  page.disk->fails_to_write = fault{fault_code::overflow, "the disk is full"};
  for (auto i = 0; i < 1'500; ++i)
    page.door->note("Ines", boost(page, ines), "lease", std::to_string(i), true, page.now);
  page.disk->fails_to_write.reset();
  const auto lines = page.lines();
  REQUIRE_FALSE(lines.empty());
  CHECK(lines.front().detail == "500 lines were lost: the disk refused them");
  CHECK(lines[1].detail == "1499");
}

TEST_CASE("headers of a request are read without believing them") {
  CHECK(cookies_named("a=1; b=2; a=3", "a") == std::vector<std::string>{"1", "3"});
  CHECK(cookies_named("ab=1;a =2;=3;a", "a").empty());
  CHECK(cookies_named("a=1;a=2;a=3;a=4;a=5;a=6", "a").size() == cookies_looked_at);
  CHECK(bearer_token("Bearer abc") == "abc");
  CHECK(bearer_token("bearer   abc ") == "abc");
  for (const auto* none :
       {"", "Bearer", "Bearer ", "Basic abc", "Bearer a b", "Bearer\tabc", "Bearer a\x80"})
    CHECK_FALSE(bearer_token(none));
}
