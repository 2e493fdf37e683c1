#pragma once

#include "actors/node/sequence_set.hpp"
#include "protocol/messages.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace hearth {

/// What is known of the journaled messages of one start of a house.
struct known_boot {
  sequence_set heard;      ///< came, and took effect
  sequence_set lost;       ///< the house says that they will never come
  sequence_set refused;    ///< came, and cannot be read: in quarantine
  std::uint64_t told = 0;  ///< it made at least so many, by what was said of it
  bool ended = false;      ///< a later boot said how it ended: `told` is the last
  /// Remembered by an older version of this program, whose houses numbered live messages as well:
  /// repeats are recognised, but nothing can be said of gaps.
  bool counts_live = false;
  std::uint64_t order = 0;  ///< among the boots of the house, as they became known

  [[nodiscard]] std::uint64_t top() const;  ///< the last message known to have been made
  [[nodiscard]] std::vector<sequence_run> gaps() const;
  /// Without a gap up to `top`, told quickly.
  [[nodiscard]] bool whole() const;
  /// Told lost, and not come after all.
  [[nodiscard]] std::uint64_t lost_count() const;
  bool operator==(const known_boot&) const = default;
};

/// "<boot_id>-<sequence>", taken apart; nothing if it is no such id.
struct journaled_id {
  std::string boot_id;
  std::uint64_t sequence = 0;
};
std::optional<journaled_id> journaled_id_from(std::string_view message_id);

/// All boots of one house. It never forgets one, because then a message could take effect twice.
class boot_book {
 public:
  enum class verdict : unsigned char {
    fresh,     ///< never heard: `take` it
    repeated,  ///< had its effect
    no_room,   ///< it cannot be marked as heard, so it must not have an effect yet
  };
  /// `e` is journaled, with an id that agrees with boot and sequence.
  [[nodiscard]] verdict judge(const envelope& e) const;
  /// Marks a fresh one, and notes what it says about boots: what it follows, what is lost.
  void take(const envelope& e);
  /// A live message said that this boot made so many.
  void tell(const std::string& boot_id, std::uint64_t last);
  /// A message that cannot be read is no gap, if its boot is known. False if it was noted before.
  bool refuse(const journaled_id& id);
  /// From a store. An entry that is there already is not replaced.
  void restore(const std::string& boot_id, known_boot known);

  [[nodiscard]] const std::map<std::string, known_boot>& all() const { return boots_; }
  /// Ids in the order the boots became known.
  [[nodiscard]] std::vector<std::string> in_order() const;
  [[nodiscard]] std::uint64_t received() const;
  [[nodiscard]] std::uint64_t missing() const;
  [[nodiscard]] std::uint64_t lost() const;

  /// Boots that changed since the last `saved`.
  [[nodiscard]] const std::set<std::string>& unsaved() const { return unsaved_; }
  void saved() { unsaved_.clear(); }

 private:
  known_boot& entry(const std::string& boot_id);

  std::map<std::string, known_boot> boots_;
  std::set<std::string> unsaved_;
  std::uint64_t last_order_ = 0;
};

}  // namespace hearth
