#include "actors/reporter_actor.hpp"

namespace hearth {
namespace {

using self_pointer = reporter_actor::stateful_pointer<reporter_state>;

void say(self_pointer self, const event_log& log, const body& what) {
  if (const auto* e = std::get_if<event>(&what)) log(*e);
  if (const auto* s = std::get_if<state_report>(&what)) self->state.last_state = *s;
  if (!self->state.peers) return;
  if (self->state.peers->upstream) self->send(self->state.peers->upstream, what);
  if (self->state.peers->statement_observer)
    self->send(self->state.peers->statement_observer, what);
}

std::optional<body> answer_to(reporter_state& state, query_subject subject) {
  switch (subject) {
  case query_subject::layout: return state.builder->describe();
  case query_subject::state: return state.last_state;
  case query_subject::snapshot: return state.builder->last_snapshot();
  }
  return {};
}

}  // namespace

reporter_actor::behavior_type reporter_of(self_pointer self, house_context context, event_log log) {
  self->state.builder.emplace(context.house, context.clock.now());
  return {
      [self, log](const snapshot& now) {
        for (const auto& what : self->state.builder->take(now)) say(self, log, what);
      },
      [self, log](const body& what) { say(self, log, what); },
      [self, log](const query& asked) {
        if (const auto answer = answer_to(self->state, asked.subject)) say(self, log, *answer);
      },
      [self](const roads& r) { self->state.peers = r; },
  };
}

}  // namespace hearth
