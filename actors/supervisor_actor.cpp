#include "actors/supervisor_actor.hpp"

#include "protocol/limits.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace hearth {
namespace {

/// Shares of `limits::shutdown_longest`, in real time: a dead bus must not eat the farewell's.
constexpr auto safe_within = limits::shutdown_longest * 5 / 10;
constexpr auto farewell_within = limits::shutdown_longest / 10;

std::string reason_text(const caf::error& reason) {
  return reason ? to_string(reason) : std::string{"it ended by itself"};
}

}  // namespace

void supervisor_state::start(child& c, const std::optional<event>& word) {
  const auto actor = c.member.spawn();
  c.address = caf::actor_cast<caf::actor_addr>(actor);
  c.up = true;
  self->monitor(c.address);
  c.member.introduce(word);
}

void supervisor_state::say(event what) {
  if (members->reporter) self->send(statement_sink{members->reporter}, body{std::move(what)});
}

caf::result<std::vector<std::string>> supervisor_state::change(const checked_layout& house) {
  auto promise = self->make_response_promise<std::vector<std::string>>();
  if (stopping || under_change) {
    promise.deliver(caf::make_error(caf::sec::runtime_error));
    return promise;
  }
  under_change = changing{.what = changer(house), .promise = promise};
  // In the order of the flow; who is dead leaves nothing.
  const auto end = [this] { end_for_change(); };
  const auto hear_reporter = [this, end] {
    self->request(members->reporter, farewell_within, atom::farewell::value)
        .then([end](atom::done) { end(); }, [end](const caf::error&) { end(); });
  };
  const auto hear_blackboard = [this, hear_reporter] {
    self->request(members->blackboard, farewell_within, atom::farewell::value)
        .then(
            [this, hear_reporter](snapshot& seen) {
              under_change->seen = std::move(seen);
              hear_reporter();
            },
            [hear_reporter](const caf::error&) { hear_reporter(); });
  };
  self->request(members->dispatcher, farewell_within, atom::farewell::value)
      .then(
          [this, hear_blackboard](dispatcher::heritage& left) {
            under_change->left = std::move(left);
            hear_blackboard();
          },
          [hear_blackboard](const caf::error&) { hear_blackboard(); });
  return promise;
}

void supervisor_state::end_for_change() {
  if (!under_change || stopping) return;
  for (auto& c : children) {
    if (!under_change->what.ending.contains(c.member.name) || !c.up) continue;
    under_change->alive.insert(c.address);
    self->send_exit(c.address, caf::exit_reason::user_shutdown);
  }
  // A bus in the middle of a call that hangs is not waited for.
  self->delayed_send(self, limits::shutdown_longest, atom::reload::value);
  if (under_change->alive.empty()) begin_changed();
}

void supervisor_state::begin_changed() {
  if (!under_change || stopping) return;
  auto done = *std::exchange(under_change, {});
  auto plan = done.what.begin(std::move(done.left), std::move(done.seen));
  auto former = std::exchange(children, {});
  for (auto& member : plan) {
    const auto stays = std::ranges::find_if(former, [&](const child& c) {
      return c.up && c.member.name == member.name && !done.what.ending.contains(member.name);
    });
    auto next = stays != former.end() ? std::move(*stays) : child{};
    next.member = std::move(member);
    children.push_back(std::move(next));
  }
  auto text = std::string{};
  for (const auto& word : done.what.words) text += (text.empty() ? "" : "; ") + word;
  auto changed =
      std::optional<event>{{severity::info, "layout-changed", "house",
                            text.empty() ? "nothing differs" : text, context.clock.now()}};
  for (auto& c : children)
    if (!c.up) start(c, c.member.name == "reporter" ? std::exchange(changed, {}) : std::nullopt);
  done.promise.deliver(std::move(done.what.words));
}

void supervisor_state::on_down(const caf::down_msg& down) {
  if (under_change && under_change->alive.erase(down.source) > 0) {
    if (under_change->alive.empty()) begin_changed();
    return;
  }
  const auto c = std::find_if(children.begin(), children.end(),
                              [&](const child& each) { return each.address == down.source; });
  if (c == children.end() || stopping) return;
  c->up = false;
  const auto now = context.clock.now();
  const auto plan = c->history.died(now, std::uniform_real_distribution{-1.0, 1.0}(random));
  const auto& name = c->member.name;
  say({severity::warning, "actor-died", name,
       name + " ended (" + reason_text(down.reason) + "); restarting in " + to_text(plan.delay),
       now});
  if (plan.newly_failed)
    say({severity::alarm, "actor-failed", name,
         name + " keeps failing; it is retried every " + to_text(limits::restart_failed_every) +
             " and the house goes on without it",
         now});
  self->delayed_send(self, context.clock.outside(plan.delay), atom::restart::value, name);
}

void supervisor_state::feel_pulse() {
  self->delayed_send(self, limits::pulse_every, atom::pulse::value);
  self->request(members->dispatcher, limits::pulse_every, atom::pulse::value)
      .then(
          [this](std::uint64_t decided) {
            // A new dispatcher counts from the start.
            if (decided != std::exchange(decided_before, decided) && decided > 0) beat();
          },
          [](const caf::error&) {});
}

