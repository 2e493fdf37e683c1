#include "actors/history_actor.hpp"

namespace hearth {

void history_state::tell() {
  if (!peers) return;
  for (auto& e : mind->take_events()) self->send(peers->reporter_statements, body{std::move(e)});
}

void history_state::ask_for_setpoints() {
  if (!peers || asked || !mind->has_zones()) return;
  asked = true;
  self->request(peers->dispatcher_standing, caf::infinite, atom::tell::value)
      .then(
          [this](const standing_wishes& all) {
            asked = false;
            auto setpoints = std::vector<std::optional<temperature>>{};
            for (const auto& zone : all.setpoints) setpoints.push_back(zone.setpoint);
            mind->should_be(std::move(setpoints));
          },
          [this](const caf::error&) {
            asked = false;
            mind->should_be({});
          });
}

history_actor::behavior_type history_of(history_actor::stateful_pointer<history_state> self,
                                        house_context context, history_disk disk) {
  const auto clock = context.clock;
  auto& s = self->state;
  s.self = self;
  // Until the timekeeper has spoken; where there is a system clock, that may be wrong.
  s.mind.emplace(context.house, std::move(disk), !context.system_clock, clock.now());
  // Another layout or the end of the house: what waits for its block is written first.
  self->set_exit_handler([self, clock](const caf::exit_msg& end) {
    self->state.mind->end(clock.now());
    self->quit(end.reason);
  });
  const auto flush = clock.outside(historian::flush_every);
  self->delayed_send(self, flush, atom::flush::value);
  return {
      [self](const snapshot& now) {
        self->state.mind->see(now);
        self->state.ask_for_setpoints();
        self->state.tell();
      },
      [self, clock](const body& said) {
        self->state.mind->hear(said, clock.now());
        self->state.tell();
      },
      [self, clock](const plan_news& news) { self->state.mind->plan(news, clock.now()); },
      [self, clock](const dating& dates) {
        self->state.mind->redate(dates, clock.now());
        self->state.tell();
      },
      [self, clock, flush](atom::flush) {
        self->delayed_send(self, flush, atom::flush::value);
        self->state.mind->flush(clock.now());
        self->state.tell();
      },
      [self](const history_query& asked) { return self->state.mind->answer(asked); },
      [self, clock](const chronicle_query& asked) {
        return self->state.mind->answer(asked, clock.now());
      },
      [self, clock](const moment_query& asked) {
        return self->state.mind->answer(asked, clock.now());
      },
      [self, clock](const money_query& asked) {
        return self->state.mind->answer(asked, clock.now());
      },
      [self, clock](atom::tell) { return self->state.mind->status(clock.now()); },
      [self, clock](atom::farewell) -> atom::done {
        self->state.mind->end(clock.now());
        return atom::done::value;
      },
      [self](const roads& r) {
        self->state.peers = r;
        self->state.tell();
      },
  };
}

}  // namespace hearth
