#include "tests/actors/page_people.hpp"

#include <algorithm>
#include <set>

using namespace hearth;
using namespace hearth::testing;

namespace {

constexpr auto me = "/api/v1/password";

/// Wrong passwords until the house says to wait; how many it heard.
int guesses_until_refused(page_people& page, browser& b, const std::string& name) {
  for (auto count = 0; count < 100; ++count)
    if (page.log_in(b, name, "wrong guess " + std::to_string(count)).status == 429) return count;
  return 100;
}

}  // namespace

// ---- the first account

TEST_CASE(
    "a house without people shows a claim code, and whoever has it makes the first account, an "
    "installer") {
  auto page = page_people{};
  auto b = browser{};
  CHECK(page.state(b) == "claim");
  const auto code = page.door->claim_code();
  REQUIRE(code);
  REQUIRE(code->size() == 9);
  CHECK((*code)[4] == '-');
  CHECK(code->find_first_of("01IO") == std::string::npos);
  const auto answered =
      page.ask(b, "POST", "/api/v1/claim",
               {{"code", *code}, {"name", "Ines"}, {"password", page.ines_password}});
  CHECK(answered.status == 201);
  CHECK(body_of(answered)["user"]["role"] == "installer");
  CHECK(page.state(b) == "in");
  CHECK_FALSE(page.door->claim_code());
}

TEST_CASE("a claim code may be typed in small letters and without its hyphen") {
  auto page = page_people{};
  auto b = browser{};
  auto code = *page.door->claim_code();
  std::erase(code, '-');
  std::ranges::transform(code, code.begin(), [](char c) { return char(std::tolower(c)); });
  CHECK(page.ask(b, "POST", "/api/v1/claim",
                 {{"code", code}, {"name", "Ines"}, {"password", page.ines_password}})
            .status == 201);
}

TEST_CASE("a claim code is another one at each start, and none once there is an account") {
  auto page = page_people{};
  const auto first = page.door->claim_code();
  page.start();
  CHECK(page.door->claim_code() != first);
  page.claimed();
  page.start();
  CHECK_FALSE(page.door->claim_code());
  auto late = browser{};
  CHECK(page.ask(late, "POST", "/api/v1/claim",
                 {{"code", *first}, {"name", "Eve"}, {"password", page.other_password}})
            .status == 409);
}

