#include "actors/dispatcher_actor.hpp"

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
  for (const auto& s : decided.statements) self->send(self->state.peers->reporter_statements, s);
}

}  // namespace

dispatcher_actor::behavior_type dispatcher_of(self_pointer self, house_context context) {
  self->state.mind.emplace(context.house, context.clock.now());
  // Until the timekeeper has spoken; where there is a system clock, that may be wrong.
  if (context.system_clock) self->state.mind->redate(dating{});
  return {
      [self, context](const snapshot& now) {
        carry(self, *context.house, self->state.mind->decide(now));
      },
      [self, context](const envelope& directive) {
        carry(self, *context.house, self->state.mind->take(directive, context.clock.now()));
      },
      [self](const dating& dates) { self->state.mind->redate(dates); },
      [self](const device_road& road) {
        self->state.devices[road.device] = road.actor;
        self->state.mind->forget_sent(road.device);
      },
      [self](const roads& r) { self->state.peers = r; },
  };
}

}  // namespace hearth
