#include "actors/journal_actor.hpp"

#include "protocol/limits.hpp"

#include <chrono>
#include <utility>

namespace hearth {
void journal_state::write() {
  // What is said in the first moment waits for the timekeeper's first word, not for its date.
  if (waiting.empty() || (!dates_heard && waiting.size() < limits::journal_group)) return;
  hand_on(hand->keep(std::exchange(waiting, {}), context.clock.now()));
  tell();
}

void journal_state::hand_on(std::vector<journal_item> kept) {
  if (peers && peers->upstream_journal && !kept.empty())
    self->send(peers->upstream_journal, link_journaled{std::move(kept)});
}

void journal_state::tell() {
  if (!peers) return;
  for (auto& e : hand->take_events()) self->send(peers->reporter_statements, body{std::move(e)});
  if (hand->take_changed() && peers->upstream_journal)
    self->send(peers->upstream_journal, link_journal_reset{});
}

void journal_state::tell_backlog() {
  if (!peers || !peers->upstream) return;
  const auto now = context.clock.now();
  if (told && now - told_at < limits::backlog_told_every) return;
  const auto all = hand->status();
  const auto quiet = told && told->waiting == 0 && all.waiting == 0;
  if (quiet && (told == all || now - told_at < limits::quiet_backlog_every)) return;
  told = all;
  told_at = now;
  self->send(peers->upstream, body{all});
  if (peers->portal_statements) self->send(peers->portal_statements, body{all});
}

journal_actor::behavior_type journal_of(journal_actor::stateful_pointer<journal_state> self,
                                        house_context context, std::string boot_id,
                                        journal_maker open) {
  auto& s = self->state;
  s.self = self;
  s.context = context;
  const auto clock = context.clock;
  s.hand.emplace(context.house->site, std::move(boot_id), std::move(open), clock.now());
  const auto tick = clock.outside(context.house->pace.housekeeping);
  self->delayed_send(self, tick, atom::tick::value);
  return {
      [self](body& said) {
        auto& s = self->state;
        // Whatever arrives until the actor comes to its own message is written in one group.
        if (s.waiting.empty()) self->send(self, atom::flush::value);
        s.waiting.push_back(std::move(said));
        if (s.waiting.size() >= limits::journal_group) s.write();
      },
      [self, clock](const report_draft& d) {
        self->state.write();
        self->state.hand->keep_draft(d.samples, clock.now());
        self->state.tell();
      },
      [self](const contracts_kept& kept) { self->state.hand->keep_contracts(kept.text); },
      [self, clock](const link_fetch& wanted) {
        auto& s = self->state;
        s.write();
        auto page = s.hand->read(wanted, clock.now());
        s.tell();
        if (s.peers && s.peers->upstream_journal)
          self->send(s.peers->upstream_journal, std::move(page));
      },
      [self, clock](const link_forget& taken) {
        self->state.hand->forget(taken, clock.now());
        self->state.tell();
      },
      [self, clock](const link_set_aside& refused) {
        self->state.hand->set_aside(refused, clock.now());
        self->state.tell();
      },
      [self, clock](const resend& asked) {
        auto& s = self->state;
        s.write();
        s.hand_on(s.hand->answer(asked, clock.now()));
        s.tell();
      },
      [self, clock](const dating& dates) {
        auto& s = self->state;
        s.dates_heard = true;
        s.hand->date(dates, clock.now());
        s.write();
        s.tell();
      },
      [self](atom::flush) { self->state.write(); },
      [self, clock, tick](atom::tick) {
        self->delayed_send(self, tick, atom::tick::value);
        self->state.hand_on(self->state.hand->tick(clock.now()));
        self->state.tell();
        self->state.tell_backlog();
      },
      [self](atom::tell) {
        self->state.told.reset();
        self->state.tell_backlog();
      },
      [self](atom::farewell) -> atom::done {
        self->state.write();
        return atom::done::value;
      },
      [self](const roads& r) {
        auto& s = self->state;
        const auto is_new = !s.peers || s.peers->dispatcher_contracts != r.dispatcher_contracts;
        s.peers = r;
        if (is_new && !s.hand->contracts().empty())
          self->send(r.dispatcher_contracts, contracts_kept{s.hand->contracts()});
        s.tell();
      },
  };
}

}  // namespace hearth
