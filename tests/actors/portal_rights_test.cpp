#include "tests/actors/page_people.hpp"

#include <algorithm>
#include <array>

using namespace hearth;
using namespace hearth::testing;

namespace {

constexpr auto users = "/api/v1/users";

}  // namespace

// ---- requests of other sites

TEST_CASE(
    "CSRF: an action without the session's token, with a wrong or with another session's one is "
    "refused") {
  auto page = page_people{};
  auto ines = page.claimed();
  const auto vera = page.added(ines, "Vera", "household");
  CHECK(tries_to_act(page, boost(page, ines)) == 0);
  auto b = ines;
  b.csrf.clear();
  CHECK(tries_to_act(page, boost(page, b)) == 403);
  for (const auto& wrong : {std::string{"x"}, std::string(64, 'a'), ines.csrf + " ", vera.csrf,
                            ines.cookie.substr(ines.cookie.find('=') + 1)}) {
    b.csrf = wrong;
    CHECK(tries_to_act(page, boost(page, b)) == 403);
  }
}

TEST_CASE(
    "CSRF: an action that a page of another origin asks for is refused, whatever else it has") {
  auto page = page_people{};
  const auto b = page.claimed();
  for (const auto* origin : {"https://evil.example", "null", "http://hearth.local:8443", "",
                             "https://hearth.local", "https://hearth.local:8443.evil.example",
                             "https://evil.example/https://hearth.local:8443"}) {
    auto asked = boost(page, b);
    asked.headers["origin"] = origin;
    CHECK(tries_to_act(page, asked) == 403);
  }
  auto asked = boost(page, b);
  asked.headers.erase("origin");
  CHECK(tries_to_act(page, asked) == 403);
}

TEST_CASE("CSRF: what a browser says to come from another site is refused, even to look") {
  auto page = page_people{};
  const auto b = page.claimed();
  for (const auto* site : {"cross-site", "same-site", "", "SAME-ORIGIN"}) {
    auto asked = boost(page, b);
    asked.headers["sec-fetch-site"] = site;
    CHECK(tries_to_act(page, asked) == 403);
    auto looked = page.request(b, "GET", "/api/v1/now");
    looked.headers["sec-fetch-site"] = site;
    CHECK(tries_to_act(page, looked) == 403);
  }
  auto typed = page.request(b, "GET", "/api/v1/history.csv");
  typed.headers["sec-fetch-site"] = "none";
  CHECK(tries_to_act(page, typed) == 0);
  auto acted = boost(page, b);
  acted.headers["sec-fetch-site"] = "none";
  CHECK(tries_to_act(page, acted) == 403);
}

TEST_CASE("CSRF: a body that a form of another site could send is refused by its type") {
  auto page = page_people{};
  const auto b = page.claimed();
  for (const auto* type :
       {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "",
        "application/jsonp", "application/json; charset=utf-7", "text/plain; application/json"}) {
    auto asked = boost(page, b);
    asked.headers["content-type"] = type;
    CHECK(tries_to_act(page, asked) == 415);
  }
  auto asked = boost(page, b);
  asked.headers["content-type"] = "Application/JSON; charset=UTF-8";
  CHECK(tries_to_act(page, asked) == 0);
}

TEST_CASE("CSRF: nobody is signed in by a page of another site") {
  auto page = page_people{};
  page.claimed();
  auto b = browser{};
  auto asked = page.request(b, "POST", "/api/v1/login",
                            {{"name", "Ines"}, {"password", page.ines_password}});
  asked.headers["origin"] = "https://evil.example";
  CHECK(page.ask(asked).status == 403);
  asked.headers["origin"] = "https://hearth.local:8443";
  asked.headers["content-type"] = "text/plain";
  CHECK(page.ask(asked).status == 415);
  CHECK(page.verified == 0);
}