TEST_CASE(
    "a claim code cannot be guessed: wrong tries have to wait longer and longer, from many "
    "addresses too") {
  auto page = page_people{};
  const auto guess = [&](browser& b) {
    return page
        .ask(b, "POST", "/api/v1/claim",
             {{"code", "2222-2222"}, {"name", "Eve"}, {"password", page.other_password}})
        .status;
  };
  auto one = browser{};
  auto heard = 0;
  // A day of one address, which tries again each second.
  for (auto second = 0; second < 86'400; ++second, page.now += 1s)
    heard += guess(one) == 401 ? 1 : 0;
  CHECK(heard > 10);
  CHECK(heard < 130);
  // A hundred addresses within one second.
  heard = 0;
  for (auto i = 0; i < 100; ++i) {
    auto other = browser{"10.0.0." + std::to_string(i)};
    heard += guess(other) == 401 ? 1 : 0;
  }
  CHECK(heard <= 21);
  // The right one is not lost by that.
  page.now += 20min;
  page.claimed();
}

TEST_CASE("a claim that the disk does not keep makes nobody, and can be made again") {
  auto page = page_people{};
  auto b = browser{};
  page.disk->fails_to_write = fault{fault_code::overflow, "the disk is full"};
  const auto code = *page.door->claim_code();
  const auto body = page_json{{"code", code}, {"name", "Ines"}, {"password", page.ines_password}};
  CHECK(page.ask(b, "POST", "/api/v1/claim", body).status == 503);
  CHECK(page.state(b) == "claim");
  page.disk->fails_to_write.reset();
  CHECK(page.ask(b, "POST", "/api/v1/claim", body).status == 201);
  CHECK(page.lines_of("claim", true) == 1);
}

TEST_CASE("a house whose accounts cannot be read offers no claim and lets nobody in") {
  auto page = page_people{};
  page.claimed();
  page.disk->fails_to_read = fault{fault_code::io, "the disk does not do as it is told"};
  page.start();
  CHECK_FALSE(page.door->claim_code());
  REQUIRE(page.door->trouble());
  auto b = browser{};
  CHECK(page.log_in(b, "Ines", page.ines_password).status == 503);
  CHECK(page.ask(page.request(b, "GET", "/api/v1/session")).status == 503);
  page.disk->fails_to_read.reset();
  CHECK(page.log_in(b, "Ines", page.ines_password).status == 200);
}

TEST_CASE(
    "a password that is short, common, too long or holds the name is refused with its reason") {
  auto page = page_people{};
  const auto refused = [&](const std::string& password) {
    auto b = browser{};
    const auto answered =
        page.ask(b, "POST", "/api/v1/claim",
                 {{"code", *page.door->claim_code()}, {"name", "Ines"}, {"password", password}});
    return answered.status == 422 && body_of(answered)["field"] == "password";
  };
  CHECK(refused("short one"));
  CHECK(refused("qwertyuiop"));
  CHECK(refused("Password123"));
  CHECK(refused("aaaaaaaaaaaaaaaa"));
  CHECK(refused("welcome INES to it"));
  CHECK(refused(std::string(129, 'x') + "abc"));
  CHECK(page.hashed == 0);
  // Ten letters of any alphabet.
  auto b = browser{};
  CHECK(page.ask(b, "POST", "/api/v1/claim",
                 {{"code", *page.door->claim_code()},
                  {"name", "Ines"},
                  {"password", "снег на окне ❄"}})
            .status == 201);
}

// ---- guessing

TEST_CASE("brute force from one address is heard ten times, and then ever more rarely") {
  auto page = page_people{};
  page.claimed();
  auto eve = browser{"192.168.1.66"};
  CHECK(guesses_until_refused(page, eve, "Ines") == 10);
  auto heard = 0;
  for (auto second = 0; second < 86'400; ++second, page.now += 1s)
    heard += page.log_in(eve, "Ines", "wrong").status == 401 ? 1 : 0;
  CHECK(heard > 50);
  CHECK(heard < 130);
}

TEST_CASE("what has to wait is told so, with the seconds, and costs no hashing") {
  auto page = page_people{};
  page.claimed();
  auto eve = browser{"192.168.1.66"};
  guesses_until_refused(page, eve, "Ines");
  const auto before = page.verified;
  const auto answered = page.log_in(eve, "Ines", "wrong again");
  CHECK(answered.status == 429);
  CHECK(body_of(answered)["retry_after_s"] >= 1);
  CHECK_FALSE(header_in(answered, "Retry-After").empty());
  CHECK(page.verified == before);
}

TEST_CASE("an address cannot wash off its wrong guesses by signing in with an account of its own") {
  auto page = page_people{};
  auto ines = page.claimed();
  page.added(ines, "Victor", "viewer");
  auto victor = browser{"192.168.1.66"};
  auto heard = 0;
  for (auto round = 0; round < 20; ++round) {
    for (auto i = 0; i < 4; ++i)
      heard += page.log_in(victor, "Ines", "wrong").status == 401 ? 1 : 0;
    page.log_in(victor, "Victor", page.other_password);
  }
  CHECK(heard == 10);
}

TEST_CASE(
    "guesses at one name from many addresses lock it for strangers, at most a quarter of an hour") {
  auto page = page_people{};
  page.claimed();
  auto heard = 0;
  for (auto i = 0; i < 200; ++i, page.now += 10s) {
    auto eve = browser{"10.1.2." + std::to_string(i)};
    heard += page.log_in(eve, "Ines", "wrong").status == 401 ? 1 : 0;
  }
  CHECK(heard >= 10);
  CHECK(heard < 25);
  auto stranger = browser{"10.9.9.9"};
  CHECK(page.log_in(stranger, "Ines", page.ines_password).status == 429);
  page.now += 15min;
  CHECK(page.log_in(stranger, "Ines", page.ines_password).status == 200);
}

TEST_CASE(
    "a lock-out does not hold where the person has signed in before, so that nobody can lock a "
    "household out") {
  auto page = page_people{};
  const auto home = page.claimed();
  for (auto i = 0; i < 100; ++i) {
    auto eve = browser{"10.1.2." + std::to_string(i)};
    page.log_in(eve, "Ines", "wrong");
    page.now += 5s;
  }
  auto again = browser{home.peer};
  CHECK(page.log_in(again, "Ines", page.ines_password).status == 200);
}

TEST_CASE("a lock-out outlives a restart of the program, and ends after one, too") {
  auto page = page_people{};
  page.claimed();
  for (auto i = 0; i < 100; ++i, page.now += 10s) {
    auto eve = browser{"10.1.2." + std::to_string(i)};
    page.log_in(eve, "Ines", "wrong");
  }
  page.start();
  auto stranger = browser{"10.9.9.9"};
  CHECK(page.log_in(stranger, "Ines", page.ines_password).status == 429);
  // Even if the clock was set back by years meanwhile.
  page.now -= 24h * 1000;
  CHECK(page.log_in(stranger, "Ines", page.ines_password).status == 429);
  page.now += 15min;
  page.now += 24h * 1000;
  CHECK(page.log_in(stranger, "Ines", page.ines_password).status == 200);
}

TEST_CASE("the addresses of one IPv6 network are one neighbour") {
  CHECK(neighbour_of("2001:db8:1:2:3:4:5:6") == neighbour_of("2001:db8:1:2::9"));
  CHECK(neighbour_of("2001:db8:1:2::1") != neighbour_of("2001:db8:1:3::1"));
  CHECK(neighbour_of("fe80::1%eth0") == neighbour_of("fe80::2"));
  CHECK(neighbour_of("::ffff:192.168.1.4") == "192.168.1.4");
  auto page = page_people{};
  page.claimed();
  auto heard = 0;
  for (auto i = 0; i < 50; ++i) {
    auto eve = browser{"2001:db8:1:2::" + std::to_string(i)};
    heard += page.log_in(eve, "Ines", "wrong").status == 401 ? 1 : 0;
  }
  CHECK(heard == 10);
}

TEST_CASE("an unknown name gets the same answer as a wrong password, for the same work") {
  auto page = page_people{};
  page.claimed();
  auto warm = browser{"10.0.0.1"};
  page.log_in(warm, "Nobody", "wrong");  // the first makes what nobody's password is compared with
  const auto work = [&](const std::string& name) {
    const auto hashed = page.hashed;
    const auto verified = page.verified;
    const auto writes = page.disk->writes;
    auto b = browser{"10.0.0.2"};
    const auto answered = page.log_in(b, name, "wrong");
    return std::tuple{answered.status,          answered.body,
                      answered.headers,         page.hashed - hashed,
                      page.verified - verified, page.disk->writes - writes};
  };
  const auto known = work("Ines");
  CHECK(std::get<0>(known) == 401);
  CHECK(std::get<4>(known) == 1);
  CHECK(std::get<5>(known) == 1);
  CHECK(known == work("Nobody"));
}

TEST_CASE("an unknown name is locked out as a known one is") {
  const auto until_locked = [](const std::string& name) {
    auto page = page_people{};
    page.claimed();
    for (auto i = 0; i < 100; ++i, page.now += 6s) {
      auto eve = browser{"10.1.2." + std::to_string(i)};
      if (page.log_in(eve, name, "wrong").status == 429) return i;
    }
    return 100;
  };
  CHECK(until_locked("Ines") < 20);
  CHECK(until_locked("Ines") == until_locked("Nobody"));
}

// ---- sessions

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
