#include "actors/portal/guard.hpp"
#include "actors/portal/json_answer.hpp"
#include "actors/portal/people_rules.hpp"
#include "actors/portal/request_checks.hpp"
#include "actors/portal/strict_json.hpp"
#include "drivers/neighbour.hpp"
#include "drivers/ports/sensor_token.hpp"
#include "protocol/hex.hpp"

#include <algorithm>

namespace hearth {
namespace {

constexpr auto token_bytes = std::size_t{32};
constexpr auto longest_code = std::size_t{16};  ///< with hyphens and spaces as people type them
/// Addresses remembered of one person: a household's telephones and computers.
constexpr auto addresses_known = std::size_t{8};
constexpr auto nobody = std::string_view{"a password that nobody has"};

std::string as_drawn(std::string_view typed) {
  auto out = std::string{};
  for (const auto c : typed)
    if (c != '-' && c != ' ') out += c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c;
  return out;
}

nlohmann::json person(const account& a) { return {{"name", a.name}, {"role", to_text(a.may)}}; }

}  // namespace

std::string csrf_of(const std::string& token) {
  return sensor_token_digest("X-Hearth-Token of " + token);
}

web_response guard::session_state(const web_request& asked, time_point now) {
  const auto in = who(asked, now);
  auto body = nlohmann::json{{"state", in                ? "in"
                                       : people_.empty() ? "claim"
                                                         : "login"},
                             {"site", options_.site},
                             {"version", HEARTH_VERSION},
                             {"clock_ms", now.time_since_epoch().count()},
                             {"user", nullptr},
                             {"csrf", nullptr}};
  if (in) {
    body["user"] = {{"name", in->name}, {"role", to_text(in->may)}};
    if (const auto token = token_of(asked, in->session)) body["csrf"] = csrf_of(*token);
  }
  return json(200, body);
}

web_response guard::claim(const web_request& asked, time_point now) {
  if (!people_.empty()) return problem(409, "this house has its people already; sign in");
  auto from = strict_reader{asked};
  const auto code = from.text("code", longest_code);
  const auto name = from.text("name", longest_name);
  const auto password = from.text("password", longest_password);
  if (auto bad = from.problem()) return *bad;
  if (!code_) return problem(503, "there is no claim code: this machine has no randomness");

  const auto neighbour = neighbour_of(asked.peer);
  auto wait = of_address_.wait_of(neighbour, now);
  if (!wait) wait = claims_.take(now);
  if (wait) {
    refuse(asked, "", 429, "claim", "too many wrong codes", now);
    return too_often(*wait);
  }
  if (!is_token_of(sensor_token_digest(*code_), as_drawn(*code))) {
    of_address_.wrong(neighbour, now);
    refuse(asked, *name, 401, "claim", "a wrong code", now);
    keep({}, now);
    return problem(401, "this is not the code that the house shows", "code");
  }
  if (const auto bad = fault_of_name(*name)) return problem(422, *bad, "name");
  if (const auto bad = fault_of_password(*password, *name)) return problem(422, *bad, "password");
  auto hash = how_.hash(*password);
  if (!hash) return problem(503, hash.error().detail);

  const auto first = account{*name, role::installer, *hash, now, now, 0, {}, {neighbour}};
  auto changes = account_changes{};
  changes.accounts = {first};
  auto answer = json(201, {});
  const auto csrf = begin_session(*name, asked, now, changes, answer);
  if (!csrf) return problem(503, "this machine has no randomness");
  changes.audit = {{0, now, *name, asked.peer, "claim", "made the first account"}};
  if (const auto bad = keep(std::move(changes), now)) {
    sessions_.end_all_of(*name);
    return disk_says_no(*bad);
  }
  remember_browser(first, answer);
  people_ = {first};
  code_.reset();
  answer.body = json(201, {{"user", person(first)}, {"csrf", *csrf}}).body;
  return answer;
}

web_response guard::log_in(const web_request& asked, time_point now) {
  auto from = strict_reader{asked};
  const auto name = from.text("name", longest_name);
  const auto password = from.text("password", longest_password);
  if (auto bad = from.problem()) return *bad;

  auto* found = find(*name);
  const auto whose = allowance_of(asked, found);
  if (const auto wait = guess_wait(whose, *name, now)) {
    refuse(asked, *name, 429, "login", "too many wrong passwords", now);
    return too_often(*wait);
  }
  // Whether somebody is called so must not be seen from how long the answer takes.
  if (decoy_.empty())
    if (auto made = how_.hash(std::string{nobody})) decoy_ = *made;
  const auto right = how_.verify(found != nullptr ? found->password : decoy_, *password);
  if (!right || found == nullptr) {
    wrong_guess(asked, whose, *name, found, now);
    return problem(401, "the name or the password is wrong");
  }

  of_name_.right(lower_case(*name));
  found->failed = 0;
  found->locked_until.reset();
  found->last_login = now;
  const auto neighbour = neighbour_of(asked.peer);
  std::erase(found->known_from, neighbour);
  found->known_from.insert(found->known_from.begin(), neighbour);
  if (found->known_from.size() > addresses_known) found->known_from.resize(addresses_known);
  const auto in = *found;

  auto changes = account_changes{};
  changes.accounts = {in};
  auto answer = json(200, {});
  const auto csrf = begin_session(in.name, asked, now, changes, answer);
  if (!csrf) return problem(503, "this machine has no randomness");
  remember_browser(in, answer);
  audit_.did({0, now, in.name, asked.peer, "login", ""});
  // A full disk keeps nobody out: the session then lives in memory, until the program ends.
  if (const auto bad = keep(std::move(changes), now); bad && bad->code == fault_code::mismatch)
    return disk_says_no(*bad);
  answer.body = json(200, {{"user", person(in)}, {"csrf", *csrf}}).body;
  return answer;
}

web_response guard::log_out(const web_request& asked, time_point now) {
  const auto in = who(asked, now);
  if (auto bad = refusal(asked, in, role::viewer, now)) return *bad;
  if (!asked.body.empty())
    if (auto bad = strict_reader{asked}.problem()) return *bad;
  sessions_.end(in->session);
  auto changes = account_changes{};
  changes.sessions_gone = {in->session};
  audit_.did({0, now, in->name, asked.peer, "logout", ""});
  keep(std::move(changes), now);
  auto answer = done_without_words();
  answer.headers.emplace_back("Set-Cookie", cookie(cookie_name(), "", duration{0}));
  return answer;
}

web_response guard::change_password(const web_request& asked, time_point now) {
  const auto in = who(asked, now);
  if (auto bad = refusal(asked, in, role::viewer, now)) return *bad;
  auto from = strict_reader{asked};
  const auto old = from.text("old", longest_password);
  const auto fresh = from.text("new", longest_password);
  if (auto bad = from.problem()) return *bad;

  // Whoever sits down at a page that somebody left open must not guess here at leisure.
  const auto* found = find(in->name);
  const auto whose = allowance_of(asked, found);
  if (const auto wait = whose.of.wait_of(whose.word, now)) {
    refuse(asked, in->name, 429, "password", "too many wrong passwords", now);
    return too_often(*wait);
  }
  if (!how_.verify(found->password, *old)) {
    whose.of.wrong(whose.word, now);
    refuse(asked, in->name, 422, "password", "the old password is wrong", now);
    keep({}, now);
    return problem(422, "the old password is wrong", "old");
  }
  if (const auto bad = fault_of_password(*fresh, in->name)) return problem(422, *bad, "new");
  auto hash = how_.hash(*fresh);
  if (!hash) return problem(503, hash.error().detail);

  auto changed = *found;
  changed.password = *hash;
  auto changes = account_changes{};
  changes.accounts = {changed};
  changes.all_sessions_gone = {changed.name};
  changes.audit = {{0, now, in->name, asked.peer, "password", "a new one"}};
  if (const auto bad = keep(std::move(changes), now)) return disk_says_no(*bad);
  *find(in->name) = changed;
  sessions_.end_all_of(changed.name);
  // This browser goes on, with a session that nobody could have seen before.
  auto again = account_changes{};
  auto answer = json(200, {});
  const auto csrf = begin_session(changed.name, asked, now, again, answer);
  if (!csrf) return done_without_words();
  remember_browser(changed, answer);
  keep(std::move(again), now);
  answer.body = json(200, {{"user", person(changed)}, {"csrf", *csrf}}).body;
  return answer;
}

std::optional<std::string> guard::begin_session(const std::string& user, const web_request& asked,
                                                time_point now, account_changes& changes,
                                                web_response& answer) {
  const auto random = random_bytes_(token_bytes);
  if (random.size() != token_bytes) return {};
  // What the browser brought along is no longer of use, wherever it has it from.
  for (const auto& old : cookies_named(header_of(asked, "cookie").value_or(""), cookie_name())) {
    const auto digest = sensor_token_digest(old);
    if (!sessions_.use(digest, now)) continue;
    sessions_.end(digest);
    changes.sessions_gone.push_back(digest);
  }
  const auto token = hex_of(random);
  changes.sessions.push_back(
      sessions_.begin(user, sensor_token_digest(token), now, changes.sessions_gone));
  answer.headers.emplace_back("Set-Cookie", cookie(cookie_name(), token, session_longest));
  return csrf_of(token);
}

}  // namespace hearth
