#include "actors/portal_actor.hpp"

#include "actors/history/chronicler.hpp"
#include "actors/portal/json_answer.hpp"

#include <type_traits>
#include <utility>

namespace hearth {
namespace {

using namespace std::chrono_literals;

/// Outside time: people look at a house that lives faster at their own pace.
constexpr auto tick_every = 1s;
constexpr auto patience = 5s;
constexpr auto retry_every = 60s;
/// What stands besides local control is asked for while somebody looks.
constexpr std::uint64_t standing_every = 2;  ///< ticks
/// Questions to others. Beyond: 503; the history answers one after the other anyway.
constexpr std::size_t under_way_most = 16;

web_response busy() {
  auto made = problem(503, "too many look into the past at this moment; try again in a second");
  made.headers.emplace_back("Retry-After", "1");
  return made;
}

/// Asks somebody else, and answers the request with what is made of it.
template <class Answer, class Desk, class... What>
void ask(portal_state& s, std::uint64_t id, const Desk& to, rendering<Answer> render,
         What... what) {
  if (!to || s.under_way >= under_way_most) {
    s.server->answer(id, to ? busy() : render(nullptr));
    return;
  }
  ++s.under_way;
  const auto answered = [&s, id, render = std::move(render)](const Answer* answer) {
    --s.under_way;
    auto made = render(answer);
    if (s.server) s.server->answer(id, std::move(made));
    s.carry();
  };
  s.self->request(to, patience, std::move(what)...)
      .then([answered](const Answer& answer) { answered(&answer); },
            [&s, answered](const caf::error&) {
              if constexpr (std::is_same_v<Desk, history_desk>) s.wait_for_past();
              answered(nullptr);
            });
}

}  // namespace

time_point portal_state::people() const {
  return context.clock.speed() == 1 ? dates.utc(context.clock.now()) : world.now();
}

void portal_state::complain(const std::string& kind, const std::string& why) {
  try_again = world.now() + retry_every;
  if (complaint == why) return;
  complaint = why;
  self->send(peers->reporter_statements,
             body{event{severity::warning, kind, context.house->site,
                        why + "; it is tried again every minute, and the house goes on",
                        context.clock.now()}});
}

std::string portal_state::path_of(const std::string& file) const {
  return file.empty() || file.front() == '/' ? file : context.house->folder + "/" + file;
}

std::vector<std::string> portal_state::names() const {
  return parts.names ? parts.names(path_of(context.house->portal->cert))
                     : std::vector<std::string>{};
}

bool portal_state::open_accounts() {
  auto opened = parts.open_accounts();
  if (!opened) {
    complain("page-closed",
             "there is no page: its accounts cannot be opened: " + to_text(opened.error()));
    return false;
  }
  if (opened->warning)
    self->send(peers->reporter_statements,
               body{event{severity::warning, "page-accounts", context.house->site, *opened->warning,
                          context.clock.now()}});
  auto store = std::shared_ptr<account_store>{std::move(opened->store)};
  const auto& page = *context.house->portal;
  auto keeper =
      guard{store,
            parts.hashing,
            parts.random_bytes,
            {.site = context.house->site, .encrypted = !page.cert.empty(), .names = names()}};
  auto authority = std::function<result<std::string>()>{};
  if (parts.authority && !page.cert.empty())
    authority = [ask = parts.authority, cert = path_of(page.cert)] { return ask(cert); };
  mind.emplace(context.house, std::move(keeper), store, parts.random_bytes, parts.pages,
               std::move(authority));
  mind->redate(dates, context.clock.now());
  mind->begin(context.clock.now());
  return true;
}

void portal_state::listen() {
  const auto& page = *context.house->portal;
  auto made = parts.serve({page.listen, path_of(page.cert), path_of(page.key)}, parts.bounds,
                          [to = caf::actor_cast<portal_actor>(self)](web_request asked) {
                            caf::anon_send(to, std::move(asked));
                          });
  if (!made) return complain("page-closed", "there is no page: " + to_text(made.error()));
  server = std::move(*made);
  try_again.reset();
  if (!std::exchange(complaint, {}).empty())
    self->send(
        peers->reporter_statements,
        body{event{severity::info, "page-open", context.house->site,
                   "the page is there again, at " + server->listens_at(), context.clock.now()}});
}

void portal_state::open() {
  // Why there is no page must be heard at once, not when it is tried again.
  if (!peers || leaving || (mind && server) || (try_again && world.now() < *try_again)) return;
  if (!mind && !open_accounts()) return;
  if (!server) listen();
}

void portal_state::answer(const web_request& asked) {
  if (!server || !mind) return;
  auto figures = program_figures{server->traffic(), parts.rss_bytes ? parts.rss_bytes() : 0,
                                 dates.utc(started)};
  mind->figure(std::move(figures));
  auto done = mind->answer(asked, context.clock.now(), people());
  const auto id = asked.id;
  const auto past = peers && !past_hangs ? peers->past : history_desk{};
  if (auto* a = std::get_if<asked_of_history>(&done))
    ask(*this, id, past, std::move(a->render), std::move(a->what));
  else if (auto* a = std::get_if<asked_of_chronicle>(&done))
    ask(*this, id, past, std::move(a->render), std::move(a->what));
  else if (auto* a = std::get_if<asked_of_moment>(&done))
    ask(*this, id, past, std::move(a->render), a->what);
  else if (auto* a = std::get_if<asked_of_money>(&done))
    ask(*this, id, past, std::move(a->render), a->what);
  else if (auto* a = std::get_if<asked_how_history_fares>(&done))
    ask(*this, id, past, std::move(a->render), atom::tell::value);
  else if (auto* a = std::get_if<asked_of_dispatcher>(&done))
    ask(*this, id, peers ? peers->dispatcher_on_site : on_site_desk{}, std::move(a->render),
        request_on_site{std::move(a->wish), std::move(a->id)});
  else if (auto* made = std::get_if<web_response>(&done))
    server->answer(id, std::move(*made));
  carry();
}

/// What it was asked and has not answered waits in its mailbox, however long its disk hangs: until
/// it answers a small question, it is asked no other.
void portal_state::wait_for_past() {
  if (!peers || !peers->past || std::exchange(past_hangs, true)) return;
  const auto is_back = [this] { past_hangs = false; };
  self->request(peers->past, caf::infinite, atom::tell::value)
      .then([is_back](const history_status&) { is_back(); },
            [is_back](const caf::error&) { is_back(); });
}

void portal_state::carry() {
  if (!mind) return;
  if (peers) {
    if (auto wanted = mind->take_household())
      self->send(peers->dispatcher_household, std::move(*wanted));
    for (auto& e : mind->take_events()) self->send(peers->reporter_statements, body{std::move(e)});
  }
  if (mind->take_look_at_standing()) look_at_standing();
  if (!server) return;
  if (server->traffic().streams == 0) return mind->rest();
  if (auto text = mind->take_live(context.clock.now(), world.now())) server->tell(std::move(text));
}

void portal_state::look_at_standing() {
  if (!peers || !peers->dispatcher_standing) return;
  self->request(peers->dispatcher_standing, patience, atom::tell::value)
      .then(
          [this](standing_wishes& all) {
            if (mind) mind->stand(std::move(all), context.clock.now());
            carry();
          },
          [](const caf::error&) {});
}

void portal_state::look_at_certificate() {
  const auto is = server ? server->certificate() : std::nullopt;
  if (!is || !peers) return;
  for (auto& e : certificate.look(*is, context.house->site, context.clock.now(), world.now()))
    self->send(peers->reporter_statements, body{std::move(e)});
  if (std::exchange(named_by, is->fingerprint) != is->fingerprint) mind->called(names());
}

/// What was open before this page began.
void portal_state::remember_alarms() {
  if (remembers || past_hangs || !date_told || !peers || !peers->past || !mind) return;
  remembers = true;
  self->request(peers->past, patience, moment_query{dates.utc(context.clock.now())})
      .then(
          [this](const result<moment_answer>& then) {
            remembers = then.has_value();
            if (!then) return;
            auto before = std::vector<event>{};
            for (const auto& item : then->open_alarms) before.push_back(event_of(item));
            if (mind) mind->remember(before);
          },
          [this](const caf::error&) {
            remembers = false;
            wait_for_past();
          });
}

void portal_state::tick() {
  open();
  if (!mind) return;
  ++ticks;
  mind->tick(context.clock.now());
  for (const auto& owner : mind->take_ended(people()))
    if (server) server->end_streams(owner);
  const auto is_watched =
      server && (server->traffic().streams > 0 ||
                 std::exchange(requests_seen, mind->requests()) != mind->requests());
  remember_alarms();
  if (!mind->has_taken_over() || (is_watched && ticks % standing_every == 0)) look_at_standing();
  look_at_certificate();
  if (server && parts.show) {
    const auto code = mind->claim_code();
    auto now = server->listens_at() + " " + code.value_or("");
    if (std::exchange(shown, now) != now) parts.show(server->listens_at(), code);
  }
  carry();
}

portal_actor::behavior_type portal_of(portal_actor::stateful_pointer<portal_state> self,
                                      house_context context, portal_parts parts) {
  auto& s = self->state;
  s.self = self;
  s.context = std::move(context);
  s.parts = std::move(parts);
  s.started = s.context.clock.now();
  // Where house time is UTC by definition, nobody says so.
  s.date_told = !s.context.system_clock;
  if (s.date_told) s.dates = exact_dates;
  self->send(self, atom::tick::value);
  return {
      [self](snapshot& image) {
        auto& s = self->state;
        if (s.mind) s.mind->see(std::move(image));
      },
      [self](const body& said) {
        auto& s = self->state;
        if (!s.mind) return;
        s.mind->hear(said);
        s.carry();
      },
      [self](plan_news& news) {
        auto& s = self->state;
        if (!s.mind) return;
        s.mind->learn(std::move(news));
        s.carry();
      },
      [self](const dating& dates) {
        auto& s = self->state;
        s.dates = dates;
        s.date_told = true;
        if (s.mind) s.mind->redate(dates, s.context.clock.now());
        // Wishes that waited for the date stand again at once.
        s.carry();
      },
      [self](const web_request& asked) { self->state.answer(asked); },
      [self](atom::tick) {
        self->delayed_send(self, tick_every, atom::tick::value);
        self->state.tick();
      },
      [self](atom::farewell) -> atom::done {
        auto& s = self->state;
        s.leaving = true;
        s.server.reset();
        if (s.mind) {
          s.mind->tick(s.context.clock.now());
          // What was done is written down.
          static_cast<void>(s.mind->take_ended(s.people()));
        }
        return atom::done::value;
      },
      [self](const roads& r) {
        auto& s = self->state;
        const auto first = !s.peers;
        const auto other = first || s.peers->dispatcher_household != r.dispatcher_household;
        s.peers = r;
        s.open();
        if (first) {
          // Nobody tells a newcomer by himself who is in charge.
          self->send(r.reporter_queries, query{query_subject::state});
          s.remember_alarms();
        }
        if (s.mind) {
          if (other) s.mind->tell_again();
          // What stands of a page before this one must not end because this one does not know it.
          if (!s.mind->has_taken_over()) s.look_at_standing();
        }
        s.carry();
      },
  };
}

}  // namespace hearth