TEST_CASE("DNS rebinding: under a name that is not its own the house answers nothing") {
  auto page = page_people{};
  const auto b = page.claimed();
  for (const auto* host : {"evil.example:8443", "evil.example", "", "hearth.local.evil.example",
                           "heat.example.org.evil", "hearth.local:x", "[::1", "a b", "x@y.local:1",
                           "1.2.3.4.5", "1.2.3.256"}) {
    auto asked = page.request(b, "GET", "/api/v1/now");
    asked.headers["host"] = host;
    CHECK_MESSAGE(tries_to_act(page, asked) == 403, host);
    asked.path = "/api/v1/session";
    CHECK(page.ask(asked).status == 403);
  }
  for (const auto* host : {"192.168.1.5:8443", "[fe80::1]:8443", "localhost:8480", "hearth",
                           "HEARTH.local.:8443", "heat.example.org", "pi.home.arpa"}) {
    auto asked = page.request(b, "GET", "/api/v1/now");
    asked.headers["host"] = host;
    CHECK_MESSAGE(tries_to_act(page, asked) == 0, host);
  }
}

// ---- roles

TEST_CASE("who is not signed in sees nothing and does nothing") {
  auto page = page_people{};
  page.claimed();
  const auto b = browser{};
  CHECK(tries_to_act(page, page.request(b, "GET", "/api/v1/now")) == 401);
  CHECK(tries_to_act(page, boost(page, b)) == 401);
  for (const auto* method : {"GET", "POST"})
    CHECK(page.ask(page.request(b, method, users, page_json::object())).status == 401);
  CHECK(page.ask(page.request(b, "GET", "/api/v1/audit")).status == 401);
  CHECK(page.ask(page.request(b, "DELETE", "/api/v1/users/Ines")).status == 401);
  CHECK(page.ask(page.request(b, "POST", "/api/v1/logout", page_json::object())).status == 401);
  CHECK(page.ask(page.request(b, "PUT", "/api/v1/password", {{"old", "a"}, {"new", "b"}})).status ==
        401);
}

TEST_CASE("each role may do what those below it may, and nothing more") {
  auto page = page_people{};
  auto ines = page.claimed();
  const auto people =
      std::array{page.added(ines, "Vera", "viewer"), page.added(ines, "Hugo", "household"), ines};
  const auto roles = std::array{role::viewer, role::household, role::installer};
  for (std::size_t has = 0; has < 3; ++has)
    for (std::size_t needs = 0; needs < 3; ++needs)
      CHECK(tries_to_act(page, boost(page, people[has]), roles[needs]) ==
            (has < needs ? 403U : 0U));
}

TEST_CASE("role escalation: only an installer manages users or reads the audit log") {
  auto page = page_people{};
  auto ines = page.claimed();
  for (const auto* may : {"viewer", "household"}) {
    auto b = page.added(ines, std::string{"A "} + may, may);
    CHECK(page.ask(b, "GET", users).status == 403);
    CHECK(page.ask(b, "GET", "/api/v1/audit").status == 403);
    CHECK(page.ask(b, "POST", users,
                   {{"name", "Eve"}, {"role", "installer"}, {"password", page.other_password}})
              .status == 403);
    CHECK(
        page.ask(b, "PUT", std::string{"/api/v1/users/A "} + may, {{"role", "installer"}}).status ==
        403);
    CHECK(page.ask(b, "DELETE", "/api/v1/users/Ines").status == 403);
    CHECK(page.ask(b, "PUT", "/api/v1/password",
                   {{"old", page.other_password},
                    {"new", "gravel and heather"},
                    {"role", "installer"}})
              .status == 422);
  }
  CHECK(page.disk->accounts()->size() == 3);
}

TEST_CASE("mass assignment: a body with anything that was not asked for changes nothing") {
  auto page = page_people{};
  auto b = browser{};
  const auto good = page_json{
      {"code", *page.door->claim_code()}, {"name", "Ines"}, {"password", page.ines_password}};
  auto more = good;
  more["role"] = "installer";
  CHECK(page.ask(b, "POST", "/api/v1/claim", more).status == 422);
  CHECK(page.state(b) == "claim");
  REQUIRE(page.ask(b, "POST", "/api/v1/claim", good).status == 201);
  for (const auto* extra : {"created_ms", "locked", "failed", "known_from", "__proto__", "id"}) {
    auto body = page_json{{"name", "Vera"}, {"role", "viewer"}, {"password", page.other_password}};
    body[extra] = 0;
    const auto answered = page.ask(b, "POST", users, body);
    CHECK(answered.status == 422);
    CHECK(body_of(answered)["field"] == extra);
  }
  CHECK(page.ask(b, "PUT", "/api/v1/users/Ines", {{"name", "Eve"}}).status == 422);
  CHECK(page.ask(b, "POST", "/api/v1/login",
                 {{"name", "Ines"}, {"password", page.ines_password}, {"role", "installer"}})
            .status == 422);
  CHECK(page.disk->accounts()->size() == 1);
}

