#include "actors/home_assistant_actor.hpp"

#include <algorithm>
#include <utility>

namespace hearth {
namespace {

using self_pointer = home_assistant_actor::stateful_pointer<home_assistant_state>;

/// A broker that was away is asked again after this; the bus has devices to serve.
constexpr duration try_again_after = std::chrono::seconds{10};

/// What the bus did not take is said again as a whole.
void ended(self_pointer self, bool taken, time_point now) {
  auto& s = self->state;
  s.under_way = false;
  if (taken) return;
  s.mind->begin_again();
  s.try_again = now + try_again_after;
}

void tell(self_pointer self, const snapshot& now) {
  auto& s = self->state;
  if (!s.bus || s.under_way || (s.try_again && now.at < *s.try_again)) return;
  s.try_again.reset();
  auto batch = s.mind->say(now);
  if (batch.empty()) return;
  s.under_way = true;
  self->request(s.bus, caf::infinite, std::move(batch))
      .then(
          [self, at = now.at](const bus_answers& answers) {
            ended(self, std::ranges::all_of(answers, [](const auto& a) { return a.has_value(); }),
                  at);
          },
          [self, at = now.at](const caf::error&) { ended(self, false, at); });
}

/// Setpoints are what the dispatcher goes by, and it knows.
void ask(self_pointer self) {
  auto& s = self->state;
  if (!s.peers || !s.peers->dispatcher_standing || s.asked) return;
  s.asked = true;
  self->request(s.peers->dispatcher_standing, caf::infinite, atom::tell::value)
      .then(
          [self](const standing_wishes& standing) {
            self->state.asked = false;
            self->state.mind->know(standing.setpoints);
          },
          [self](const caf::error&) { self->state.asked = false; });
}

}  // namespace

home_assistant_actor::behavior_type home_assistant_of(self_pointer self, house_context context) {
  self->state.mind.emplace(context.house, HEARTH_VERSION);
  return {
      [self](const snapshot& now) {
        ask(self);
        tell(self, now);
      },
      [self](const body& said) { self->state.mind->hear(said); },
      [self](const bus_actor& bus) {
        self->state.bus = bus;
        self->state.under_way = false;
        self->state.mind->begin_again();
      },
      [self](const roads& r) { self->state.peers = r; },
  };
}

}  // namespace hearth
