#include "actors/recorder_actor.hpp"

namespace hearth {
namespace {

using self_pointer = recorder_actor::stateful_pointer<recorder_state>;

/// What the last step brought besides.
void tell(self_pointer self) {
  if (!self->state.peers) return;
  for (auto& e : self->state.hand->take_events())
    self->send(self->state.peers->reporter_statements, body{std::move(e)});
}

}  // namespace

recorder_actor::behavior_type recorder_of(self_pointer self, house_context context,
                                          std::string boot_id, recording_plan plan) {
  self->state.hand.emplace(std::move(plan), context.house, std::move(boot_id));
  return {
      [self, clock = context.clock](const recorded& item) -> atom::done {
        self->state.hand->keep(item, clock.now());
        tell(self);
        return atom::done::value;
      },
      [self, clock = context.clock](atom::farewell) -> atom::done {
        self->state.hand->end(clock.now());
        return atom::done::value;
      },
      [self](const roads& r) {
        self->state.peers = r;
        tell(self);
      },
  };
}

}  // namespace hearth
