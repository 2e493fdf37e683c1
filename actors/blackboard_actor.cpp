#include "actors/blackboard_actor.hpp"

#include "protocol/limits.hpp"

#include <string>

namespace hearth {
namespace {

/// Time for fast devices to answer their first poll; a node is told of them at once.
constexpr auto first_tick_after = std::chrono::milliseconds{100};

/// Who keeps the history cannot say so while its disk hangs.
event told_of(const onlooker::hang& h, time_point now) {
  if (!h.is_over)
    return {severity::warning, "history-failing", "history",
            "the history takes nothing, as if its disk hung; what is measured meanwhile is lost to "
            "it, and the house goes on",
            now};
  return {severity::info, "history-back", "history",
          "the history takes again what is measured; it missed " + std::to_string(h.missed) +
              " pictures of the house",
          now};
}

}  // namespace

void blackboard_state::show(blackboard_actor::pointer self, const snapshot& frozen) {
  if (!peers) return;
  // The planner first: what it says of this picture is then known at the next.
  if (peers->planner) self->send(peers->planner, frozen);
  self->send(peers->dispatcher, frozen);
  self->send(peers->reporter, frozen);
  if (const auto news = history.take_news())
    self->send(peers->reporter_statements, body{told_of(*news, frozen.at)});
  history.tell(self, peers->history, frozen);
  portal.tell(self, peers->portal, frozen);
  home_assistant.tell(self, peers->home_assistant, frozen);
  observer.tell(self, peers->snapshot_observer, frozen);
}

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
        self->state.show(self, frozen);
      },
      [self, clock](atom::farewell) { return self->state.board->freeze(clock.now()); },
      [self](const roads& r) { self->state.peers = r; },
  };
}

}  // namespace hearth
