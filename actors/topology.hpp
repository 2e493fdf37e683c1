#pragma once

#include "actors/history/historian.hpp"
#include "actors/house_context.hpp"
#include "actors/interfaces.hpp"
#include "actors/observer_actor.hpp"
#include "actors/portal_actor.hpp"
#include "actors/record/flight_recorder.hpp"
#include "actors/reporter_actor.hpp"
#include "actors/supervisor_actor.hpp"
#include "drivers/journal.hpp"
#include "drivers/registry.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace hearth {

/// What a house is made of besides its layout: the ends that touch the world, which a test or a
/// demo replaces.
struct house_parts {
  house_context context;
  std::map<std::string, port_maker> ports;  ///< by kind of bus
  model_finder find_model = hearth::find_model;
  journal_maker journal;      ///< null: what is said waits in memory
  mqtt_client_maker connect;  ///< of the upstream link
  event_log log;
  std::vector<event> first_words;  ///< said as soon as everybody stands
  std::string boot_id;             ///< new at every start of the program
  bool blocking_ports = true;      ///< give each bus a thread of its own
  bool plans = true;               ///< looks ahead, where there is a store
  std::uint64_t seed = 1;          ///< of jitter
  snapshot_sink snapshot_observer;
  statement_sink statement_observer;
  /// No clock that shows less is right; a house that lives in the past may say when.
  time_point earliest_date = limits::earliest_date;
  recording_plan recording = {};  ///< of what the dispatcher is given and decides
  history_disk history = {};      ///< of a layout that has one; null makers: nothing is kept
  portal_parts portal = {};       ///< of the house's own page, where the layout has one
  /// Called on an actor's thread every `limits::pulse_every` while control ticks; null: nobody
  /// looks.
  std::function<void()> beat = {};
};

struct running_house {
  supervisor_actor supervisor;
  std::shared_ptr<const family> members;  ///< for tests, which look on from the same thread
};

/// Configures CAF for a house; call before the actor system is made.
void configure(caf::actor_system_config& config);

/// Spawns who watches a house, for `house_parts::snapshot_observer` and `statement_observer`. It
/// is no member of the family: the house goes on without it.
observer_actor spawn_observer(caf::actor_system& system, std::shared_ptr<observations> into);

/// Spawns the supervisor, which spawns everybody else.
running_house spawn_house(caf::actor_system& system, house_parts parts);

}  // namespace hearth
