#include "actors/portal/people_by_hand.hpp"

#include <doctest/doctest.h>

using namespace hearth;

namespace {

const auto how = password_hashing{
    [](const std::string& p) -> result<std::string> { return "hash of " + p; },
    [](const std::string& e, const std::string& p) { return e == "hash of " + p; }};
const auto now = time_point{std::chrono::seconds{1'768'464'000}};  // 2026-01-15T08:00:00Z

std::vector<account> people() {
  auto ines = account{"Ines", role::installer, "hash of old", now - std::chrono::hours{24}};
  ines.failed = 12;
  ines.locked_until = now + std::chrono::minutes{3};
  return {ines};
}

}  // namespace

TEST_CASE(
    "a lost password is given anew at the machine itself: sessions and lock-out end, and the log "
    "says who did it") {
  const auto changes = reset_by_hand(people(), "ines", "lantern under snow", how, now);
  REQUIRE(changes);
  REQUIRE(changes->accounts.size() == 1);
  const auto& changed = changes->accounts.front();
  CHECK(changed.name == "Ines");
  CHECK(changed.may == role::installer);
  CHECK(changed.password == "hash of lantern under snow");
  CHECK(changed.failed == 0);
  CHECK_FALSE(changed.locked_until);
  CHECK(changes->all_sessions_gone == std::vector<std::string>{"Ines"});
  REQUIRE(changes->audit.size() == 1);
  CHECK(changes->audit.front().user == "scada portal");
  CHECK(changes->audit.front().detail.find("lantern") == std::string::npos);
  CHECK_FALSE(reset_by_hand(people(), "Vera", "lantern under snow", how, now));
  CHECK_FALSE(reset_by_hand(people(), "Ines", "short", how, now));
}

TEST_CASE("somebody added at the machine keeps the same rules as somebody added on the page") {
  const auto add = [](const std::vector<account>& all, const std::string& name, role may,
                      const std::string& password) {
    return account_by_hand(all, 64, name, may, password, how, now);
  };
  CHECK(add(people(), "Vera", role::viewer, "gravel and clover"));
  CHECK_FALSE(add(people(), "INES", role::viewer, "gravel and clover"));
  CHECK_FALSE(add(people(), "Ve\nra", role::viewer, "gravel and clover"));
  CHECK_FALSE(add(people(), "Vera", role::viewer, "vera and clover"));
  CHECK_FALSE(add({}, "Vera", role::household, "gravel and clover"));
  CHECK(add({}, "Vera", role::installer, "gravel and clover"));
  CHECK_FALSE(account_by_hand(people(), 1, "Vera", role::viewer, "gravel and clover", how, now));
}

TEST_CASE("the list of people says who is locked out") {
  CHECK(people_text(people(), now) ==
        "Ines  installer  never here  locked after 12 wrong passwords\n");
  CHECK(people_text(people(), now + std::chrono::hours{1}) == "Ines  installer  never here\n");
}
