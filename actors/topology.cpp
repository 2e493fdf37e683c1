#include "actors/topology.hpp"

#include "actors/blackboard_actor.hpp"
#include "actors/bus_actor.hpp"
#include "actors/device_actor.hpp"
#include "actors/dispatcher_actor.hpp"
#include "actors/history_actor.hpp"
#include "actors/home_assistant_actor.hpp"
#include "actors/journal_actor.hpp"
#include "actors/planner_actor.hpp"
#include "actors/recorder_actor.hpp"
#include "actors/timekeeper_actor.hpp"
#include "actors/upstream_actor.hpp"
#include "layouts/layout_change.hpp"

#include <set>
#include <utility>

/// Everything that is spawned and every arrow between them, in the order of the flow.
namespace hearth {
namespace {

/// What the spawning of one house shares, for its first time and for every restart.
struct site {
  caf::actor_system& system;
  house_parts parts;
  std::shared_ptr<family> members = std::make_shared<family>();
  int journal_incarnation = 0;
  std::shared_ptr<timekeeper> dates = std::make_shared<timekeeper>(parts.earliest_date);
  int upstream_incarnation = 0;
  std::set<std::string> begun = {};  ///< devices that have been spawned, by name
  /// Of the dispatcher and the blackboard of a former layout, for those who come after them.
  std::optional<dispatcher::heritage> left = {};
  std::optional<readings> seen = {};

  [[nodiscard]] roads everybody() const {
    const auto& m = *members;
    return {.blackboard = m.blackboard,
            .dispatcher = m.dispatcher,
            .dispatcher_directives = m.dispatcher,
            .reporter = m.reporter,
            .reporter_statements = m.reporter,
            .reporter_queries = m.reporter,
            .timekeeper = m.timekeeper,
            .dispatcher_dates = m.dispatcher,
            .reporter_dates = m.reporter,
            .dispatcher_plans = m.dispatcher,
            .dispatcher_contracts = m.dispatcher,
            .planner = m.planner,
            .planner_outlook = m.planner,
            .planner_queries = m.planner,
            .planner_dates = m.planner,
            .journal = m.journal,
            .journal_contracts = m.journal,
            // Drafts are against power cuts; in memory nothing outlives one.
            .journal_drafts = parts.journal ? draft_sink{m.journal} : draft_sink{},
            .journal_of_link = m.journal,
            .journal_dates = m.journal,
            .upstream = m.upstream,
            .upstream_journal = m.upstream,
            .upstream_dates = m.upstream,
            .recorder = m.recorder,
            .dispatcher_household = m.dispatcher,
            .dispatcher_on_site = m.dispatcher,
            .dispatcher_standing = m.dispatcher,
            .history = m.history,
            .history_statements = m.history,
            .history_plans = m.history,
            .history_dates = m.history,
            .past = m.history,
            .portal = m.portal,
            .portal_statements = m.portal,
            .portal_plans = m.portal,
            .portal_dates = m.portal,
            .home_assistant = m.home_assistant,
            .home_assistant_statements = m.home_assistant,
            .snapshot_observer = parts.snapshot_observer,
            .statement_observer = parts.statement_observer};
  }

  [[nodiscard]] bool records() const { return parts.recording.open != nullptr; }
  [[nodiscard]] bool remembers() const {
    return parts.context.house->history && parts.history.open_feeds && parts.history.open_chronicle;
  }
  /// Without a store nothing can be put off.
  [[nodiscard]] bool plans() const {
    const auto& plant = parts.context.house->plant;
    return parts.plans && plant && plant->store;
  }

  [[nodiscard]] bool shows() const {
    return parts.context.house->portal && parts.portal.serve != nullptr;
  }

  /// False until the first of each permanent actor lives.
  [[nodiscard]] bool complete() const {
    const auto& m = *members;
    return m.timekeeper && m.blackboard && m.dispatcher && m.reporter &&
           (m.recorder || !records()) && (m.planner || !plans()) && (m.portal || !shows()) &&
           (m.history || !remembers()) && ((m.journal && m.upstream) || !parts.context.house->link);
  }

  void say(const std::optional<event>& word) const {
    if (word && members->reporter) caf::anon_send(statement_sink{members->reporter}, body{*word});
  }

