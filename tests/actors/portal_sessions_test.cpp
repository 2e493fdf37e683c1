#include "tests/actors/page_people.hpp"

using namespace hearth;
using namespace hearth::testing;

namespace {

constexpr auto me = "/api/v1/password";

}  // namespace

TEST_CASE(
    "a session's cookie cannot be read by a script, sent by another site or over plain text") {
  auto page = page_people{};
  auto b = browser{};
  page.claimed();
  const auto answered = page.log_in(b, "ines", page.ines_password);
  const auto cookie = header_in(answered, "Set-Cookie");
  CHECK(cookie.starts_with("__Host-hearth="));
  CHECK(cookie.find("; Path=/;") != std::string::npos);
  CHECK(cookie.find("; HttpOnly") != std::string::npos);
  CHECK(cookie.find("; SameSite=Strict") != std::string::npos);
  CHECK(cookie.ends_with("; Secure"));
  CHECK(cookie.find("Domain") == std::string::npos);
  for (const auto& [name, value] : answered.headers)
    if (name == "Set-Cookie") CHECK(value.ends_with("; HttpOnly; SameSite=Strict; Secure"));
  // 256 bits in hex.
  CHECK(b.cookie.size() == std::string{"__Host-hearth="}.size() + 64);
}

TEST_CASE("on plain loopback the cookie is called otherwise and keeps its other flags") {
  auto page = page_people{};
  page.encrypted = false;
  page.start();
  auto b = browser{};
  const auto answered = page.ask(
      b, "POST", "/api/v1/claim",
      {{"code", *page.door->claim_code()}, {"name", "Ines"}, {"password", page.ines_password}});
  const auto cookie = header_in(answered, "Set-Cookie");
  CHECK(cookie.starts_with("hearth="));
  CHECK(cookie.find("; HttpOnly; SameSite=Strict") != std::string::npos);
  CHECK(cookie.find("Secure") == std::string::npos);
  CHECK(page.state(b) == "in");
}

TEST_CASE("what is kept of a session does not let anybody in") {
  auto page = page_people{};
  const auto b = page.claimed();
  const auto kept = page.disk->sessions();
  REQUIRE(kept);
  REQUIRE(kept->size() == 1);
  CHECK(b.cookie.find(kept->front().digest) == std::string::npos);
  auto thief = browser{"192.168.1.66", "__Host-hearth=" + kept->front().digest};
  CHECK(page.state(thief) == "login");
}

TEST_CASE(
    "session fixation: a session that a browser brings along is never the one it is signed in "
    "with") {
  auto page = page_people{};
  page.claimed();
  // One that the attacker has invented, and one that was alive.
  for (const auto& fixed : {std::string{"__Host-hearth="} + std::string(64, 'a'), [&] {
                              auto eve = browser{};
                              page.log_in(eve, "Ines", page.ines_password);
                              return eve.cookie;
                            }()}) {
    auto victim = browser{"192.168.1.21", fixed};
    REQUIRE(page.log_in(victim, "Ines", page.ines_password).status == 200);
    CHECK(victim.cookie != fixed);
    auto eve = browser{"192.168.1.66", fixed};
    CHECK(page.state(eve) == "login");
    CHECK(page.state(victim) == "in");
  }
}

TEST_CASE("a forged session is nobody's") {
  auto page = page_people{};
  const auto real = page.claimed();
  for (const auto& forged :
       {std::string{"__Host-hearth="}, std::string{"__Host-hearth=' OR 1=1 --"},
        "__Host-hearth=" + std::string(64, '0'), "__Host-hearth=" + std::string(7000, 'f'),
        real.cookie + "0", real.cookie.substr(0, real.cookie.size() - 1),
        "hearth=" + real.cookie.substr(real.cookie.find('=') + 1), std::string{"=;=;;;"}}) {
    auto b = browser{"192.168.1.66", forged};
    CHECK(page.state(b) == "login");
  }
  // Beside another cookie it is found.
  auto b = browser{"192.168.1.20", "theme=dark; __Host-hearth=old; " + real.cookie};
  CHECK(page.state(b) == "in");
}

TEST_CASE("a session ends after twelve hours unused and after thirty days in any case") {
  auto page = page_people{};
  auto b = page.claimed();
  page.now += 11h;
  CHECK(page.state(b) == "in");
  page.now += 11h;
  CHECK(page.state(b) == "in");
  page.now += 12h;
  CHECK(page.state(b) == "login");

  REQUIRE(page.log_in(b, "Ines", page.ines_password).status == 200);
  for (auto hour = 0; hour < 30 * 24; hour += 6, page.now += 6h) REQUIRE(page.state(b) == "in");
  CHECK(page.state(b) == "login");
}

TEST_CASE("an expired session ends its streams and leaves the disk") {
  auto page = page_people{};
  page.claimed();
  CHECK(page.door->take_ended(page.now).empty());
  page.now += 13h;
  CHECK(page.door->take_ended(page.now).size() == 1);
  CHECK(page.door->take_ended(page.now).empty());
  CHECK(page.disk->sessions()->empty());
}

TEST_CASE("a session of a clock that was wrong does not count") {
  auto page = page_people{};
  page.now += 24h * 365;
  const auto b = page.claimed();
  page.now -= 24h * 365;
  CHECK(page.state(b) == "login");
}

TEST_CASE("a clock that shows 1970 for a while ends no session") {
  auto page = page_people{};
  const auto b = page.claimed();
  const auto today = page.now;
  page.now = time_point{};
  page.start();
  CHECK(page.state(b) == "login");
  page.door->take_ended(page.now);
  page.now = today;
  page.start();
  CHECK(page.state(b) == "in");
}

