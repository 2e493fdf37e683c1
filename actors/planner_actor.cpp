#include "actors/planner_actor.hpp"

namespace hearth {

void planner_state::ask_for_hands() {
  if (!peers || asked || (!peers->portal && !peers->home_assistant)) return;
  asked = true;
  self->request(peers->dispatcher_standing, caf::infinite, atom::tell::value)
      .then(
          [this](const standing_wishes& all) {
            asked = false;
            mind->let_go(hands_off(all.lived_by, clock->now()) != nullptr);
          },
          [this](const caf::error&) { asked = false; });
}

planner_actor::behavior_type planner_of(planner_actor::stateful_pointer<planner_state> self,
                                        house_context context) {
  const auto clock = context.clock;
  self->state.self = self;
  self->state.mind.emplace(context.house);
  // Until the timekeeper has spoken; where there is a system clock, that may be wrong.
  if (context.system_clock) self->state.mind->redate(dating{});
  self->state.clock = clock;
  return {
      [self](const snapshot& now) {
        auto& s = self->state;
        s.ask_for_hands();
        auto plan = s.mind->look(now);
        if (!s.peers) return;
        if (plan) {
          if (s.peers->history_plans || s.peers->portal_plans) {
            const auto news = s.mind->news(*plan, now.at);
            for (const auto& watcher : {s.peers->history_plans, s.peers->portal_plans})
              if (watcher) self->send(watcher, news);
          }
          self->send(s.peers->dispatcher_plans, std::move(*plan));
        }
        for (auto& e : s.mind->take_events())
          self->send(s.peers->reporter_statements, body{std::move(e)});
      },
      [self, clock](const body& said) { self->state.mind->hear(said, clock.now()); },
      [self, clock](const query& asked) {
        const auto& s = self->state;
        if (asked.subject != query_subject::standing || !s.peers) return;
        if (auto is = s.mind->standing_to_sell_by(clock.now()))
          self->send(s.peers->reporter_statements, body{std::move(*is)});
      },
      [self](const dating& dates) { self->state.mind->redate(dates); },
      [self](const roads& r) { self->state.peers = r; },
  };
}

}  // namespace hearth
