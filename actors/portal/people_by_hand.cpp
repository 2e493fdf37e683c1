#include "actors/portal/people_by_hand.hpp"

#include "actors/portal/people_rules.hpp"

#include <algorithm>

namespace hearth {
namespace {

/// How the audit log calls whoever sits at the machine itself.
constexpr auto owner = "scada portal";

auto called(const std::vector<account>& people, const std::string& name) {
  return std::ranges::find_if(people, [&](const account& a) { return same_name(a.name, name); });
}

audit_entry line(time_point now, std::string action, std::string detail) {
  return {0, now, owner, "this machine", std::move(action), std::move(detail)};
}

}  // namespace

std::string people_text(const std::vector<account>& people, time_point now) {
  auto out = std::string{};
  for (const auto& a : people) {
    out += a.name + "  " + std::string{to_text(a.may)} + "  ";
    out += a.last_login ? "last here " + to_iso8601(*a.last_login) : "never here";
    if (a.locked_until && *a.locked_until > now)
      out += "  locked after " + std::to_string(a.failed) + " wrong passwords";
    out += '\n';
  }
  return out;
}

result<account_changes> account_by_hand(const std::vector<account>& people, std::size_t most,
                                        const std::string& name, role may,
                                        const std::string& password, const password_hashing& how,
                                        time_point now) {
  if (const auto bad = fault_of_name(name)) return failed(fault_code::refused, *bad);
  if (called(people, name) != people.end())
    return failed(fault_code::refused, "somebody is called " + name + " already");
  if (people.empty() && may != role::installer)
    return failed(fault_code::refused, "the first account has to be an installer");
  if (people.size() >= most)
    return failed(fault_code::overflow, "there are " + std::to_string(people.size()) +
                                            " accounts, as many as there may be");
  if (const auto bad = fault_of_password(password, name)) return failed(fault_code::refused, *bad);
  auto hash = how.hash(password);
  if (!hash) return tl::make_unexpected(hash.error());
  auto changes = account_changes{};
  changes.accounts = {account{name, may, *hash, now}};
  changes.audit = {line(now, "add-user", name + " as " + std::string{to_text(may)})};
  return changes;
}

result<account_changes> reset_by_hand(const std::vector<account>& people, const std::string& name,
                                      const std::string& password, const password_hashing& how,
                                      time_point now) {
  const auto found = called(people, name);
  if (found == people.end()) return failed(fault_code::refused, "nobody is called " + name);
  if (const auto bad = fault_of_password(password, found->name))
    return failed(fault_code::refused, *bad);
  auto hash = how.hash(password);
  if (!hash) return tl::make_unexpected(hash.error());
  auto changed = *found;
  changed.password = *hash;
  changed.failed = 0;
  changed.locked_until.reset();
  auto changes = account_changes{};
  changes.accounts = {changed};
  changes.all_sessions_gone = {changed.name};
  changes.audit = {line(now, "change-user", changed.name + ": new password")};
  return changes;
}

}  // namespace hearth
