#pragma once

#include "drivers/accounts.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Who is signed in. Pure; what has to reach the disk is handed out.
namespace hearth {

inline constexpr duration session_idle = std::chrono::hours{12};          ///< unused: ends
inline constexpr duration session_longest = std::chrono::hours{30 * 24};  ///< ends in any case
/// That a session is in use reaches the disk at this pace, to spare the card.
inline constexpr duration session_written_every = std::chrono::minutes{15};
/// A session of the future was begun by a clock that was wrong; beyond this it does not count.
inline constexpr duration session_clock_slack = std::chrono::minutes{5};
/// So that one person cannot drive out the others. Beyond: the oldest of this person's ends.
inline constexpr std::size_t sessions_of_one = 16;

class session_book {
 public:
  explicit session_book(std::size_t most) : most_{most} {}

  /// What the disk says, besides what only lives in memory because the disk refused it. Sessions
  /// that are gone from it have ended.
  void read(const std::vector<account_session>& kept);
  /// Somebody signs in. The digests of those that had to go for it are added to `gone`.
  account_session begin(const std::string& user, const std::string& digest, time_point now,
                        std::vector<std::string>& gone);
  /// Alive: it has been used just now.
  std::optional<account_session> use(const std::string& digest, time_point now);
  void end(const std::string& digest);
  void end_all_of(const std::string& user);
  /// Ends what has run out; what of the rest has to be written.
  std::vector<account_session> due(time_point now);
  /// It is on disk as it is now.
  void written(const std::string& digest);
  /// All that ended since the last call.
  std::vector<std::string> take_ended();

  [[nodiscard]] std::size_t size() const { return open_.size(); }

 private:
  struct open_session {
    account_session what;
    std::optional<time_point> on_disk;  ///< its `seen` there
  };
  void end_oldest(const std::string* user, std::vector<std::string>& gone);

  std::size_t most_;
  std::map<std::string, open_session> open_;  ///< by digest
  std::vector<std::string> ended_;
};

}  // namespace hearth
