#include "actors/upstream_actor.hpp"

#include "protocol/limits.hpp"
#include "protocol/topics.hpp"

#include <utility>

namespace hearth {
namespace {

using namespace std::chrono_literals;

/// Broker and node live in the world's time: however fast the house lives, they get this long.
constexpr auto answer_least_outside = 250ms;
constexpr auto setup_least_outside = 3s;

template <class... Handlers>
struct overloaded : Handlers... {
  using Handlers::operator()...;
};

mqtt_options options_for(const layout& house, const std::string& boot_id,
                         const link_publish& will) {
  const auto& link = *house.link;
  const auto path = [&](const std::string& file) {
    return file.empty() || file.front() == '/' ? file : house.folder + "/" + file;
  };
  return {link.broker,    "hearth-" + house.site + "-" + boot_id, path(link.ca),    path(link.cert),
          path(link.key), mqtt_will{will.topic, will.payload},    &goes_unconfirmed};
}

link_input as_input(const mqtt_event& e) {
  return std::visit(
      overloaded{
          [](const mqtt_connected&) -> link_input { return link_connected{}; },
          [](const mqtt_connect_failed& f) -> link_input { return link_connect_failed{f.why}; },
          [](const mqtt_subscribed&) -> link_input { return link_subscribed{}; },
          [](const mqtt_message& m) -> link_input {
            return link_message{m.topic, m.payload};
          },
          [](const mqtt_disconnected& d) -> link_input { return link_disconnected{d.why}; },
      },
      e);
}

bool is_outlook(const body& b) {
  return std::holds_alternative<prices>(b) || std::holds_alternative<weather>(b);
}

/// Queues what the connection says. Messages beyond the bound are dropped (the node repeats what
/// it needs acknowledged); what happens to the connection itself is never dropped.
mqtt_listener enqueue(upstream_actor to, std::shared_ptr<std::atomic<std::size_t>> waiting) {
  return [to = std::move(to), waiting = std::move(waiting)](mqtt_event e) {
    if (std::holds_alternative<mqtt_message>(e) && waiting->load() >= limits::heard_messages)
      return;
    waiting->fetch_add(1);
    caf::anon_send(to, std::move(e));
  };
}

}  // namespace

void upstream_state::feed(const link_input& input) {
  if (const auto* failed = std::get_if<link_connect_failed>(&input))
    note_outage(to_text(failed->why));
  for (const auto& output : machine->advance(input, context.clock.now())) carry(output);
}

void upstream_state::say(body what) {
  if (peers) self->send(peers->reporter_statements, std::move(what));
}

/// What only a planner could answer, a house without one leaves unanswered.
void upstream_state::ask(const query& what) {
  const auto& to =
      what.subject == query_subject::standing ? peers->planner_queries : peers->reporter_queries;
  if (to) self->send(to, what);
}

void upstream_state::note_outage(const std::string& why) {
  if (!peers || std::exchange(outage_told_, true)) return;
  say(event{severity::warning, "link-down", context.house->link->broker,
            "no link to the node's broker, the house goes on by itself: " + why,
            context.clock.now()});
}

void upstream_state::note_return() {
  const auto told = std::exchange(outage_told_, false);
  if (!std::exchange(may_be_told, false) && !told) return;
  say(event{severity::info, "link-up", context.house->link->broker, "the node's broker is back",
            context.clock.now()});
}

/// The house's page shows whether the node's broker is there.
void upstream_state::show_link() {
  if (peers && peers->portal_statements)
    self->send(peers->portal_statements,
               body{birth{connected, context.house->hash, HEARTH_VERSION}});
}

void upstream_state::carry(const link_output& output) {
  std::visit(
      overloaded{
          [this](const link_connect&) { client->connect(); },
          [this](const link_subscribe& s) { client->subscribe(s.topics); },
          // What the client does not take is lost like on any bad network: the machine repeats it.
          [this](const link_publish& p) {
            p.live ? client->publish_live(p.topic, p.payload)
                   : client->publish(p.topic, p.payload, p.retained);
          },
          [this](const link_disconnect&) { client->disconnect(); },
          [this](const link_fetch& f) { ask_journal(f); },
          [this](const link_forget& f) { ask_journal(f); },
          [this](const link_set_aside& s) { ask_journal(s); },
          [this](const link_deliver& d) {
            if (!peers) return;
            if (const auto* q = std::get_if<query>(&d.message.body))
              ask(*q);
            else if (const auto* r = std::get_if<resend>(&d.message.body))
              self->send(peers->journal_of_link, *r);
            else
              self->send(peers->dispatcher_directives, d.message);
            if (!is_outlook(d.message.body)) return;
            if (peers->planner_outlook) self->send(peers->planner_outlook, d.message.body);
            for (const auto& watcher : {peers->history_statements, peers->portal_statements})
              if (watcher) self->send(watcher, d.message.body);
          },
          [this](const link_peer_arrived&) {
            if (!peers) return;
            for (const auto subject :
                 {query_subject::layout, query_subject::snapshot, query_subject::state})
              self->send(peers->reporter_queries, query{subject});
            self->send(peers->journal_of_link, atom::tell::value);
          },
          [this](const link_node_time& t) {
            if (peers) self->send(peers->timekeeper, t.said);
          },
          [this](const link_state_changed& c) {
            if (c.to == link_state::connecting && is_connected(c.from)) note_outage(c.why);
            if (is_connected(c.to)) note_return();
            connected = is_connected(c.to);
            show_link();
          },
          [this](const link_event& e) { say(e.event); },
          [this](const link_misuse& m) {
            say(event{severity::warning, "link-misuse", "upstream", to_text(m.why),
                      context.clock.now()});
          },
      },
      output);
}

upstream_actor::behavior_type upstream_of(upstream_actor::stateful_pointer<upstream_state> self,
                                          house_context context, std::string boot_id,
                                          std::uint64_t incarnation, mqtt_client_maker connect) {
  auto& s = self->state;
  s.self = self;
  s.context = context;
  s.may_be_told = incarnation > 1;
  const auto at_least = [&](duration usual, duration outside) {
    return std::max(usual, context.clock.inside(outside));
  };
  s.machine.emplace(
      link_options{.site = context.house->site,
                   .boot_id = boot_id,
                   .speaker = boot_id + "-" + std::to_string(incarnation),
                   .layout_hash = context.house->hash,
                   .version = HEARTH_VERSION,
                   .answer_within = at_least(limits::ack_timeout, answer_least_outside),
                   .setup_within = at_least(limits::setup_timeout, setup_least_outside)});
  s.client = connect(options_for(*context.house, boot_id, s.machine->will(context.clock.now())),
                     enqueue(caf::actor_cast<upstream_actor>(self), s.waiting));
  const auto tick = context.clock.outside(context.house->pace.housekeeping);
  self->delayed_send(self, tick, atom::tick::value);
  s.feed(link_start{});
  return {
      [self](const body& what) { self->state.feed(link_submit{what}); },
      [self](const link_journaled& made) { self->state.feed(made); },
      [self](const link_history& page) { self->state.feed(page); },
      [self](const link_journal_reset& reset) { self->state.feed(reset); },
      [self](const dating& dates) { self->state.feed(link_dated{dates}); },
      [self](const mqtt_event& e) {
        self->state.waiting->fetch_sub(1);
        self->state.feed(as_input(e));
      },
      [self, tick](atom::tick) {
        self->delayed_send(self, tick, atom::tick::value);
        self->state.feed(link_tick{});
      },
      [self](atom::farewell) -> atom::done {
        self->state.feed(link_stop{});
        return atom::done::value;
      },
      [self](const roads& r) {
        auto& s = self->state;
        const auto other = s.peers && s.peers->journal_of_link != r.journal_of_link;
        s.peers = r;
        if (other) s.feed(link_journal_reset{});
        s.show_link();
      },
  };
}

}  // namespace hearth