  /// Tells all where everybody stands now. The word goes out when the reporter knows who listens,
  /// and before anybody new can say one.
  void show_roads(const std::optional<event>& word) const {
    if (!complete()) return say(word);
    const auto here = everybody();
    caf::anon_send(members->reporter, here);
    say(word);
    for (const auto& [id, device] : members->devices) caf::anon_send(device, here);
    caf::anon_send(members->timekeeper, here);
    caf::anon_send(members->blackboard, here);
    caf::anon_send(members->dispatcher, here);
    if (members->planner) caf::anon_send(members->planner, here);
    if (members->recorder) caf::anon_send(members->recorder, here);
    if (members->journal) caf::anon_send(members->journal, here);
    if (members->upstream) caf::anon_send(members->upstream, here);
    if (members->history) caf::anon_send(members->history, here);
    if (members->portal) caf::anon_send(members->portal, here);
    if (members->home_assistant) caf::anon_send(members->home_assistant, here);
  }

  /// Gives the dispatcher what one of a former layout has left.
  void hand_down() {
    const auto former = std::exchange(left, {});
    if (!former) return;
    for (const auto& hold : former->holds)
      caf::anon_send(members->dispatcher, request_on_site{hold.wish, hold.request_id});
    if (!former->contracts.empty())
      caf::anon_send(members->dispatcher, contracts_kept{former->contracts});
    if (former->plan) caf::anon_send(members->dispatcher, *former->plan);
    caf::anon_send(members->dispatcher, former->wanted);
  }

