#include "actors/timekeeper_actor.hpp"

#include "protocol/limits.hpp"

namespace hearth {
namespace {

using namespace std::chrono_literals;

/// A look that took longer says too little of when it was.
constexpr duration look_within = 100ms;

}  // namespace

void timekeeper_state::look() {
  const auto before = context.clock.now();
  const auto said = context.system_clock();
  const auto taken = context.clock.now() - before;
  // A kernel that does not say what time it is leaves the date to the node.
  if (said && taken <= look_within) tell(mind->look(*said, before + taken / 2));
}

void timekeeper_state::tell(const std::vector<event>& events) {
  // The new dates first: what happens then is said by them.
  if (mind->dates() != told) tell_dates();
  if (!peers) return;
  for (const auto& e : events) self->send(peers->reporter_statements, body{e});
}

void timekeeper_state::tell_dates() {
  if (context.system_clock) told = mind->dates();
  if (!peers) return;
  self->send(peers->dispatcher_dates, told);
  self->send(peers->reporter_dates, told);
  for (const auto& other : {peers->planner_dates, peers->history_dates, peers->portal_dates})
    if (other) self->send(other, told);
  if (!peers->journal) return;
  self->send(peers->journal_dates, told);
  self->send(peers->upstream_dates, told);
}

timekeeper_actor::behavior_type timekeeper_of(
    timekeeper_actor::stateful_pointer<timekeeper_state> self, house_context context,
    std::shared_ptr<timekeeper> mind) {
  auto& s = self->state;
  s.self = self;
  s.context = std::move(context);
  s.mind = std::move(mind);
  const auto tick = s.context.clock.outside(s.context.house->pace.housekeeping);
  if (s.context.system_clock) {
    self->delayed_send(self, tick, atom::tick::value);
    s.look();
  }
  return {
      [self](const node_time& said) {
        if (self->state.context.system_clock) self->state.tell(self->state.mind->hear(said));
      },
      [self, tick](atom::tick) {
        self->delayed_send(self, tick, atom::tick::value);
        self->state.look();
      },
      [self](const roads& r) {
        self->state.peers = r;
        self->state.tell_dates();
      },
  };
}

}  // namespace hearth
