#pragma once

#include "actors/portal/attempt_limits.hpp"
#include "actors/portal/audit_book.hpp"
#include "actors/portal/session_book.hpp"
#include "drivers/accounts.hpp"
#include "drivers/web.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
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

/// What a page has to send back in X-Hearth-Token: made of the session's token, so that it need
/// not be kept, and so that nobody gets from one to the other.
std::string csrf_of(const std::string& token);

class guard {
 public:
  struct options {
    std::string site;
    bool encrypted = true;  ///< how the cookie is called, and that it is Secure
    /// Host names it is reached by besides those that `is_own_host` welcomes.
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
  /// Why it is not answered at all, whoever asks for whatever: it is asked under a name that is not
  /// this house's, as a page of another site would.
  std::optional<web_response> misnamed(const web_request& asked, time_point now);
  /// /api/v1/session, claim, login, logout, password, users…, audit; nothing: not its path.
  std::optional<web_response> answer(const web_request& asked, time_point now);
  /// Writes what somebody did into the audit log.
  void note(const std::string& user, const web_request& asked, std::string action,
            std::string detail, bool ok, time_point now);
  /// The host names it is reached by have changed: it has another certificate.
  void called(std::vector<std::string> names) { options_.names = std::move(names); }
  /// While there is no account: the code for the first one, as people read it ("7K4M-2Q9X").
  [[nodiscard]] std::optional<std::string> claim_code() const;
  /// Owners whose sessions have ended since the last call: their streams must end. Called every few
  /// seconds; also writes what of the audit log is due, and hears what `scada portal` did.
  std::vector<std::string> take_ended(time_point now);
  /// Why accounts cannot be read or written, for the log; nothing while all is well.
  [[nodiscard]] const std::optional<fault>& trouble() const { return trouble_; }

 private:
  // What a request is, before anybody is asked for.
  std::optional<web_response> foreign(const web_request& asked, time_point now);
  std::optional<web_response> unwelcome_body(const web_request& asked, time_point now);
  web_response refuse(const web_request& asked, const std::string& user, unsigned status,
                      const std::string& action, const std::string& why, time_point now);

  web_response session_state(const web_request& asked, time_point now);
  web_response claim(const web_request& asked, time_point now);
  web_response log_in(const web_request& asked, time_point now);
  web_response log_out(const web_request& asked, time_point now);
  web_response change_password(const web_request& asked, time_point now);
  web_response users(const web_request& asked, time_point now);
  [[nodiscard]] web_response list_users(time_point now) const;
  web_response add_user(const web_request& asked, const std::string& by, time_point now);
  web_response change_user(const web_request& asked, account of, const std::string& by,
                           time_point now);
  web_response remove_user(const web_request& asked, const account& of, const std::string& by,
                           time_point now);
  web_response audit_log(const web_request& asked, time_point now);

  // How often somebody may guess.
  struct allowance {
    guess_table& of;
    std::string word;      ///< under which it stands there
    bool is_known_person;  ///< who waits for nobody else's guesses
  };
  /// That of a browser in which this person has signed in before, which nobody else can use up; or
  /// that of its address. `person`: null, if nobody is called so.
  allowance allowance_of(const web_request& asked, const account* person);
  /// How long to wait before a guess at this name; nothing: now.
  std::optional<duration> guess_wait(const allowance& whose, const std::string& name,
                                     time_point now);
  void wrong_guess(const web_request& asked, const allowance& whose, const std::string& name,
                   account* of, time_point now);
  /// From now on this browser is one in which `person` has signed in.
  void remember_browser(const account& person, web_response& answer);
  [[nodiscard]] std::optional<std::string> known_browser(const web_request& asked,
                                                         const account& person) const;
  /// A new session, whose cookie goes into `answer`, in `changes`; empty: there is no randomness.
  std::optional<std::string> begin_session(const std::string& user, const web_request& asked,
                                           time_point now, account_changes& changes,
                                           web_response& answer);
  /// The token of the session that a request belongs to.
  [[nodiscard]] std::optional<std::string> token_of(const web_request& asked,
                                                    const std::string& digest) const;
  [[nodiscard]] std::string cookie(const std::string& name, const std::string& token,
                                   duration lives) const;
  [[nodiscard]] std::string cookie_name() const;
  [[nodiscard]] std::string browser_cookie_name() const;

  account* find(const std::string& name);
  [[nodiscard]] bool last_installer(const account& a) const;
  void read_anew();
  void draw_code();
  /// Writes, with what of the audit log is due; on disk if nothing comes back. What `changes` says
  /// for the log is only said if they took place.
  std::optional<fault> keep(account_changes changes, time_point now);

  std::shared_ptr<account_store> accounts_;
  password_hashing how_;
  std::function<std::string(std::size_t)> random_bytes_;
  options options_;

  std::vector<account> people_;
  bool readable_ = false;  ///< `people_` is what the store says; else nobody can be let in
  session_book sessions_;
  audit_book audit_;
  std::set<std::string> owed_;  ///< sessions that ended, but not yet on disk
  guess_table of_address_, of_name_, of_browser_;
  /// So that many addresses together cost no more of the processor than a few.
  steady_rate strangers_{20, std::chrono::seconds{5}}, claims_{20, std::chrono::seconds{1}};
  std::map<std::string, steady_rate> actions_;  ///< of each person
  std::string decoy_;                           ///< what the password of nobody is compared with
  std::optional<std::string> code_;             ///< without its hyphen
  std::optional<fault> trouble_ = {};
};

}  // namespace hearth