void supervisor_state::stop() {
  if (stopping) return;
  stopping = true;
  unsafe_devices = members->devices.size();
  if (unsafe_devices == 0) return say_farewell();
  for (const auto& [id, device] : members->devices) {
    const auto one_less = [this] {
      if (--unsafe_devices == 0) say_farewell();
    };
    self->request(device, safe_within, atom::make_safe::value)
        .then([one_less](atom::done) { one_less(); },
              [one_less](const caf::error&) { one_less(); });
  }
}

/// In the order of the flow: what was still to be said reaches the journal before the link ends.
void supervisor_state::say_farewell() {
  const auto ask = [this](const auto& whom, auto next) {
    self->request(whom, farewell_within, atom::farewell::value)
        .then([next](atom::done) { next(); }, [next](const caf::error&) { next(); });
  };
  const auto end_link = [this, ask] {
    if (!members->upstream) return end_all();
    ask(members->reporter, [this, ask] {
      ask(members->journal, [this, ask] { ask(members->upstream, [this] { end_all(); }); });
    });
  };
  // Side by side: a slow card may hold up all three, and the link still needs its time.
  const auto waited_for = std::make_shared<int>(1);
  const auto one_less = [waited_for, end_link] {
    if (--*waited_for == 0) end_link();
  };
  const auto ask_beside = [&](const auto& whom) {
    if (!whom) return;
    ++*waited_for;
    ask(whom, one_less);
  };
  ask_beside(members->portal);
  ask_beside(members->recorder);
  ask_beside(members->history);
  one_less();
}

void supervisor_state::end_all() {
  for (auto& promise : stop_promises) promise.deliver(atom::done::value);
  stop_promises.clear();
  self->quit();
}

supervisor_actor::behavior_type supervisor_of(
    supervisor_actor::stateful_pointer<supervisor_state> self, house_context context,
    std::shared_ptr<family> members, std::vector<family_member> plan, family_changer changer,
    std::vector<event> first_words, std::uint64_t seed, std::function<void()> beat) {
  auto& s = self->state;
  s.self = self;
  s.context = std::move(context);
  s.members = members;
  s.changer = std::move(changer);
  s.random.seed(static_cast<std::minstd_rand::result_type>(seed));
  self->set_down_handler([self](caf::down_msg& down) { self->state.on_down(down); });
  // Whatever ends the supervisor ends the family: devices make safe when they end, and nobody
  // is left running without somebody to restart it.
  self->attach_functor([members](const caf::error&) {
    for (const auto& [id, device] : members->devices)
      caf::anon_send_exit(device, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(members->timekeeper, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(members->blackboard, caf::exit_reason::user_shutdown);
    if (members->planner) caf::anon_send_exit(members->planner, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(members->dispatcher, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(members->reporter, caf::exit_reason::user_shutdown);
    if (members->recorder) caf::anon_send_exit(members->recorder, caf::exit_reason::user_shutdown);
    if (members->journal) caf::anon_send_exit(members->journal, caf::exit_reason::user_shutdown);
    if (members->upstream) caf::anon_send_exit(members->upstream, caf::exit_reason::user_shutdown);
    if (members->history) caf::anon_send_exit(members->history, caf::exit_reason::user_shutdown);
    if (members->portal) caf::anon_send_exit(members->portal, caf::exit_reason::user_shutdown);
    if (members->home_assistant)
      caf::anon_send_exit(members->home_assistant, caf::exit_reason::user_shutdown);
    for (const auto& [id, bus] : members->buses)
      caf::anon_send_exit(bus, caf::exit_reason::user_shutdown);
  });
  for (auto& member : plan) s.children.push_back({std::move(member), {}, {}, false});
  for (auto& c : s.children) s.start(c);
  for (auto& words : first_words) s.say(std::move(words));
  s.beat = std::move(beat);
  if (s.beat) s.feel_pulse();
  return {
      [self](atom::restart, const std::string& name) {
        if (self->state.stopping) return;
        for (auto& c : self->state.children) {
          if (c.member.name != name || c.up) continue;
          self->state.start(c, event{severity::info, "actor-restarted", name, name + " runs again",
                                     self->state.context.clock.now()});
        }
      },
      [self](const body& what) {
        const auto& reporter = self->state.members->reporter;
        if (reporter) self->send(statement_sink{reporter}, what);
      },
      [self](const request_on_site& asked) {
        const auto& dispatcher = self->state.members->dispatcher;
        // Its answer is an event; whoever wants the outcome asks the dispatcher.
        if (dispatcher && !self->state.stopping) caf::anon_send(dispatcher, asked);
      },
      [self](atom::pulse) {
        if (!self->state.stopping) self->state.feel_pulse();
      },
      [self](const checked_layout& house) { return self->state.change(house); },
      [self](atom::reload) { self->state.begin_changed(); },
      [self](atom::stop) -> caf::result<atom::done> {
        auto promise = self->make_response_promise<atom::done>();
        self->state.stop_promises.push_back(promise);
        self->state.stop();
        return promise;
      },
      [self](atom::health) -> std::vector<actor_health> {
        auto all = std::vector<actor_health>{};
        for (const auto& c : self->state.children)
          all.push_back({c.member.name, c.up, c.history.failed(), c.history.count()});
        return all;
      },
  };
}

}  // namespace hearth
