#include "protocol/link.hpp"

#include "protocol/codec.hpp"
#include "protocol/limits.hpp"
#include "protocol/shift.hpp"
#include "protocol/topics.hpp"

#include <algorithm>
#include <utility>

namespace hearth {

link_machine::link_machine(link_options options)
    : options_{std::move(options)},
      inbox_{options_.site},
      outbox_{options_.window},
      random_{static_cast<std::minstd_rand::result_type>(options_.seed)},
      backoff_{limits::reconnect_first} {
  if (options_.topics.empty()) options_.topics = {all_down(options_.site)};
}

std::vector<link_output> link_machine::advance(const link_input& input, time_point now) {
  std::visit([&](const auto& what) { on(what, now); }, input);
  work_off(now);
  return std::exchange(out_, {});
}

link_publish link_machine::will(time_point now) {
  const auto offline = wrap(birth{false, options_.layout_hash, options_.version}, now, {});
  return {birth_topic(options_.site), encode(offline), true};
}

// ---- the connection

void link_machine::on(const link_start&, time_point now) {
  if (step(link_signal::start, "started", now)) out_.push_back(link_connect{});
}

void link_machine::on(const link_connected&, time_point now) {
  if (!step(link_signal::connected, "the broker accepted", now)) return;
  subscriptions_left_ = options_.topics.size();
  time_asked_ = now;
  question_ = {say(birth{true, options_.layout_hash, options_.version}, now), now};
  for (const auto& topic : options_.topics) out_.push_back(link_subscribe{{topic}});
}

void link_machine::on(const link_connect_failed& failed, time_point now) {
  if (step(link_signal::connect_failed, to_text(failed.why), now)) connection_lost(now);
}

void link_machine::on(const link_subscribed&, time_point now) {
  const auto signal =
      subscriptions_left_ > 1 ? link_signal::suback_some_left : link_signal::suback_none_left;
  if (!step(signal, "subscribed", now)) return;
  if (--subscriptions_left_ > 0) return;
  backoff_ = limits::reconnect_first;
  if (state_ == link_state::active)
    welcome_peer();
  else
    ping(now);
}

void link_machine::on(const link_disconnected& lost, time_point now) {
  if (step(link_signal::disconnected, to_text(lost.why), now)) connection_lost(now);
}

/// Half the back-off is certain, half is by lot, so that houses do not come back all at once.
void link_machine::connection_lost(time_point now) {
  const auto half = backoff_ / 2;
  const auto parts = static_cast<std::minstd_rand::result_type>(half.count() + 1);
  reconnect_at_ = now + half + duration{random_() % parts};
  backoff_ = std::min(backoff_ * 2, limits::reconnect_longest);
  outbox_.close();
  asked_.reset();
  peer_boot_.clear();
  welcomed_.clear();
  question_.reset();
}

void link_machine::on(const link_stop&, time_point now) {
  const auto before = state_;
  // An orderly end keeps the will from being sent, so the house says itself that it goes.
  if (is_connected(before)) say(birth{false, options_.layout_hash, options_.version}, now);
  step(link_signal::stop, "stopped", now);
  reconnect_at_.reset();
  if (is_connected(before) || before == link_state::connecting) out_.push_back(link_disconnect{});
}

void link_machine::on(const link_tick&, time_point now) {
  if (reconnect_at_ && now >= *reconnect_at_) {
    reconnect_at_.reset();
    out_.push_back(link_connect{});
  }
  const auto setting_up =
      state_ == link_state::awaiting_setup_and_peer || state_ == link_state::awaiting_setup;
  if (setting_up && now - since_ >= options_.setup_within) {
    out_.push_back(link_disconnect{});
    on(link_disconnected{{fault_code::timeout, "the broker did not confirm the subscription"}},
       now);
  }
  if (state_ != link_state::active && state_ != link_state::awaiting_peer) return;
  if (asked_ && now - *asked_ >= options_.answer_within) {
    const auto was_active = state_ == link_state::active;
    asked_.reset();
    step(link_signal::response_timeout, "the node does not answer", now);
    if (was_active) ping(now);
  } else if (!asked_ && (now - quiet_since_ >= limits::ping_after_silence ||
                         now - time_asked_ >= limits::ask_time_every)) {
    ping(now);
  }
}

bool link_machine::step(link_signal signal, std::string why, time_point now) {
  const auto next = next_state(state_, signal);
  if (!next) {
    out_.push_back(link_misuse{next.error()});
    return false;
  }
  if (*next != state_) {
    out_.push_back(link_state_changed{state_, *next, std::move(why)});
    state_ = *next;
    since_ = now;
  }
  return true;
}

// ---- from the node

void link_machine::on(const link_message& message, time_point now) {
  if (!is_connected(state_)) {
    step(link_signal::message, {}, now);
    return;
  }
  std::visit([&](const auto& verdict) { on_verdict(verdict, now); },
             inbox_.judge(message.topic, message.payload, dates_, now));
}

void link_machine::on_verdict(const message_taken& taken, time_point now) {
  const auto& message = taken.message;
  heard_peer(message, now);
  note_time(message, now);
  if (const auto* a = std::get_if<ack>(&message.body)) {
    settle(*a);
    return;
  }
  if (const auto* n = std::get_if<nack>(&message.body)) {
    if (outbox_.settle(n->message_id)) {
      ++counters_.set_aside;
      out_.push_back(link_set_aside{
          n->message_id,
          "the node refuses it (" + std::string{to_text(n->reason)} + "): " + n->text});
    }
    complain("message-refused", std::string{to_text(n->reason)},
             "The node refused " + n->message_id + ": " + n->text, now);
    return;
  }
  ++counters_.delivered;
  out_.push_back(link_deliver{message});
  if (wants_ack(message.body))
    say(ack{message.message_id}, now, message.message_id);
  else if (message.in_reply_to.empty())  // a heartbeat that asks; answers are not answered
    say(heartbeat{contract_id_}, now, message.message_id);
}

void link_machine::on_verdict(const message_repeated& repeated, time_point now) {
  heard_peer(repeated.message, now);
  ++counters_.repeated;
  const auto& id = repeated.message.message_id;
  say(ack{id}, now, id);
}

void link_machine::on_verdict(const message_refused& refused, time_point now) {
  const auto& answer = refused.answer;
  ++counters_.refused[answer.reason];
  complain("bad-message", std::string{to_text(answer.reason)},
           "A message to this house was refused: " + answer.text, now);
  if (refused.answerable) say(answer, now, answer.message_id);
}

void link_machine::heard_peer(const envelope& message, time_point now) {
  asked_.reset();
  quiet_since_ = now;
  peer_boot_ = message.boot_id;
  step(link_signal::message, "the node speaks", now);
  if (state_ == link_state::active) welcome_peer();
}

void link_machine::note_time(const envelope& answer, time_point now) {
  if (!question_ || answer.in_reply_to != question_->first) return;
  out_.push_back(link_node_time{{question_->second, answer.sent, now}});
  question_.reset();
}

/// Several nodes may speak (the one that dispatches, one driven by hand); each is told once.
void link_machine::welcome_peer() {
  if (welcomed_.contains(peer_boot_)) return;
  if (welcomed_.size() == limits::remembered_peers) welcomed_.clear();
  welcomed_.insert(peer_boot_);
  out_.push_back(link_peer_arrived{});
}

// ---- from the house

void link_machine::on(const link_submit& submitted, time_point now) {
  const auto& content = submitted.body;
  if (state_ == link_state::stopped || !is_upstream(content) || is_journaled(content)) {
    out_.push_back(link_misuse{
        {fault_code::unsupported,
         std::string{kind_of(content)} + " cannot be sent while " + std::string{to_text(state_)}}});
    return;
  }
  if (const auto* h = std::get_if<heartbeat>(&content)) contract_id_ = h->contract_id;
  if (const auto* s = std::get_if<state_report>(&content)) contract_id_ = s->contract_id;
  if (is_connected(state_)) say(content, now, submitted.in_reply_to);
}

void link_machine::on(const link_journaled& made, time_point) {
  for (const auto& item : made.items) outbox_.add_fresh(item);
}

void link_machine::on(const link_history& page, time_point) {
  outbox_.add_history(page.session, page.items, page.more);
}

void link_machine::on(const link_journal_reset&, time_point) { outbox_.close(); }
void link_machine::on(const link_dated& known, time_point) { dates_ = known.dates; }

std::string link_machine::say(body content, time_point now, std::string in_reply_to) {
  const auto message = wrap(std::move(content), now, std::move(in_reply_to));
  const auto kind = kind_of(message.body);
  auto payload = encode(message);
  if (payload.size() > limits::message_bytes) {
    complain("message-too-large", std::string{kind},
             "A " + std::string{kind} + " of " + std::to_string(payload.size()) +
                 " bytes cannot be sent; 262144 is the most.",
             now);
    return {};
  }
  const auto live = std::holds_alternative<power_update>(message.body) ||
                    std::holds_alternative<snapshot_report>(message.body);
  publish({up_topic(options_.site, kind), std::move(payload),
           std::holds_alternative<birth>(message.body), live});
  return message.message_id;
}

envelope link_machine::wrap(body content, time_point now, std::string in_reply_to) {
  ++said_;
  auto message = envelope{options_.site,
                          options_.boot_id,
                          0,
                          options_.speaker + "~" + std::to_string(said_),
                          now,
                          std::move(in_reply_to),
                          std::move(content)};
  message.undated = !dates_.known();
  return shifted(std::move(message), dates_.known() ? dates_.offset : limits::undated_shift);
}

void link_machine::publish(link_publish message) {
  ++counters_.published;
  out_.push_back(std::move(message));
}

/// Also what is not at hand is forgotten: the ack of a former connection came late.
void link_machine::settle(const ack& taken) {
  auto ids = std::vector{taken.message_id};
  ids.insert(ids.end(), taken.more.begin(), taken.more.end());
  for (const auto& id : ids)
    if (outbox_.settle(id)) ++counters_.acknowledged;
  out_.push_back(link_forget{std::move(ids)});
}

/// Sends what the window allows and asks for the next page in time.
void link_machine::work_off(time_point now) {
  if (state_ != link_state::active) return;
  if (!outbox_.is_open()) outbox_.open();
  set_unanswered_aside(now);
  for (const auto* item : outbox_.take_due(now, options_.answer_within)) {
    publish({up_topic(options_.site, item->topic_kind), item->payload});
    if (!asked_) asked_ = now;
  }
  if (const auto page = outbox_.wanted())
    out_.push_back(link_fetch{page->session, page->after, page->most});
}

void link_machine::set_unanswered_aside(time_point now) {
  for (const auto& id : outbox_.take_unanswered(now, options_.answer_within)) {
    ++counters_.set_aside;
    out_.push_back(link_set_aside{id, "the node acks later messages but never this one"});
    complain("message-unanswered", "outbox",
             "The node acks other messages but never " + id + ", which is set aside.", now);
  }
}

void link_machine::ping(time_point now) {
  question_ = {say(heartbeat{contract_id_}, now), now};
  asked_ = time_asked_ = now;
  quiet_since_ = now;
}

void link_machine::complain(std::string kind, std::string subject, std::string text,
                            time_point now) {
  if (!complained_.insert(kind + "/" + subject).second) return;
  out_.push_back(
      link_event{{severity::warning, std::move(kind), std::move(subject), std::move(text), now}});
}

}  // namespace hearth