  /// Tells the dispatcher which devices can be commanded and where.
  void show_devices() const {
    for (const auto& [id, device] : members->devices)
      caf::anon_send(members->dispatcher, device_road{id, device});
  }
};

port_maker maker_for(const site& s, const bus_layout& bus) {
  if (const auto found = s.parts.ports.find(bus.kind); found != s.parts.ports.end())
    return found->second;
  return [kind = bus.kind](const layout&, bus_id) -> result<std::unique_ptr<port>> {
    return failed(fault_code::unsupported, "this program has no port for a bus of kind " + kind);
  };
}

family_member bus_member(std::shared_ptr<site> s, bus_id id) {
  const auto& house = *s->parts.context.house;
  const auto spawn = [s, id, make = maker_for(*s, house[id])] {
    auto& place = s->members->buses[id];
    place = s->parts.blocking_ports
                ? s->system.spawn<caf::detached>(bus, s->parts.context, id, make)
                : s->system.spawn(bus, s->parts.context, id, make);
    return caf::actor_cast<caf::strong_actor_ptr>(place);
  };
  const auto introduce = [s, id](const auto& word) {
    s->say(word);
    for (const auto& [device, actor] : s->members->devices)
      if ((*s->parts.context.house)[device].bus == id) caf::anon_send(actor, s->members->buses[id]);
    const auto& told = s->parts.context.house->home_assistant;
    if (told && told->bus == id && s->members->home_assistant)
      caf::anon_send(s->members->home_assistant, s->members->buses[id]);
  };
  return {"bus " + house[id].name, spawn, introduce};
}

family_member device_member(std::shared_ptr<site> s, device_id id) {
  const auto& device = (*s->parts.context.house)[id];
  const auto* found = s->parts.find_model(device.model);
  // The parser accepts only models of the registry.
  const auto kind = std::shared_ptr<const model>{std::shared_ptr<const model>{}, found};
  const auto spawn = [s, id, kind, on = device.bus] {
    auto& place = s->members->devices[id];
    const auto again = !s->begun.insert((*s->parts.context.house)[id].name).second;
    place = s->system.spawn(device_of, s->parts.context, id, kind, s->members->buses[on], again);
    return caf::actor_cast<caf::strong_actor_ptr>(place);
  };
  const auto introduce = [s, id](const auto& word) {
    s->say(word);
    const auto& actor = s->members->devices[id];
    if (!s->complete()) return;
    caf::anon_send(actor, s->everybody());
    caf::anon_send(s->members->dispatcher, device_road{id, actor});
  };
  return {"device " + device.name, spawn, introduce};
}

family_member timekeeper_member(std::shared_ptr<site> s) {
  return {"timekeeper",
          [s] {
            s->members->timekeeper = s->system.spawn(timekeeper_of, s->parts.context, s->dates);
            return caf::actor_cast<caf::strong_actor_ptr>(s->members->timekeeper);
          },
          [s](const auto& word) { s->show_roads(word); }};
}

family_member blackboard_member(std::shared_ptr<site> s) {
  return {"blackboard",
          [s] {
            s->members->blackboard = s->system.spawn(blackboard_of, s->parts.context);
            if (s->seen) caf::anon_send(s->members->blackboard, *std::exchange(s->seen, {}));
            return caf::actor_cast<caf::strong_actor_ptr>(s->members->blackboard);
          },
          [s](const auto& word) { s->show_roads(word); }};
}

family_member dispatcher_member(std::shared_ptr<site> s) {
  return {"dispatcher",
          [s] {
            s->members->dispatcher = s->system.spawn(dispatcher_of, s->parts.context, s->records());
            s->hand_down();
            return caf::actor_cast<caf::strong_actor_ptr>(s->members->dispatcher);
          },
          [s](const auto& word) {
            s->show_roads(word);
            s->show_devices();
          }};
}

family_member planner_member(std::shared_ptr<site> s) {
  return {"planner",
          [s] {
            s->members->planner = s->system.spawn(planner_of, s->parts.context);
            return caf::actor_cast<caf::strong_actor_ptr>(s->members->planner);
          },
          [s](const auto& word) { s->show_roads(word); }};
}

family_member recorder_member(std::shared_ptr<site> s) {
  return {"recorder",
          [s] {
            s->members->recorder =
                s->parts.blocking_ports
                    ? s->system.spawn<caf::detached>(recorder_of, s->parts.context,
                                                     s->parts.boot_id, s->parts.recording)
                    : s->system.spawn(recorder_of, s->parts.context, s->parts.boot_id,
                                      s->parts.recording);
            return caf::actor_cast<caf::strong_actor_ptr>(s->members->recorder);
          },
          [s](const auto& word) { s->show_roads(word); }};
}

family_member history_member(std::shared_ptr<site> s) {
  return {"history",
          [s] {
            s->members->history =
                s->parts.history.blocks
                    ? s->system.spawn<caf::detached>(history_of, s->parts.context, s->parts.history)
                    : s->system.spawn(history_of, s->parts.context, s->parts.history);
            return caf::actor_cast<caf::strong_actor_ptr>(s->members->history);
          },
          [s](const auto& word) { s->show_roads(word); }};
}

family_member reporter_member(std::shared_ptr<site> s) {
  return {"reporter",
          [s] {
            s->members->reporter = s->system.spawn(reporter_of, s->parts.context, s->parts.log);
            return caf::actor_cast<caf::strong_actor_ptr>(s->members->reporter);
          },
          [s](const auto& word) { s->show_roads(word); }};
}

family_member journal_member(std::shared_ptr<site> s) {
  return {"journal",
          [s] {
            // A count of messages that may have lost its end in a crash is not continued.
            auto boot = s->parts.boot_id;
            if (++s->journal_incarnation > 1) boot += "." + std::to_string(s->journal_incarnation);
            s->members->journal =
                s->parts.blocking_ports
                    ? s->system.spawn<caf::detached>(journal_of, s->parts.context, boot,
                                                     s->parts.journal)
                    : s->system.spawn(journal_of, s->parts.context, boot, s->parts.journal);
            return caf::actor_cast<caf::strong_actor_ptr>(s->members->journal);
          },
          [s](const auto& word) { s->show_roads(word); }};
}

family_member upstream_member(std::shared_ptr<site> s) {
  return {"upstream",
          [s] {
            s->members->upstream = s->system.spawn(upstream_of, s->parts.context, s->parts.boot_id,
                                                   ++s->upstream_incarnation, s->parts.connect);
            return caf::actor_cast<caf::strong_actor_ptr>(s->members->upstream);
          },
          [s](const auto& word) { s->show_roads(word); }};
}

family_member portal_member(std::shared_ptr<site> s) {
  return {"portal",
          [s] {
            s->members->portal =
                s->parts.portal.blocks
                    ? s->system.spawn<caf::detached>(portal_of, s->parts.context, s->parts.portal)
                    : s->system.spawn(portal_of, s->parts.context, s->parts.portal);
            return caf::actor_cast<caf::strong_actor_ptr>(s->members->portal);
          },
          [s](const auto& word) { s->show_roads(word); }};
}

family_member home_assistant_member(std::shared_ptr<site> s) {
  return {"home assistant",
          [s] {
            s->members->home_assistant = s->system.spawn(home_assistant_of, s->parts.context);
            return caf::actor_cast<caf::strong_actor_ptr>(s->members->home_assistant);
          },
          [s](const auto& word) {
            const auto bus = s->parts.context.house->home_assistant->bus;
            caf::anon_send(s->members->home_assistant, s->members->buses.at(bus));
            s->show_roads(word);
          }};
}

/// Everybody, in the order of the flow.
std::vector<family_member> everyone(const std::shared_ptr<site>& s) {
  const auto& house = *s->parts.context.house;
  auto plan = std::vector<family_member>{};
  for (std::uint16_t i = 0; i < house.buses.size(); ++i) plan.push_back(bus_member(s, bus_id{i}));
  for (std::uint16_t i = 0; i < house.devices.size(); ++i)
    plan.push_back(device_member(s, device_id{i}));
  plan.push_back(timekeeper_member(s));
  plan.push_back(blackboard_member(s));
  if (s->plans()) plan.push_back(planner_member(s));
  plan.push_back(dispatcher_member(s));
  plan.push_back(reporter_member(s));
  if (s->records()) plan.push_back(recorder_member(s));
  if (s->remembers()) plan.push_back(history_member(s));
  if (house.link) {
    plan.push_back(journal_member(s));
    plan.push_back(upstream_member(s));
  }
  if (s->shows()) plan.push_back(portal_member(s));
  if (house.home_assistant) plan.push_back(home_assistant_member(s));
  return plan;
}

/// What was seen last, of the channels that stay.
readings still_true(const snapshot& seen, const std::map<channel_id, channel_id>& channels) {
  auto all = readings{};
  for (const auto& [was, is] : channels) {
    if (was.value >= seen.points.size()) continue;
    const auto& p = seen.points[was.value];
    if (p.quality != quality::never) all.push_back({is, p.value, p.at});
  }
  return all;
}

/// Those that were made for one layout as a whole.
const std::set<std::string> made_for_a_layout{"blackboard",     "planner",  "dispatcher",
                                              "reporter",       "recorder", "upstream",
                                              "home assistant", "history",  "portal"};

family_change change_of(const std::shared_ptr<site>& s, const checked_layout& house) {
  const auto& former = *s->parts.context.house;
  auto stays = compare(former, *house);
  auto change = family_change{.ending = made_for_a_layout, .words = stays.words, .begin = {}};
  for (std::uint16_t i = 0; i < former.buses.size(); ++i)
    if (!stays.buses.contains(bus_id{i})) change.ending.insert("bus " + former.buses[i].name);
  for (std::uint16_t i = 0; i < former.devices.size(); ++i)
    if (!stays.devices.contains(device_id{i}))
      change.ending.insert("device " + former.devices[i].name);
  if (!house->link) change.ending.insert("journal");
  change.begin = [s, house, stays = std::move(stays)](dispatcher::heritage left,
                                                      const snapshot& seen) {
    s->parts.context.house = house;
    s->left = std::move(left);
    s->seen = still_true(seen, stays.channels);
    auto former = std::exchange(*s->members, {});
    auto& now = *s->members;
    now.timekeeper = former.timekeeper;
    if (house->link) now.journal = former.journal;
    for (const auto& [was, is] : stays.buses) {
      now.buses[is] = former.buses.at(was);
      caf::anon_send(now.buses[is], bus_relocation{s->parts.context, is});
    }
    for (const auto& [was, is] : stays.devices) {
      now.devices[is] = former.devices.at(was);
      caf::anon_send(now.devices[is], device_relocation{s->parts.context, is, stays.channels});
    }
    return everyone(s);
  };
  return change;
}

}  // namespace

void configure(caf::actor_system_config& config) {
  // Work sharing instead of stealing: ten times shorter round trips and an idle program that
  // sleeps.
  config.set("scheduler.policy", caf::atom("sharing"));
  config.set("scheduler.max-threads", 2);
}

observer_actor spawn_observer(caf::actor_system& system, std::shared_ptr<observations> into) {
  return system.spawn(observer_of, std::move(into));
}

running_house spawn_house(caf::actor_system& system, house_parts parts) {
  const auto s = std::make_shared<site>(site{system, std::move(parts)});
  const auto supervisor =
      system.spawn(supervisor_of, s->parts.context, s->members, everyone(s),
                   family_changer{[s](const checked_layout& house) { return change_of(s, house); }},
                   s->parts.first_words, s->parts.seed, s->parts.beat);
  return {supervisor, s->members};
}

}  // namespace hearth