TEST_CASE("the last installer can neither be removed nor made less") {
  auto page = page_people{};
  auto ines = page.claimed();
  CHECK(page.ask(ines, "DELETE", "/api/v1/users/ines").status == 409);
  CHECK(page.ask(ines, "PUT", "/api/v1/users/Ines", {{"role", "household"}}).status == 409);
  auto second = page.added(ines, "Jan", "installer");
  CHECK(page.ask(second, "PUT", "/api/v1/users/Ines", {{"role", "household"}}).status == 204);
  CHECK(page.ask(second, "DELETE", "/api/v1/users/Jan").status == 409);
}

TEST_CASE("another role or password ends the sessions there were, and so does removal") {
  auto page = page_people{};
  auto ines = page.claimed();
  auto hugo = page.added(ines, "Hugo", "household");
  CHECK(page.ask(ines, "PUT", "/api/v1/users/Hugo", {{"role", "viewer"}}).status == 204);
  CHECK(page.state(hugo) == "login");
  REQUIRE(page.log_in(hugo, "Hugo", page.other_password).status == 200);
  CHECK(tries_to_act(page, boost(page, hugo), role::household) == 403);
  CHECK(page.ask(ines, "PUT", "/api/v1/users/Hugo", {{"password", "moss on old stone"}}).status ==
        204);
  CHECK(page.state(hugo) == "login");
  REQUIRE(page.log_in(hugo, "Hugo", "moss on old stone").status == 200);
  page.door->take_ended(page.now);
  CHECK(page.ask(ines, "DELETE", "/api/v1/users/Hugo", {{"name", "Ines"}}).status == 422);
  CHECK(page.ask(ines, "DELETE", "/api/v1/users/Hugo", page_json::object()).status == 204);
  CHECK(page.door->take_ended(page.now).size() == 1);
  CHECK(page.state(hugo) == "login");
  CHECK(page.log_in(hugo, "Hugo", "moss on old stone").status == 401);
  CHECK(page.disk->sessions()->size() == 1);
}

TEST_CASE("an open page does not make its owner's password that of whoever sits at it") {
  auto page = page_people{};
  auto ines = page.claimed();
  CHECK(page.ask(ines, "PUT", "/api/v1/users/Ines", {{"password", page.other_password}}).status ==
        409);
}

TEST_CASE("there is a bound to accounts, and names differ by more than capitals") {
  auto page = page_people{};
  auto ines = page.claimed();
  const auto add = [&](const std::string& name) {
    return page
        .ask(ines, "POST", users,
             {{"name", name}, {"role", "viewer"}, {"password", page.other_password}})
        .status;
  };
  CHECK(add("INES") == 409);
  for (auto i = 0; i < 7; ++i) CHECK(add("Guest " + std::to_string(i)) == 201);
  CHECK(add("One too many") == 409);
  CHECK(page.disk->accounts()->size() == 8);
}

TEST_CASE(
    "actions are heard sixty at once and then one a second, so that no session floods the house") {
  auto page = page_people{};
  auto ines = page.claimed();
  const auto vera = page.added(ines, "Vera", "household");
  auto heard = 0;
  for (auto i = 0; i < 500; ++i) heard += tries_to_act(page, boost(page, vera)) == 0 ? 1 : 0;
  CHECK(heard == 60);
  CHECK(tries_to_act(page, boost(page, ines)) == 0);
  page.now += 1s;
  CHECK(tries_to_act(page, boost(page, vera)) == 0);
  CHECK(tries_to_act(page, boost(page, vera)) == 429);
  CHECK(tries_to_act(page, page.request(vera, "GET", "/api/v1/now")) == 0);
}

