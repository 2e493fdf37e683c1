#include "actors/device_actor.hpp"

#include "protocol/limits.hpp"

#include <algorithm>

namespace hearth {
namespace {

fault no_answer(const caf::error&) {
  return {fault_code::timeout,
          "the bus did not answer within " + to_text(limits::bus_answer_timeout)};
}

}  // namespace

void device_state::tell(device::outcome what) {
  if (!peers) {
    // Only the first readings after a start can come so early; one poll's worth is kept.
    if (untold.size() < 2) untold.push_back(std::move(what));
    return;
  }
  if (!what.readings.empty()) self->send(peers->blackboard, std::move(what.readings));
  for (auto& e : what.events) self->send(peers->reporter_statements, body{std::move(e)});
}

template <caf::message_priority Priority, class Heard>
void device_state::ask(bus_batch requests, Heard heard) {
  auto asked = self->request<Priority>(*bus, limits::bus_answer_timeout, std::move(requests));
  asked.then(
      [this, heard, timeout = asked.id()](bus_answers& answers) {
        // CAF would let it run out and tell us then: a message for each poll that says nothing.
        self->clock().cancel_request_timeout(self, timeout);
        heard(std::move(answers));
      },
      [heard](const caf::error& e) { heard(tl::make_unexpected(no_answer(e))); });
}

/// Tells the bus what the device wants to hear.
void device_state::listen() {
  if (auto topics = core->topics(); !topics.empty())
    self->send(*bus, listener{id, heard_sink{self}, std::move(topics)});
}

void device_state::poll() {
  if (polling) return;
  polling = core->next_poll();
  ask<caf::message_priority::normal>(
      std::move(polling->requests), [this](result<bus_answers> answers) {
        const auto done = std::exchange(polling, {});
        tell(core->answered(*done, std::move(answers), context.clock.now()));
        // Writes that failed are tried again at the pace of the polls.
        write();
        // The time that the answers took is not added to the period; a poll that was missed is not
        // made up for.
        const auto now = context.clock.now();
        due = std::max(due + (*context.house)[id].poll_every, now);
        self->delayed_send(self, context.clock.outside(due - now), atom::poll::value);
      });
}

void device_state::write() {
  if (writing) {
    newer_waits = true;
    return;
  }
  writing = core->next_write(context.clock.now());
  if (!writing) {
    confirm_safe();
    return;
  }
  arm_expiry();
  ask<caf::message_priority::high>(
      std::move(writing->requests), [this](result<bus_answers> answers) {
        const auto done = std::exchange(writing, {});
        tell(core->answered(*done, std::move(answers), context.clock.now()));
        // What came meanwhile, a make-safe perhaps, goes out before anybody is told that all is
        // safe.
        if (std::exchange(newer_waits, false))
          write();
        else
          confirm_safe();
      });
}

void device_state::arm_expiry() {
  const auto next = core->next_expiry();
  if (!next || (expiry_armed && *expiry_armed <= *next)) return;
  expiry_armed = next;
  self->delayed_send(self, context.clock.outside(*next - context.clock.now()), atom::tick::value);
}

/// Answers whoever asked for safety, tried and done or tried and failed: nobody waits for a dead
/// bus.
void device_state::confirm_safe() {
  for (auto& promise : safe_promises) promise.deliver(atom::done::value);
  safe_promises.clear();
}

device_actor::behavior_type device_of(device_actor::stateful_pointer<device_state> self,
                                      house_context context, device_id id,
                                      std::shared_ptr<const model> kind, bus_actor bus,
                                      bool again) {
  auto& s = self->state;
  s.self = self;
  s.context = context;
  s.id = id;
  s.core.emplace(context.house, id, kind->make(*context.house, id), again);
  s.bus = std::make_shared<bus_actor>(bus);
  self->attach_functor([bus = s.bus, will = s.core->last_will()](const caf::error&) {
    if (!will.empty()) caf::anon_send<caf::message_priority::high>(*bus, will);
  });
  s.listen();
  s.due = context.clock.now();
  s.write();
  s.poll();
  return {
      [self](atom::poll) { self->state.poll(); },
      [self](const command& c) {
        self->state.tell({self->state.core->take(c, self->state.context.clock.now()), {}});
        self->state.write();
      },
      [self](atom::tick) {
        self->state.expiry_armed.reset();
        self->state.write();
        self->state.arm_expiry();
      },
      [self](const bus_message& m) {
        self->state.tell(self->state.core->heard(m, self->state.context.clock.now()));
      },
      [self](atom::make_safe) -> caf::result<atom::done> {
        auto promise = self->make_response_promise<atom::done>();
        self->state.safe_promises.push_back(promise);
        self->state.core->make_safe();
        self->state.write();
        return promise;
      },
      [self](const device_relocation& now) {
        auto& s = self->state;
        s.context = now.context;
        s.id = now.id;
        s.core->move_to(now.context.house, now.id, now.channels);
        if (s.writing) device::renumber(*s.writing, now.channels);
        s.untold.clear();
        // Those of the former layout end; whoever listens now is told next.
        s.peers.reset();
        s.listen();
      },
      [self](const bus_actor& b) {
        *self->state.bus = b;
        self->state.listen();
      },
      [self](const roads& r) {
        self->state.peers = r;
        for (auto& what : std::exchange(self->state.untold, {})) self->state.tell(std::move(what));
      },
  };
}

}  // namespace hearth
