#include "tests/actors/page_people.hpp"

#include <algorithm>
#include <set>

using namespace hearth;
using namespace hearth::testing;

namespace {

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

TEST_CASE("whoever owns an IPv6 network guesses no more often than whoever has one address") {
  auto page = page_people{};
  page.claimed();
  auto heard = 0;
  for (auto i = 0; i < 50; ++i) {
    auto eve = browser{"2001:db8:1:2::" + std::to_string(i)};
    heard += page.log_in(eve, "Ines", "wrong").status == 401 ? 1 : 0;
  }
  CHECK(heard == 10);
}

TEST_CASE("a guest on the house's own network does not use up what others there may guess") {
  for (const auto* network : {"fe80::", "fd12:3456::"}) {
    CAPTURE(network);
    auto page = page_people{};
    auto ines = page.claimed();
    page.added(ines, "Vera", "viewer");
    auto guest = browser{std::string{network} + "66%wlan0"};
    guesses_until_refused(page, guest, "Nobody");
    auto telephone = browser{std::string{network} + "21%wlan0"};
    CHECK(page.log_in(telephone, "Vera", page.other_password).status == 200);
  }
}

TEST_CASE(
    "a browser in which somebody has signed in before is locked out by nobody else's guesses, not "
    "even from its own address") {
  auto page = page_people{};
  auto home = page.claimed();
  page.ask(home, "POST", "/api/v1/logout");
  page.now += 24h;
  // Behind the same router, and from everywhere else.
  auto guest = browser{home.peer};
  CHECK(guesses_until_refused(page, guest, "Ines") == 10);
  for (auto i = 0; i < 100; ++i) {
    auto eve = browser{"10.1.2." + std::to_string(i)};
    page.log_in(eve, "Ines", "wrong");
  }
  auto stranger = browser{home.peer};
  CHECK(page.log_in(stranger, "Ines", page.ines_password).status == 429);
  CHECK(page.log_in(home, "Ines", page.ines_password).status == 200);
  home.peer = "2001:db8:77::1";
  CHECK(page.log_in(home, "ines", page.ines_password).status == 200);
}

TEST_CASE(
    "a browser that is known guesses no more often than a stranger, and is known for one name") {
  auto page = page_people{};
  auto ines = page.claimed();
  auto vera = page.added(ines, "Vera", "viewer");
  const auto stolen = vera.known;
  // Wherever it goes.
  auto heard = 0;
  for (auto i = 0; i < 50; ++i) {
    vera.peer = "10.1.2." + std::to_string(i);
    heard += page.log_in(vera, "Vera", "wrong").status == 401 ? 1 : 0;
  }
  CHECK(heard == 10);
  // What it may for Vera is of no use for Ines.
  auto eve = browser{"10.9.9.9", {}, {}, stolen};
  CHECK(guesses_until_refused(page, eve, "Ines") == 10);
}

TEST_CASE("that a browser is known cannot be made up, and ends with the password") {
  auto page = page_people{};
  auto home = page.claimed();
  const auto known = home.known;
  REQUIRE(known.starts_with("__Host-hearth-known="));
  CHECK(page.state(browser{home.peer, {}, {}, known}) == "login");
  REQUIRE(page.ask(home, "PUT", "/api/v1/password",
                   {{"old", page.ines_password}, {"new", page.other_password}})
              .status == 200);
  CHECK(home.known != known);
  auto eve = browser{"10.9.9.9"};
  guesses_until_refused(page, eve, "Ines");
  for (const auto& forged :
       {known, std::string{"__Host-hearth-known="}, std::string{"__Host-hearth-known=."},
        "__Host-hearth-known=" + std::string(32, 'a') + "." + std::string(64, 'a'),
        home.known.substr(0, home.known.size() - 1), home.known.substr(0, 52),
        "__Host-hearth-known=b" + home.known.substr(21)}) {
    CAPTURE(forged);
    auto one = browser{"10.9.9.9", {}, {}, forged};
    CHECK(page.log_in(one, "Ines", page.other_password).status == 429);
  }
  auto again = browser{"10.9.9.9", {}, {}, home.known};
  CHECK(page.log_in(again, "Ines", page.other_password).status == 200);
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