// ---- what goes in

TEST_CASE("SQL in a name is a name like any other") {
  auto page = page_people{};
  auto ines = page.claimed();
  const auto name = std::string{"x'); DROP TABLE accounts; --"};
  auto b = page.added(ines, name, "viewer");
  CHECK(page.state(b) == "in");
  for (const auto* tried : {"' OR '1'='1", "Ines' --", "Ines\" OR 1=1 --", "I%"}) {
    auto eve = browser{"10.0.0.1"};
    CHECK(page.log_in(eve, tried, page.ines_password).status == 401);
  }
  CHECK(page.disk->accounts()->size() == 2);
  CHECK(page.ask(ines, "DELETE", "/api/v1/users/" + name).status == 204);
  CHECK(page.disk->accounts()->size() == 1);
  auto log = page.request(ines, "GET", "/api/v1/audit");
  log.query = {{"before", "1 OR 1=1"}};
  CHECK(page.ask(log).status == 422);
}

TEST_CASE(
    "log injection: a name cannot begin a line of its own in a log, nor hide or turn around what "
    "it is") {
  auto page = page_people{};
  auto ines = page.claimed();
  for (const auto* name : {"Eve\nInes", "Eve\r", "Eve\x1b[2J", "Eve\x7f", " Eve", "Eve ", "../Eve",
                           "a/b", "Eve\u202Exe", "E\u200Bve", ".", "\u2028"}) {
    const auto answered =
        page.ask(ines, "POST", users,
                 {{"name", name}, {"role", "viewer"}, {"password", page.other_password}});
    CHECK(answered.status == 422);
    CHECK(body_of(answered)["field"] == "name");
  }
  CHECK(page.disk->accounts()->size() == 1);
  // What was only tried is in the log, on one line.
  page.door->note("Eve\nInes", page.request(ines, "GET", "/x\n/y"), "try\n",
                  "a\r\nb\x1b[2J\xff\xfe", false, page.now);
  for (const auto& line : page.lines())
    for (const auto& text : {line.user, line.action, line.detail})
      CHECK(
          std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
}

TEST_CASE("huge names, passwords, codes and cookies are refused before anything is made of them") {
  auto page = page_people{};
  page.claimed();
  auto b = browser{};
  const auto huge = std::string(60'000, 'a');
  CHECK(page.log_in(b, huge, "x").status == 422);
  CHECK(page.log_in(b, "Ines", huge).status == 422);
  CHECK(page.log_in(b, "Ines", std::string(70'000, 'a')).status == 400);
  CHECK(page.verified == 0);
  b.cookie = "__Host-hearth=" + huge;
  CHECK(page.state(b) == "login");
  b.cookie = std::string(8'000, ';');
  CHECK(page.state(b) == "login");
  auto host = page.request(b, "GET", "/api/v1/session");
  host.headers["host"] = huge;
  CHECK(page.ask(host).status == 403);
}

TEST_CASE("a wrong method or path of the people's API is told so") {
  auto page = page_people{};
  auto b = page.claimed();
  for (const auto& [method, path] : {std::pair{"GET", "/api/v1/login"},
                                     {"PUT", "/api/v1/login"},
                                     {"GET", "/api/v1/claim"},
                                     {"POST", "/api/v1/password"},
                                     {"POST", "/api/v1/session"},
                                     {"DELETE", "/api/v1/audit"},
                                     {"PUT", "/api/v1/users"},
                                     {"GET", "/api/v1/users/Ines"}}) {
    const auto answered = page.ask(b, method, path, page_json::object());
    CHECK_MESSAGE(answered.status == 405, path);
    CHECK_FALSE(header_in(answered, "Allow").empty());
  }
  CHECK(page.ask(b, "DELETE", "/api/v1/users/Nobody").status == 404);
  for (const auto* path :
       {"/", "/api/v1/now", "/api/v1/usersx", "/api/v1/sessions", "/api/v2/login"})
    CHECK_FALSE(page.door->answer(page.request(b, "GET", path), page.now));
}
