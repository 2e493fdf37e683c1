#include "actors/blackboard_actor.hpp"

#include "protocol/limits.hpp"

namespace hearth {
namespace {

/// Time for fast devices to answer their first poll; a node is told of them at once.
constexpr auto first_tick_after = std::chrono::milliseconds{100};

}  // namespace

blackboard_actor::behavior_type blackboard_of(
    blackboard_actor::stateful_pointer<blackboard_state> self, house_context context) {
  const auto clock = context.clock;
  const auto tick = clock.outside(context.house->pace.control);
  self->state.board.emplace(context.house, clock.now());
  self->delayed_send(self, clock.outside(first_tick_after), atom::tick::value);
  return {
      [self, clock](const readings& heard) { self->state.board->take(heard, clock.now()); },
      [self, clock, tick](atom::tick) {
        self->delayed_send(self, tick, atom::tick::value);
        const auto frozen = self->state.board->freeze(clock.now());
        if (!self->state.peers) return;
        // The planner first: what it says of this picture is then known at the next.
        if (self->state.peers->planner) self->send(self->state.peers->planner, frozen);
        self->send(self->state.peers->dispatcher, frozen);
        self->send(self->state.peers->reporter, frozen);
        const auto& peers = *self->state.peers;
        for (const auto& watcher :
             {peers.history, peers.portal, peers.home_assistant, peers.snapshot_observer})
          if (watcher) self->send(watcher, frozen);
      },
      [self, clock](atom::farewell) { return self->state.board->freeze(clock.now()); },
      [self](const roads& r) { self->state.peers = r; },
  };
}

}  // namespace hearth