TEST_CASE("a session outlives a restart, and one that is in use is not written each time") {
  auto page = page_people{};
  const auto b = page.claimed();
  const auto before = page.disk->writes;
  for (auto i = 0; i < 600; ++i, page.now += 1s) {
    CHECK(page.state(b) == "in");
    page.door->take_ended(page.now);
  }
  CHECK(page.disk->writes == before);
  page.start();
  CHECK(page.state(b) == "in");
}

TEST_CASE("who signs out is out, and a copy of the cookie is worth nothing") {
  auto page = page_people{};
  auto b = page.claimed();
  const auto stolen = browser{"192.168.1.66", b.cookie, b.csrf};
  const auto answered = page.ask(b, "POST", "/api/v1/logout", page_json::object());
  CHECK(answered.status == 204);
  CHECK(header_in(answered, "Set-Cookie").find("Max-Age=0") != std::string::npos);
  CHECK(page.state(stolen) == "login");
  CHECK(page.door->take_ended(page.now).size() == 1);
  page.start();
  CHECK(page.state(stolen) == "login");
}

TEST_CASE(
    "a new password ends all other sessions of its owner and renews the one that changed it") {
  auto page = page_people{};
  auto here = page.claimed();
  auto there = browser{"192.168.1.40"};
  page.log_in(there, "Ines", page.ines_password);
  const auto old = here;
  CHECK(page.ask(here, "PUT", me, {{"old", "not this one"}, {"new", "a wholly new sentence"}})
            .status == 422);
  CHECK(page.state(there) == "in");
  CHECK(page.ask(here, "PUT", me, {{"old", page.ines_password}, {"new", "a wholly new sentence"}})
            .status == 200);
  CHECK(here.cookie != old.cookie);
  CHECK(here.csrf != old.csrf);
  CHECK(page.state(here) == "in");
  CHECK(page.state(old) == "login");
  CHECK(page.state(there) == "login");
  CHECK(page.log_in(there, "Ines", page.ines_password).status == 401);
  CHECK(page.log_in(there, "Ines", "a wholly new sentence").status == 200);
}

TEST_CASE("the old password cannot be guessed at a page that was left open") {
  auto page = page_people{};
  auto b = page.claimed();
  auto heard = 0;
  for (auto i = 0; i < 40; ++i)
    heard +=
        page.ask(b, "PUT", me, {{"old", "wrong"}, {"new", "a wholly new sentence"}}).status == 422
            ? 1
            : 0;
  CHECK(heard == 10);
}

TEST_CASE("one person has sixteen sessions at most, and drives nobody else out with more") {
  auto page = page_people{};
  auto ines = page.claimed();
  const auto vera = page.added(ines, "Vera", "viewer");
  auto first = browser{"192.168.1.20"};
  for (auto i = 0; i < 40; ++i, page.now += 1s) {
    auto b = browser{"192.168.1.20"};
    REQUIRE(page.log_in(b, "Ines", page.ines_password).status == 200);
    if (i == 0) first = b;
  }
  CHECK(page.state(first) == "login");
  CHECK(page.state(vera) == "in");
  CHECK(page.disk->sessions()->size() == 17);
}

TEST_CASE("a full disk keeps nobody out, but changes no account") {
  auto page = page_people{};
  auto ines = page.claimed();
  page.disk->fails_to_write = fault{fault_code::overflow, "the disk is full"};
  auto b = browser{};
  CHECK(page.log_in(b, "Ines", page.ines_password).status == 200);
  CHECK(page.state(b) == "in");
  CHECK(page.door->trouble());
  CHECK(page.ask(b, "POST", "/api/v1/users",
                 {{"name", "Vera"}, {"role", "viewer"}, {"password", page.other_password}})
            .status == 503);
  CHECK(page.ask(b, "PUT", me, {{"old", page.ines_password}, {"new", "a wholly new sentence"}})
            .status == 503);
  CHECK(page.state(b) == "in");
  CHECK(page.ask(ines, "POST", "/api/v1/logout", page_json::object()).status == 204);
  page.disk->fails_to_write.reset();
  page.door->take_ended(page.now);
  CHECK_FALSE(page.door->trouble());
  // What happened meanwhile is written now, and the sign-out holds.
  CHECK(page.lines_of("login", true) == 1);
  CHECK(page.lines_of("add-user", true) == 0);
  page.start();
  CHECK(page.state(b) == "in");
  CHECK(page.state(ines) == "login");
}

TEST_CASE("what scada portal changes holds at once: a reset password ends the sessions there are") {
  auto page = page_people{};
  const auto b = page.claimed();
  auto changed = page.disk->accounts()->front();
  changed.password = "hash of another password";
  REQUIRE_FALSE(page.disk->save({{changed}, {}, {}, {}, {changed.name}}));
  page.disk->changed = true;
  CHECK(page.door->take_ended(page.now).size() == 1);
  CHECK(page.state(b) == "login");
  auto again = browser{};
  CHECK(page.log_in(again, "Ines", "another password").status == 200);
}

TEST_CASE(
    "somebody else wrote the accounts at the same moment: nothing is lost, and one asks again") {
  auto page = page_people{};
  auto b = page.claimed();
  page.disk->fails_to_write = fault{fault_code::mismatch, "another program has just changed it"};
  const auto body =
      page_json{{"name", "Vera"}, {"role", "viewer"}, {"password", page.other_password}};
  CHECK(page.ask(b, "POST", "/api/v1/users", body).status == 503);
  page.disk->fails_to_write.reset();
  CHECK(page.ask(b, "POST", "/api/v1/users", body).status == 201);
}
