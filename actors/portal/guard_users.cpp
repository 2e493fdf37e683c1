#include "actors/portal/guard.hpp"
#include "actors/portal/json_answer.hpp"
#include "actors/portal/people_rules.hpp"
#include "actors/portal/strict_json.hpp"

#include <array>
#include <charconv>

namespace hearth {
namespace {

constexpr auto folder = std::string_view{"/api/v1/users"};
constexpr auto roles = std::array<std::string_view, 3>{"viewer", "household", "installer"};
constexpr auto audit_lines = std::uint64_t{100};  ///< unless asked otherwise
constexpr auto most_audit_lines = std::uint64_t{500};

nlohmann::json ms_or_null(const std::optional<time_point>& t) {
  return t ? nlohmann::json(t->time_since_epoch().count()) : nlohmann::json(nullptr);
}

/// A whole number of the query; nothing if it is none.
std::optional<std::uint64_t> whole(const std::string& text) {
  auto number = std::uint64_t{0};
  const auto* const end = text.data() + text.size();
  const auto [stop, bad] = std::from_chars(text.data(), end, number);
  if (bad != std::errc{} || stop != end || number > INT64_MAX) return {};
  return number;
}

}  // namespace

web_response guard::users(const web_request& asked, time_point now) {
  const auto in = who(asked, now);
  if (auto bad = refusal(asked, in, role::installer, now)) return *bad;
  const auto rest = std::string_view{asked.path}.substr(folder.size());
  if (rest.empty()) {
    if (asked.method == "GET" || asked.method == "HEAD") return list_users(now);
    if (asked.method == "POST") return add_user(asked, in->name, now);
    auto answer = problem(405, "this cannot be done here");
    answer.headers.emplace_back("Allow", "GET, HEAD, POST");
    return answer;
  }
  const auto* found = find(std::string{rest.substr(1)});
  if (found == nullptr) return problem(404, "nobody is called so");
  if (asked.method == "PUT") return change_user(asked, *found, in->name, now);
  if (asked.method == "DELETE") return remove_user(asked, *found, in->name, now);
  auto answer = problem(405, "this cannot be done here");
  answer.headers.emplace_back("Allow", "PUT, DELETE");
  return answer;
}

web_response guard::list_users(time_point now) const {
  auto all = nlohmann::json::array();
  for (const auto& a : people_)
    all.push_back({{"name", a.name},
                   {"role", to_text(a.may)},
                   {"created_ms", a.created.time_since_epoch().count()},
                   {"last_login_ms", ms_or_null(a.last_login)},
                   {"locked", of_name_.wait_of(lower_case(a.name), now).has_value()}});
  return json(200, {{"users", all}});
}

web_response guard::add_user(const web_request& asked, const std::string& by, time_point now) {
  auto from = strict_reader{asked};
  const auto name = from.text("name", longest_name);
  const auto may = from.one_of("role", roles);
  const auto password = from.text("password", longest_password);
  if (auto bad = from.problem()) return *bad;
  if (const auto bad = fault_of_name(*name)) return problem(422, *bad, "name");
  if (const auto bad = fault_of_password(*password, *name)) return problem(422, *bad, "password");
  if (find(*name) != nullptr) return problem(409, "somebody is called so already", "name");
  if (people_.size() >= options_.bounds.accounts)
    return problem(
        409, "there are " + std::to_string(people_.size()) + " accounts, as many as there may be");
  auto hash = how_.hash(*password);
  if (!hash) return problem(503, hash.error().detail);

  const auto made = account{*name, *role_from(*may), *hash, now};
  auto changes = account_changes{};
  changes.accounts = {made};
  changes.audit = {{0, now, by, asked.peer, "add-user", *name + " as " + *may}};
  if (const auto bad = keep(std::move(changes), now)) return disk_says_no(*bad);
  people_.push_back(made);
  return json(201, {{"name", *name}, {"role", *may}});
}

web_response guard::change_user(const web_request& asked, account of, const std::string& by,
                                time_point now) {
  auto from = strict_reader{asked};
  const auto may = from.has("role") ? from.one_of("role", roles) : std::nullopt;
  const auto password =
      from.has("password") ? from.text("password", longest_password) : std::nullopt;
  if (auto bad = from.problem()) return *bad;
  if (!may && !password) return problem(422, "there is neither a role nor a password to change");
  // Else whoever gets at an open page could make its owner's password his own.
  if (password && same_name(by, of.name))
    return problem(409, "one's own password is changed by who knows the old one", "password");
  auto detail = of.name + ":";
  if (may) {
    const auto wanted = *role_from(*may);
    if (wanted != role::installer && last_installer(of))
      return problem(409, "the last installer stays one", "role");
    of.may = wanted;
    detail += " role " + *may;
  }
  if (password) {
    if (const auto bad = fault_of_password(*password, of.name))
      return problem(422, *bad, "password");
    auto hash = how_.hash(*password);
    if (!hash) return problem(503, hash.error().detail);
    of.password = *hash;
    of.failed = 0;
    of.locked_until.reset();
    detail += detail.ends_with(':') ? " new password" : ", new password";
  }

  auto changes = account_changes{};
  changes.accounts = {of};
  changes.all_sessions_gone = {of.name};
  changes.audit = {{0, now, by, asked.peer, "change-user", detail}};
  if (const auto bad = keep(std::move(changes), now)) return disk_says_no(*bad);
  *find(of.name) = of;
  sessions_.end_all_of(of.name);
  if (password) of_name_.right(lower_case(of.name));
  return done_without_words();
}

web_response guard::remove_user(const web_request& asked, const account& of, const std::string& by,
                                time_point now) {
  if (!asked.body.empty())
    if (auto bad = strict_reader{asked}.problem()) return *bad;
  if (last_installer(of)) return problem(409, "the last installer stays");
  const auto name = of.name;
  auto changes = account_changes{};
  changes.accounts_gone = {name};
  changes.audit = {{0, now, by, asked.peer, "remove-user", name}};
  if (const auto bad = keep(std::move(changes), now)) return disk_says_no(*bad);
  std::erase_if(people_, [&](const account& a) { return same_name(a.name, name); });
  actions_.erase(lower_case(name));
  sessions_.end_all_of(name);
  return done_without_words();
}

web_response guard::audit_log(const web_request& asked, time_point now) {
  const auto in = who(asked, now);
  if (auto bad = refusal(asked, in, role::installer, now)) return *bad;
  auto before = std::optional<std::uint64_t>{};
  auto limit = audit_lines;
  for (const auto& [key, text] : asked.query) {
    const auto number = whole(text);
    if (key != "before" && key != "limit")
      return problem(422, "'" + tidy_text(key, 64) + "' is not known here", tidy_text(key, 64));
    if (!number || (key == "limit" && (*number == 0 || *number > most_audit_lines)))
      return problem(
          422,
          key == "limit" ? "'limit' must lie between 1 and 500" : "'before' must be a whole number",
          key);
    (key == "limit" ? limit : before.emplace()) = *number;
  }
  const auto page = accounts_->audit(before, limit);
  if (!page) return problem(503, "the audit log cannot be read: the disk fails");
  auto items = nlohmann::json::array();
  for (const auto& e : page->items)
    items.push_back({{"number", e.number},
                     {"at_ms", e.at.time_since_epoch().count()},
                     {"user", e.user},
                     {"from", e.from},
                     {"action", e.action},
                     {"detail", e.detail},
                     {"ok", e.ok}});
  return json(200, {{"items", items}, {"more", page->more}});
}

}  // namespace hearth
