#pragma once

#include "actors/node/settle.hpp"
#include "layouts/layout.hpp"
#include "tools/simulate/promise.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hearth::simulate {

/// How the link stands, as seen from outside.
struct link_picture {
  bool connected = false;
  std::uint64_t missing = 0;     ///< by the node's books: not come, and not told lost
  std::uint64_t lost = 0;        ///< told lost
  std::uint64_t disk_bytes = 0;  ///< what the house's journal takes
};

/// What must hold between a house and its node: what is said can be read, and what was journaled
/// arrives, once; every lease ends;
/// nothing grows without bound. From what the house says, what reaches either side, and the leases
/// that were given, never from what house or node believe.
class link_watch {
 public:
  link_watch(std::shared_ptr<const layout> house, const misfortune& troubles,
             std::uint64_t journal_bytes);

  /// The house says this.
  void said(const body& b, time_point now);
  /// This reached the house.
  void told_house(const envelope& e, time_point now);
  /// This reached the node for the first time and had its effect.
  void told_node(const envelope& e, time_point now);
  /// To be called with every step.
  void look(const link_picture& link, time_point now);

  /// What was broken by `now`, when nothing more comes.
  [[nodiscard]] std::vector<violation> judged(time_point now) const;

 private:
  struct kept_word {
    std::string what;  ///< for people
    int said = 0, heard = 0;
    time_point first_said, last_heard;
  };
  struct lease {
    std::string of;
    time_point until;
  };
  void note_state(const state_report& s, time_point now);
  void note_outcome(const outcome& o, time_point now);
  [[nodiscard]] std::optional<contract> sold(const contract_report& r) const;
  void note_contract(const contract_report& r);
  void watch_leases(time_point now);
  [[nodiscard]] bool may_be_lost(time_point said) const;
  void blame(time_point at, std::string promise, std::string text);

  std::shared_ptr<const layout> house_;
  misfortune troubles_;
  std::uint64_t journal_bytes_;
  bool dates_jump_;
  std::vector<violation> violations_;
  std::map<std::size_t, kept_word> words_;   ///< by the hash of what a reader makes of them
  std::map<std::string, request> requests_;  ///< those that reached the house, by message id
  std::map<std::string, time_point> contract_ends_;
  std::multimap<std::string, contract> contracts_told_;  ///< that reached the house, by id
  std::vector<settled_contract> entered_;                ///< in the house's book, as the node heard
  std::map<std::string, contract_status> contracts_;     ///< by id, as told last
  std::map<authority, time_point> ends_;                 ///< of the lease that holds the heat pump
  std::optional<state_report> state_;
  time_point state_since_;
  bool overdue_told_ = false, full_told_ = false, crowded_told_ = false;
  link_picture link_;
};

}  // namespace hearth::simulate
