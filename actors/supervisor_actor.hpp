#pragma once

#include "actors/house_context.hpp"
#include "actors/interfaces.hpp"
#include "actors/restarts.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace hearth {

/// The actors of one house that live now. Written by the supervisor alone (through `family_plan`).
struct family {
  std::map<bus_id, bus_actor> buses;
  std::map<device_id, device_actor> devices;
  timekeeper_actor timekeeper;
  blackboard_actor blackboard;
  planner_actor planner;  ///< null in a house that plans nothing
  dispatcher_actor dispatcher;
  reporter_actor reporter;
  recorder_actor recorder;  ///< null where nothing is recorded
  journal_actor journal;
  upstream_actor upstream;
  history_actor history;                ///< null where nothing is kept
  portal_actor portal;                  ///< null in a house without a page
  home_assistant_actor home_assistant;  ///< null in a house that tells it nothing
};

/// How one actor of the family is made (again). `spawn` puts it into the family and returns it;
/// `introduce` then tells it and the others where everybody stands; if there is a word to be said
/// of it, that goes out before it can say one itself.
struct family_member {
  std::string name;
  std::function<caf::strong_actor_ptr()> spawn;
  std::function<void(const std::optional<event>& word)> introduce;
};

/// What of a family changes with its layout.
struct family_change {
  std::set<std::string> ending;    ///< members that end: gone, changed, or made for one layout
  std::vector<std::string> words;  ///< what differs, for people
  /// Called when they have ended: the whole family as it is from now on. Who has not ended has been
  /// told where everything stands.
  std::function<std::vector<family_member>(dispatcher::heritage, snapshot)> begin;
};
using family_changer = std::function<family_change(checked_layout)>;

struct supervisor_state {
  supervisor_state() = default;
  static inline const char* name = "supervisor";

  struct child {
    family_member member;
    restarts history;
    caf::actor_addr address;
    bool up = false;
  };

  /// One layout is being changed for another.
  struct changing {
    family_change what;
    caf::typed_response_promise<std::vector<std::string>> promise;
    dispatcher::heritage left = {};
    snapshot seen = {};
    std::set<caf::actor_addr> alive = {};  ///< of those that are to end
  };

  void start(child& c, const std::optional<event>& word = {});
  /// Hears the last words of those that another layout ends, ends them, and begins what then
  /// begins.
  caf::result<std::vector<std::string>> change(const checked_layout& house);
  void end_for_change();
  void begin_changed();
  void on_down(const caf::down_msg& down);
  /// Asks the dispatcher what it has decided; if that is more than before, control ticks.
  void feel_pulse();
  void say(event what);
  /// Makes all actuators safe, then says goodbye, then ends everybody.
  void stop();
  void say_farewell();
  void end_all();

  supervisor_actor::pointer self = nullptr;
  house_context context{{}, house_clock::real()};
  std::shared_ptr<family> members;
  std::vector<child> children;  ///< in the order of the flow
  std::minstd_rand random;
  family_changer changer;
  std::optional<changing> under_change;
  std::function<void()> beat;        ///< called while control ticks; null: nobody wants to know
  std::uint64_t decided_before = 0;  ///< snapshots, by the dispatcher
  bool stopping = false;
  std::size_t unsafe_devices = 0;
  std::vector<caf::typed_response_promise<atom::done>> stop_promises;
};

supervisor_actor::behavior_type supervisor_of(
    supervisor_actor::stateful_pointer<supervisor_state> self, house_context context,
    std::shared_ptr<family> members, std::vector<family_member> plan, family_changer changer,
    std::vector<event> first_words, std::uint64_t seed, std::function<void()> beat);

}  // namespace hearth
