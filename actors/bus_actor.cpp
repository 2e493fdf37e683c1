#include "actors/bus_actor.hpp"

#include "actors/bus.hpp"
#include "protocol/limits.hpp"

namespace hearth {
namespace {

/// How long a bus that is told to end still carries out what its devices' last wills ask, in real
/// time.
constexpr auto linger = std::chrono::milliseconds{200};

}  // namespace

bus_answers bus_state::carry_out(const bus_batch& batch) {
  if (!io) {
    auto made = make(*context.house, id);
    if (!made) return bus_answers(batch.size(), tl::make_unexpected(made.error()));
    io = std::move(*made);
    for (const auto& [device, who] : listeners) hear(who);
  }
  return hearth::carry_out(*io, batch, [this] { return context.clock.now(); });
}

void bus_state::hear(const listener& who) {
  listeners[who.device] = who;
  if (!io) return;
  io->listen(who.topics, [to = caf::actor_cast<bus_actor>(self), count = waiting](bus_message m) {
    if (count->fetch_add(1) >= limits::heard_messages) {
      count->fetch_sub(1);
      return;
    }
    caf::anon_send(to, std::move(m));
  });
}

bus_actor::behavior_type bus(bus_actor::stateful_pointer<bus_state> self, house_context context,
                             bus_id id, port_maker make) {
  self->state.self = self;
  self->state.context = std::move(context);
  self->state.id = id;
  self->state.make = std::move(make);
  self->set_exit_handler(
      [self](const caf::exit_msg&) { self->delayed_send(self, linger, atom::farewell::value); });
  return {
      [self](const bus_batch& batch) -> bus_answers { return self->state.carry_out(batch); },
      [self](const listener& who) { self->state.hear(who); },
      [self](const bus_relocation& now) {
        auto& s = self->state;
        s.context = now.context;
        s.id = now.id;
        // A port that speaks unasked knows whom it tells; it is made anew for those who listen now.
        if (!s.listeners.empty()) s.io.reset();
        s.listeners.clear();
      },
      [self](const bus_message& m) {
        self->state.waiting->fetch_sub(1);
        for (const auto& [device, who] : self->state.listeners)
          for (const auto& filter : who.topics)
            if (topic_matches(filter, m.topic)) {
              self->send(who.actor, m);
              break;
            }
      },
      [self](atom::farewell) { self->quit(); },
  };
}

}  // namespace hearth
