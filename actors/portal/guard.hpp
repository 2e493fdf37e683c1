#pragma once

#include "actors/portal/attempt_limits.hpp"
#include "actors/portal/audit_book.hpp"
#include "actors/portal/session_book.hpp"
#include "drivers/accounts.hpp"
#include "drivers/web.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// Who may come in and what they may do. Pure but for the account store: time is `now`, in UTC as
/// far as the house knows the date; randomness and hashing are given. docs/security.md says what
/// it stands against.
namespace hearth {

struct signed_in {
  std::string name;
  role may = role::viewer;
  std::string session;  ///< no secret; the owner of its streams
};

class guard {
 public:
  struct options {
    std::string site;
    bool encrypted = true;  ///< how the cookie is called, and that it is Secure
    /// Host names it is reached by besides addresses, localhost and what ends in ".local".
    std::vector<std::string> names = {};
    account_bounds bounds = {};
  };
  guard(std::shared_ptr<account_store> accounts, password_hashing how,
        std::function<std::string(std::size_t)> random_bytes, options o);

  /// Who asks, by cookie; nobody: no or an expired session.
  std::optional<signed_in> who(const web_request& asked, time_point now);
  /// Why it may not: 401, 403 (role, CSRF, Origin, Host), 415, 429; nothing if it may. Counts and
  /// audits refusals. For GET and HEAD only Host, login and role count, and that no other site's
  /// page asks.
  std::optional<web_response> refusal(const web_request& asked, const std::optional<signed_in>& who,
                                      role least, time_point now);
  /// /api/v1/session, claim, login, logout, password, users…, audit; nothing: not its path.
  std::optional<web_response> answer(const web_request& asked, time_point now);
  /// Writes what somebody did into the audit log.
  void note(const std::string& user, const web_request& asked, std::string action,
            std::string detail, bool ok, time_point now);
  /// While there is no account: the code for the first one, as people read it ("7K4M-2Q9X").
  [[nodiscard]] std::optional<std::string> claim_code() const;
  /// Owners whose sessions have ended since the last call: their streams must end. Called at least
  /// every few seconds; also writes what of the audit log is due, and hears what `scada portal`
  /// did.
  std::vector<std::string> take_ended(time_point now);
  /// Why accounts cannot be read or written, for the log; nothing while all is well.
  [[nodiscard]] const std::optional<fault>& trouble() const { return trouble_; }

 private:
  web_response session_state(const web_request& asked, time_point now);
  web_response claim(const web_request& asked, time_point now);
  web_response login(const web_request& asked, time_point now);
  web_response logout(const web_request& asked, time_point now);
  web_response change_password(const web_request& asked, time_point now);
  web_response users(const web_request& asked, time_point now);
  web_response audit(const web_request& asked, time_point now);

  std::shared_ptr<account_store> accounts_;
  password_hashing how_;
  std::function<std::string(std::size_t)> random_bytes_;
  options options_;
  std::optional<fault> trouble_ = {};
};

}  // namespace hearth
