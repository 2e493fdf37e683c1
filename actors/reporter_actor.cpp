#include "actors/reporter_actor.hpp"

#include "protocol/limits.hpp"

#include <utility>

namespace hearth {
namespace {

using self_pointer = reporter_actor::stateful_pointer<reporter_state>;

/// To all who listen; what is said before it is known where they stand waits, in its order.
void tell(self_pointer self, body what) {
  auto& s = self->state;
  if (!s.peers) {
    if (s.untold.size() < reporter_state::most_untold) s.untold.push_back(std::move(what));
    return;
  }
  s.history.tell(self, s.peers->history_statements, what);
  s.portal.tell(self, s.peers->portal_statements, what);
  s.home_assistant.tell(self, s.peers->home_assistant_statements, what);
  s.observer.tell(self, s.peers->statement_observer, what);
  const auto& to = is_journaled(what) ? s.peers->journal : s.peers->upstream;
  if (to) self->send(to, std::move(what));
}

void say(self_pointer self, const event_log& log, body what) {
  if (const auto* e = std::get_if<event>(&what)) {
    auto dated = *e;
    dated.at = self->state.dates.utc(e->at);
    log(dated);
  }
  if (const auto* s = std::get_if<state_report>(&what)) self->state.last_state = *s;
  tell(self, std::move(what));
}

std::optional<body> answer_to(reporter_state& state, query_subject subject) {
  switch (subject) {
  case query_subject::layout: return state.builder->describe();
  case query_subject::state: return state.last_state;
  case query_subject::standing: break;  // the planner's to answer
  case query_subject::snapshot: return state.builder->last_snapshot();
  }
  return {};
}

}  // namespace

void reporter_state::draft(reporter_actor::pointer self) {
  if (!peers || !peers->journal_drafts) return;
  if (auto samples = builder->take_draft())
    self->send(peers->journal_drafts, report_draft{std::move(*samples)});
}

reporter_actor::behavior_type reporter_of(self_pointer self, house_context context, event_log log) {
  self->state.builder.emplace(context.house, context.clock.now());
  return {
      [self, log](const snapshot& now) {
        for (auto& what : self->state.builder->take(now)) say(self, log, std::move(what));
        if (now.at - self->state.drafted < limits::draft_every) return;
        self->state.drafted = now.at;
        self->state.draft(self);
      },
      [self, log](body& what) { say(self, log, std::move(what)); },
      [self, log](const query& asked) {
        if (const auto answer = answer_to(self->state, asked.subject)) say(self, log, *answer);
      },
      [self](atom::farewell) -> atom::done {
        self->state.draft(self);
        return atom::done::value;
      },
      [self, log, context](const dating& dates) {
        self->state.dates = dates;
        for (auto& what : self->state.builder->redate(dates, context.clock.now()))
          say(self, log, std::move(what));
      },
      [self](const roads& r) {
        self->state.peers = r;
        for (auto& what : std::exchange(self->state.untold, {})) tell(self, std::move(what));
      },
  };
}

}  // namespace hearth
