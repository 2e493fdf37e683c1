#pragma once

#include "protocol/fault.hpp"
#include "protocol/time.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The people of a house as its page knows them, and what is kept of them. The file on a disk is
/// `ports/sqlite_accounts.*`.
namespace hearth {

/// Each may do what those before it may.
enum class role : unsigned char {
  viewer,     ///< sees
  household,  ///< sets temperatures, schedules, holidays; acknowledges alarms
  installer,  ///< holds actuators by hand, manages users, reads the audit log
};
std::string_view to_text(role r);
std::optional<role> role_from(std::string_view text);

struct account {
  std::string name;  ///< unique, however it is capitalised
  role may = role::viewer;
  std::string password;  ///< Argon2id, in its own encoded form
  time_point created;
  std::optional<time_point> last_login = {};
  std::uint32_t failed = 0;                     ///< wrong passwords since the last right one
  std::optional<time_point> locked_until = {};  ///< for addresses it never signed in from
  /// Whence it signed in before, the newest first; a lock-out does not hold there.
  std::vector<std::string> known_from = {};
  bool operator==(const account&) const = default;
};

/// Somebody is signed in. The browser has the token; here is only its digest.
struct account_session {
  std::string digest;  ///< SHA-256 of the token, hex
  std::string user;
  time_point created, seen, expires;
  bool operator==(const account_session&) const = default;
};

struct audit_entry {
  std::uint64_t number = 0;  ///< from 1; given by the store
  time_point at;
  std::string user;    ///< as it was claimed, where nobody is signed in; empty: not even that
  std::string from;    ///< address
  std::string action;  ///< a short stable word: "login", "lease"
  std::string detail;
  bool ok = true;  ///< false: refused
  bool operator==(const audit_entry&) const = default;
};

struct audit_page {
  std::vector<audit_entry> items;  ///< newest first
  bool more = false;               ///< there are older ones
};

struct alarm_acknowledgement {
  std::string alarm;
  std::string by;
  time_point at;
  bool operator==(const alarm_acknowledgement&) const = default;
};

/// What belongs together: on disk as a whole or not at all.
struct account_changes {
  std::vector<account> accounts = {};               ///< new or replacing
  std::vector<std::string> accounts_gone = {};      ///< names; their sessions go too
  std::vector<account_session> sessions = {};       ///< new or replacing
  std::vector<std::string> sessions_gone = {};      ///< digests
  std::vector<std::string> all_sessions_gone = {};  ///< of these users
  std::vector<audit_entry> audit = {};
};

/// Beyond: the oldest go, but accounts, of which no more are made.
struct account_bounds {
  std::size_t accounts = 64;
  std::size_t sessions = 256;
  std::size_t audit = 100'000;         ///< some 15 MB
  std::size_t audit_refused = 20'000;  ///< of these: so that no flood drives out what was done
  std::size_t acknowledgements = 1'000;
  std::size_t setting_bytes = 256 * 1024;
};

/// Everything the page keeps between two runs. What is written is on disk when the call returns.
class account_store {
 public:
  virtual ~account_store() = default;

  virtual result<std::vector<account>> accounts() = 0;
  virtual result<std::vector<account_session>> sessions() = 0;
  /// Whether another program (`scada portal`) has changed something since `accounts` was called.
  virtual bool changed_elsewhere() = 0;
  /// Nothing where it went well. `mismatch`: another program has written meanwhile, read anew.
  virtual std::optional<fault> save(const account_changes& changes) = 0;
  /// The newest, or those before a number.
  virtual result<audit_page> audit(std::optional<std::uint64_t> before, std::size_t limit) = 0;

  /// A text that somebody else keeps here under a name, such as the household's schedules.
  virtual result<std::optional<std::string>> setting(const std::string& name) = 0;
  virtual std::optional<fault> set_setting(const std::string& name, const std::string& text) = 0;

  virtual result<std::vector<alarm_acknowledgement>> acknowledgements() = 0;
  virtual std::optional<fault> acknowledge(const alarm_acknowledgement& what) = 0;
};

struct opened_accounts {
  std::unique_ptr<account_store> store;
  /// A damaged file was put aside: for people, what that means for them.
  std::optional<std::string> warning = {};
};

/// How passwords become what may be kept. Both take as long for any password.
struct password_hashing {
  /// With a salt of its own each time. A fault: there is no memory or no randomness.
  std::function<result<std::string>(const std::string& password)> hash;
  std::function<bool(const std::string& encoded, const std::string& password)> verify;
};

}  // namespace hearth
