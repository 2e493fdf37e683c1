#include "actors/portal/guard.hpp"

#include "actors/portal/json_answer.hpp"
#include "actors/portal/people_rules.hpp"
#include "actors/portal/request_checks.hpp"
#include "drivers/ports/sensor_token.hpp"

#include <algorithm>

namespace hearth {
namespace {

constexpr auto base = std::string_view{"/api/v1/"};
constexpr auto salt_bytes = std::size_t{16};
/// Guesses that cost nothing: a family mistypes, and its telephones share an address.
constexpr auto of_one_address = guess_limit{10};
constexpr auto of_one_name = guess_limit{10};
constexpr auto of_one_browser = guess_limit{10};
/// What one person may do at once, and then per second: quick fingers do not reach it.
constexpr auto actions_at_once = 60.0;
constexpr auto action_every = std::chrono::seconds{1};

bool only_looks(const web_request& asked) {
  return asked.method == "GET" || asked.method == "HEAD";
}

web_response wrong_method(const char* right) {
  auto answer = problem(405, "this cannot be done here");
  answer.headers.emplace_back("Allow", right);
  return answer;
}

}  // namespace

guard::guard(std::shared_ptr<account_store> accounts, password_hashing how,
             std::function<std::string(std::size_t)> random_bytes, options o)
    : accounts_{std::move(accounts)},
      how_{std::move(how)},
      random_bytes_{std::move(random_bytes)},
      options_{std::move(o)},
      sessions_{options_.bounds.sessions},
      of_address_{random_bytes_(salt_bytes), of_one_address},
      of_name_{random_bytes_(salt_bytes), of_one_name},
      of_browser_{random_bytes_(salt_bytes), of_one_browser} {
  read_anew();
}

std::optional<signed_in> guard::who(const web_request& asked, time_point now) {
  const auto header = header_of(asked, "cookie");
  if (!header) return {};
  for (const auto& token : cookies_named(*header, cookie_name())) {
    const auto digest = sensor_token_digest(token);
    const auto session = sessions_.use(digest, now);
    if (!session) continue;
    if (const auto* person = find(session->user))
      return signed_in{person->name, person->may, digest};
    sessions_.end(digest);
  }
  return {};
}

std::optional<web_response> guard::refusal(const web_request& asked,
                                           const std::optional<signed_in>& who, role least,
                                           time_point now) {
  if (auto bad = foreign(asked, now)) return bad;
  if (!who) {
    const auto tried =
        !cookies_named(header_of(asked, "cookie").value_or(""), cookie_name()).empty();
    return refuse(asked, "", 401, "session",
                  tried ? "the session has ended; sign in again" : "sign in first", now);
  }
  if (!only_looks(asked)) {
    if (auto bad = unwelcome_body(asked, now)) return bad;
    const auto token = token_of(asked, who->session);
    const auto said = header_of(asked, "x-hearth-token");
    if (!token || !said || !is_token_of(sensor_token_digest(csrf_of(*token)), *said))
      return refuse(asked, who->name, 403, "csrf",
                    "X-Hearth-Token is not the one of this session; ask for it anew", now);
  }
  if (who->may < least)
    return refuse(asked, who->name, 403, "role",
                  "this needs the role " + std::string{to_text(least)}, now);
  if (!only_looks(asked)) {
    const auto rate = actions_.try_emplace(lower_case(who->name), actions_at_once, action_every);
    if (const auto wait = rate.first->second.take(now)) {
      refuse(asked, who->name, 429, "rate", "too many actions", now);
      return too_often(*wait);
    }
  }
  return {};
}

std::optional<web_response> guard::answer(const web_request& asked, time_point now) {
  if (!asked.path.starts_with(base)) return {};
  const auto what = std::string_view{asked.path}.substr(base.size());
  const auto is_users = what == "users" || what.starts_with("users/");
  if (!is_users && what != "session" && what != "claim" && what != "login" && what != "logout" &&
      what != "password" && what != "audit")
    return {};
  if (!readable_ || accounts_->changed_elsewhere()) read_anew();
  if (auto bad = foreign(asked, now)) return bad;
  if (!readable_) return problem(503, "who belongs to this house cannot be read: the disk fails");
  if (is_users) return users(asked, now);
  if (what == "session" || what == "audit") {
    if (!only_looks(asked)) return wrong_method("GET, HEAD");
    return what == "session" ? session_state(asked, now) : audit_log(asked, now);
  }
  if (what == "password") {
    if (asked.method != "PUT") return wrong_method("PUT");
    return change_password(asked, now);
  }
  if (asked.method != "POST") return wrong_method("POST");
  if (what == "logout") return log_out(asked, now);
  if (auto bad = unwelcome_body(asked, now)) return bad;
  return what == "claim" ? claim(asked, now) : log_in(asked, now);
}

void guard::note(const std::string& user, const web_request& asked, std::string action,
                 std::string detail, bool ok, time_point now) {
  auto entry = audit_entry{0, now, user, asked.peer, std::move(action), std::move(detail), ok};
  if (ok)
    audit_.did(std::move(entry));
  else
    audit_.refused(std::move(entry), now);
  keep({}, now);
}

std::optional<std::string> guard::claim_code() const {
  if (!code_) return {};
  return code_->substr(0, 4) + "-" + code_->substr(4);
}

std::vector<std::string> guard::take_ended(time_point now) {
  if (!readable_ || accounts_->changed_elsewhere()) read_anew();
  auto changes = account_changes{};
  changes.sessions = sessions_.due(now);
  auto ended = sessions_.take_ended();
  changes.sessions_gone = ended;
  keep(std::move(changes), now);
  return ended;
}

std::optional<web_response> guard::misnamed(const web_request& asked, time_point now) {
  const auto host = header_of(asked, "host").value_or("");
  if (is_own_host(host, options_.names)) return {};
  return refuse(asked, "", 403, "host", "this house is not called '" + tidy_text(host, 64) + "'",
                now);
}

std::optional<web_response> guard::foreign(const web_request& asked, time_point now) {
  if (auto bad = misnamed(asked, now)) return bad;
  const auto host = header_of(asked, "host").value_or("");
  const auto from = header_of(asked, "sec-fetch-site");
  const auto typed = from == "none" && only_looks(asked);
  if (from && from != "same-origin" && !typed)
    return refuse(asked, "", 403, "origin", "a page of another site asks", now);
  const auto origin = header_of(asked, "origin");
  if (origin ? !is_same_origin(*origin, host, options_.encrypted) : !only_looks(asked))
    return refuse(asked, "", 403, "origin",
                  origin ? "a page of another site asks" : "the Origin is missing", now);
  return {};
}

std::optional<web_response> guard::unwelcome_body(const web_request& asked, time_point now) {
  if (asked.method == "DELETE" && asked.body.empty()) return {};
  if (is_json_type(header_of(asked, "content-type").value_or(""))) return {};
  return refuse(asked, "", 415, "content-type", "the body must be application/json", now);
}

web_response guard::refuse(const web_request& asked, const std::string& user, unsigned status,
                           const std::string& action, const std::string& why, time_point now) {
  audit_.refused({0, now, user, asked.peer, action, asked.method + " " + asked.path + ": " + why},
                 now);
  return problem(status, why);
}

std::optional<std::string> guard::token_of(const web_request& asked,
                                           const std::string& digest) const {
  for (auto& token : cookies_named(header_of(asked, "cookie").value_or(""), cookie_name()))
    if (is_token_of(digest, token)) return token;
  return {};
}

std::string guard::cookie_name() const { return options_.encrypted ? "__Host-hearth" : "hearth"; }

std::string guard::browser_cookie_name() const { return cookie_name() + "-known"; }

std::string guard::cookie(const std::string& name, const std::string& token, duration lives) const {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(lives).count();
  return name + "=" + token + "; Path=/; Max-Age=" + std::to_string(seconds) +
         "; HttpOnly; SameSite=Strict" + (options_.encrypted ? "; Secure" : "");
}

account* guard::find(const std::string& name) {
  const auto found =
      std::ranges::find_if(people_, [&](const account& a) { return same_name(a.name, name); });
  return found == people_.end() ? nullptr : &*found;
}

bool guard::last_installer(const account& a) const {
  return a.may == role::installer &&
         std::ranges::count(people_, role::installer, &account::may) == 1;
}

void guard::read_anew() {
  auto people = accounts_->accounts();
  auto kept = people ? accounts_->sessions() : tl::make_unexpected(people.error());
  if (!kept) {
    trouble_ = kept.error();
    return;
  }
  const auto before = std::exchange(people_, std::move(*people));
  for (const auto& old : before) {
    const auto* now = find(old.name);
    if (now == nullptr || now->password != old.password || now->may != old.may)
      sessions_.end_all_of(old.name);
    if (now == nullptr || (now->failed == 0 && old.failed > 0))
      of_name_.right(lower_case(old.name));
  }
  if (!readable_)
    for (const auto& a : people_)
      if (a.failed > 0) of_name_.recall(lower_case(a.name), a.failed, a.locked_until);
  std::erase_if(*kept, [&](const auto& s) { return find(s.user) == nullptr; });
  sessions_.read(*kept);
  readable_ = true;
  trouble_.reset();
  if (!people_.empty())
    code_.reset();
  else if (!code_)
    draw_code();
}

void guard::draw_code() {
  // Without 0, 1, I and O, which are read for each other; 32 letters, so that each is as likely.
  constexpr auto letters = std::string_view{"23456789ABCDEFGHJKLMNPQRSTUVWXYZ"};
  constexpr auto length = std::size_t{8};
  const auto random = random_bytes_(length);
  if (random.size() != length) return;
  auto code = std::string{};
  for (const auto byte : random) code += letters[static_cast<unsigned char>(byte) % letters.size()];
  code_ = code;
}

std::optional<fault> guard::keep(account_changes changes, time_point now) {
  for (const auto& digest : changes.sessions_gone) owed_.insert(digest);
  changes.sessions_gone.assign(owed_.begin(), owed_.end());
  auto lines = audit_.due(now);
  changes.audit.insert(changes.audit.begin(), lines.begin(), lines.end());
  const auto nothing = changes.accounts.empty() && changes.accounts_gone.empty() &&
                       changes.sessions.empty() && changes.sessions_gone.empty() &&
                       changes.all_sessions_gone.empty() && changes.audit.empty();
  if (nothing) return {};
  auto bad = accounts_->save(changes);
  if (!bad) {
    for (const auto& s : changes.sessions) sessions_.written(s.digest);
    owed_.clear();
    audit_.written();
    trouble_.reset();
    return {};
  }
  audit_.give_back(std::move(lines));
  if (bad->code == fault_code::mismatch)
    read_anew();
  else
    trouble_ = bad;
  return bad;
}

}  // namespace hearth
