#include "actors/dispatcher_actor.hpp"

#include "protocol/limits.hpp"

#include <utility>

namespace hearth {
namespace {

using self_pointer = dispatcher_actor::stateful_pointer<dispatcher_state>;

/// Commands to whoever drives their target, statements to the reporter.
void carry(self_pointer self, const layout& house, const dispatcher::decisions& decided) {
  for (const auto& c : decided.commands)
    if (const auto to = self->state.devices.find(house[c.target].device);
        to != self->state.devices.end())
      self->send(to->second, c);
  if (!self->state.peers) return;
  if (decided.kept && self->state.peers->journal_contracts)
    self->send(self->state.peers->journal_contracts, contracts_kept{*decided.kept});
  for (const auto& s : decided.statements) self->send(self->state.peers->reporter_statements, s);
}

void hand_over(self_pointer self) {
  auto& s = self->state;
  if (!s.peers || !s.peers->recorder) return;
  for (auto& item : std::exchange(s.unsent, {})) {
    const auto inputs = item.lost_before + 1;
    ++s.unanswered;
    self->request(s.peers->recorder, caf::infinite, std::move(item))
        .then([self](atom::done) { --self->state.unanswered; },
              [self, inputs](const caf::error&) {
                --self->state.unanswered;
                self->state.unrecorded += inputs;
              });
  }
}

/// For the recorder, if there is room.
void record(self_pointer self, recorded item) {
  auto& s = self->state;
  if (s.unsent.size() + s.unanswered >= limits::recorded_waiting) {
    ++s.unrecorded;
    return;
  }
  item.lost_before = std::exchange(s.unrecorded, 0);
  s.unsent.push_back(std::move(item));
  hand_over(self);
}

}  // namespace

dispatcher_actor::behavior_type dispatcher_of(self_pointer self, house_context context,
                                              bool is_recorded) {
  const auto clock = context.clock;
  const auto born = dispatcher_begun{clock.now()};
  self->state.mind.emplace(context.house, born.at);
  const auto live = [self, house = context.house, is_recorded](const auto& input) {
    auto decided = give(*self->state.mind, input);
    carry(self, *house, decided);
    auto answer = std::move(decided.answer);
    if (is_recorded) record(self, {input, std::move(decided)});
    return answer;
  };
  live(born);
  // Until the timekeeper has spoken; where there is a system clock, that may be wrong.
  if (context.system_clock) live(dates_told{dating{}, clock.now()});
  return {
      [self, live](const snapshot& now) {
        live(now);
        ++self->state.decided;
      },
      [self, live, clock](const envelope& directive) {
        // Its successor would know nothing of it. A node says a contract again until it is
        // answered.
        if (self->state.handed_down) return;
        live(directive_heard{directive, clock.now()});
      },
      [self, live, clock](const request_on_site& asked) -> outcome {
        if (self->state.handed_down)
          return {asked.id, false, "the house is taking another layout; ask again"};
        return live(asked_on_site{asked.wish, asked.id, clock.now()}).value();
      },
      [live, clock](const household& wanted) {
        live(household_told{wanted, clock.now()});
      },
      [self, clock](atom::tell) { return self->state.mind->standing(clock.now()); },
      [live, clock](const dating& dates) {
        live(dates_told{dates, clock.now()});
      },
      [self, live, clock](const device_road& road) {
        self->state.devices[road.device] = road.actor;
        live(device_returned{road.device, clock.now()});
      },
      [live, clock](const contracts_kept& former) {
        live(contracts_taken_up{former.text, clock.now()});
      },
      [live, clock](const heat_plan& plan) {
        live(plan_made{plan, clock.now()});
      },
      [self](atom::pulse) { return self->state.decided; },
      [self, clock](atom::farewell) {
        self->state.devices.clear();
        self->state.handed_down = true;
        return self->state.mind->farewell(clock.now());
      },
      [self, live, clock](const roads& r) {
        const auto& before = self->state.peers;
        const auto is_new = !before || before->reporter_statements != r.reporter_statements;
        self->state.peers = r;
        if (is_new) live(reporter_returned{clock.now()});
        hand_over(self);
      },
  };
}

}  // namespace hearth
