#include "actors/portal/guard.hpp"
#include "actors/portal/people_rules.hpp"
#include "actors/portal/request_checks.hpp"
#include "drivers/neighbour.hpp"
#include "drivers/ports/sensor_token.hpp"
#include "protocol/hex.hpp"

#include <algorithm>

/// How often somebody may guess a password. Whoever shares an address with the family (its
/// router's, or one IPv6 network with it) must not keep it out, so that a browser which knew the
/// password once counts for itself.
namespace hearth {
namespace {

constexpr auto browser_bytes = std::size_t{16};
/// A telephone that was not used for longer is a stranger's again, and loses nothing by it.
constexpr auto browser_known = duration{std::chrono::hours{24 * 365}};

/// What a browser cannot make up. The password's hash is a secret of the house, and another one
/// with each password: who knew an old one is a stranger again.
std::string mark_of(std::string_view browser, const account& person) {
  return sensor_token_digest("the browser " + std::string{browser} + " of " +
                             lower_case(person.name) + " " + person.password);
}

}  // namespace

void guard::remember_browser(const account& person, web_response& answer) {
  const auto random = random_bytes_(browser_bytes);
  if (random.size() != browser_bytes) return;
  const auto browser = hex_of(random);
  answer.headers.emplace_back(
      "Set-Cookie",
      cookie(browser_cookie_name(), browser + "." + mark_of(browser, person), browser_known));
}

std::optional<std::string> guard::known_browser(const web_request& asked,
                                                const account& person) const {
  for (const auto& said :
       cookies_named(header_of(asked, "cookie").value_or(""), browser_cookie_name())) {
    const auto dot = std::min(said.find('.'), said.size());
    const auto browser = said.substr(0, dot);
    if (browser.size() != 2 * browser_bytes || dot == said.size()) continue;
    if (is_token_of(sensor_token_digest(mark_of(browser, person)), said.substr(dot + 1)))
      return browser;
  }
  return {};
}

guard::allowance guard::allowance_of(const web_request& asked, const account* person) {
  if (person != nullptr)
    if (auto browser = known_browser(asked, *person))
      return {of_browser_, std::move(*browser), true};
  auto neighbour = neighbour_of(asked.peer);
  const auto known = person != nullptr &&
                     std::ranges::find(person->known_from, neighbour) != person->known_from.end();
  return {of_address_, std::move(neighbour), known};
}

std::optional<duration> guard::guess_wait(const allowance& whose, const std::string& name,
                                          time_point now) {
  if (const auto wait = whose.of.wait_of(whose.word, now)) return wait;
  // Whoever locks a name out by guessing must not keep out the person whose name it is.
  if (whose.is_known_person) return {};
  if (const auto wait = of_name_.wait_of(lower_case(name), now)) return wait;
  return strangers_.take(now);
}

void guard::wrong_guess(const web_request& asked, const allowance& whose, const std::string& name,
                        account* of, time_point now) {
  whose.of.wrong(whose.word, now);
  of_name_.wrong(lower_case(name), now);
  audit_.did({0, now, name, asked.peer, "login", "a wrong name or password", false});
  auto changes = account_changes{};
  if (of != nullptr) {
    of->failed = of_name_.failed(lower_case(name));
    const auto wait = of_name_.wait_of(lower_case(name), now);
    of->locked_until = wait ? std::optional{now + *wait} : std::nullopt;
    changes.accounts = {*of};
  }
  keep(std::move(changes), now);
}

}  // namespace hearth
