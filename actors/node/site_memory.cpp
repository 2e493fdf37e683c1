#include "actors/node/site_memory.hpp"

#include "actors/node/limits.hpp"
#include "protocol/limits.hpp"

#include <algorithm>

namespace hearth {
namespace {

energy metered(const known_contract& c) { return c.reported ? c.reported->metered : energy{}; }
money cost(const known_contract& c) { return c.price ? metered(c) * *c.price : money{}; }

/// The effect of each kind of message on the memory.
struct effect {
  site_memory& memory;
  const envelope& e;
  time_point now;
  const price_lookup& price_at;

  void operator()(const birth& b) {
    // The will of a former start may arrive after the house is back: it says nothing of this one.
    if (memory.last_birth && e.boot_id != memory.boot_id && e.sent < memory.last_birth_sent) return;
    if (e.boot_id != memory.boot_id || !b.online) memory.said = {};
    if (e.boot_id != memory.boot_id) {
      memory.picture = {};
      memory.stands.reset();
    }
    memory.last_birth = b;
    memory.last_birth_sent = e.sent;
    memory.last_birth_id = e.message_id;
    memory.boot_id = e.boot_id;
  }
  void operator()(const report& r) {
    ++memory.counters.reports;
    // Without a date no price is the right one.
    const auto price = e.undated ? std::nullopt : price_at(r.slot_start);
    for (const auto& s : r.series) {
      if (s.samples.empty()) continue;
      auto* known = channel(s.channel);
      if (known == nullptr) continue;
      const auto& newest = s.samples.back();
      const auto value = newest.value.map([&](double v) { return measured{v, s.unit}; });
      show(*known, value, value ? quality::good : quality::fault, newest.at);
      if (s.unit != unit::watt) continue;
      const auto used = consumed(s, r.slot_start + r.slot_length);
      known->energy_so_far += used;
      if (price) known->cost_so_far += used * *price;
    }
    memory.mark(memory_part::channels);
  }
  void operator()(const power_update& p) { point({p.channel, of(p.power), quality::good, p.at}); }
  void operator()(const snapshot_report& s) {
    for (const auto& p : memory.picture.take(s)) point(p);
  }
  void operator()(const state_report& s) {
    if (!memory.state || e.undated || s.since >= memory.state->since) memory.state = s;
  }
  /// History comes beside the news: each event takes its place in time. An undated one stands
  /// where it arrived.
  void operator()(const event& ev) {
    auto& all = memory.events;
    auto place = all.end();
    if (!e.undated)
      while (place != all.begin() && !std::prev(place)->undated &&
             std::prev(place)->said.at > ev.at)
        --place;
    all.insert(place, {ev, e.undated});
    if (all.size() > node_limits::events) all.pop_front();
    memory.mark(memory_part::events);
  }
  void operator()(const outcome& o) {
    if (memory.last_outcome && e.sent < memory.last_outcome_sent) return;
    memory.last_outcome = o;
    memory.last_outcome_sent = e.sent;
  }
  void operator()(const contract_report& r) {
    auto& known = memory.contracts[r.contract_id];
    if (r.settled) memory.settled.push_back({r, known.offered});
    if (!known.reported || (!e.undated && r.at >= known.reported->at)) known.reported = r;
    memory.bound_contracts();
    memory.mark(memory_part::contracts);
  }
  void operator()(const layout_report& l) {
    if (memory.last_birth && memory.last_birth->layout_hash != l.layout_hash) return;
    memory.layout_hash = l.layout_hash;
    auto named = std::map<std::string, known_channel>{};
    for (const auto& c : l.channels) {
      if (named.size() >= node_limits::channels) {
        ++memory.counters.overflowed;
        continue;
      }
      auto& known = named[c.channel];
      if (auto kept = memory.channels.extract(c.channel)) known = std::move(kept.mapped());
      if (auto back = memory.former_channels.extract(c.channel)) known = std::move(back.mapped());
      known.max_age = c.max_age;
    }
    for (auto& [name, gone] : memory.channels) {
      if (gone.energy_so_far == energy{}) continue;
      if (memory.former_channels.size() < node_limits::former_channels)
        memory.former_channels[name] = std::move(gone);
      else
        ++memory.counters.overflowed;
    }
    memory.channels = std::move(named);
    memory.mark(memory_part::channels);
  }
  void operator()(const loss& l) {
    memory.losses.push_back(l);
    if (memory.losses.size() > node_limits::losses) memory.losses.pop_front();
    memory.mark(memory_part::losses);
  }
  void operator()(const backlog& b) {
    memory.last_backlog = b;
    memory.last_backlog_heard = now;
    // A live message alone makes no boot known, but for the one that is up.
    const auto& boot = b.boot_id.value_or(e.boot_id);
    if (boot == memory.boot_id || memory.boots.all().contains(boot))
      memory.boots.tell(boot, b.last_sequence);
  }
  void operator()(const standing& s) {
    if (!e.undated && (!memory.stands || s.at >= memory.stands->at)) memory.stands = s;
  }
  void operator()(const heartbeat&) {}
  void operator()(const ack&) {}
  void operator()(const nack&) {}
  // The rest is said by nodes and never gets here.
  void operator()(const contract&) {}
  void operator()(const withdrawal&) {}
  void operator()(const prices&) {}
  void operator()(const weather&) {}
  void operator()(const request&) {}
  void operator()(const query&) {}
  void operator()(const resend&) {}

  /// A channel the layout does not name is one of a former layout, whose reports come late.
  known_channel* channel(const std::string& name) {
    const auto found = memory.channels.find(name);
    if (found != memory.channels.end()) return &found->second;
    const auto gone = !memory.layout_hash.empty();
    auto& where = gone ? memory.former_channels : memory.channels;
    const auto former = where.find(name);
    if (former != where.end()) return &former->second;
    if (where.size() < (gone ? node_limits::former_channels : node_limits::channels))
      return &where[name];
    ++memory.counters.overflowed;
    return nullptr;
  }
  void point(const channel_point& p) {
    if (auto* known = channel(p.channel)) show(*known, p.value, p.quality, p.at);
  }
  void show(known_channel& known, const result<measured>& value, quality q, time_point at) {
    // A time that is none would make an old value look new, or a new one old.
    if (e.undated || at < known.at) return;
    known.value = value;
    known.quality = q;
    known.at = at;
    memory.mark(memory_part::channels);
  }
};

/// Why a decoded message cannot be taken from this house at all.
std::optional<nack> objection(const envelope& e) {
  const auto no = [&](nack_reason why, std::string text) {
    return nack{e.message_id, why, std::move(text)};
  };
  if (!is_upstream(e.body))
    return no(nack_reason::unexpected,
              "a house does not send '" + std::string{kind_of(e.body)} + "'");
  const auto bounded = [](std::uint64_t n) { return n <= node_limits::sequence_highest; };
  if (const auto* b = std::get_if<backlog>(&e.body); b != nullptr && !bounded(b->last_sequence))
    return no(nack_reason::invalid, "backlog.last_sequence is beyond any house");
  if (!is_journaled(e.body)) return {};
  const auto id = journaled_id_from(e.message_id);
  if (!id || id->sequence != e.sequence || id->boot_id != e.boot_id || e.sequence == 0)
    return no(nack_reason::invalid,
              "message_id must be <boot_id>-<sequence>, with a boot id of at most 64 bytes and a "
              "sequence that counts from 1");
  if (!e.follows.empty()) {
    const auto before = journaled_id_from(e.follows);
    if (!before || before->boot_id == e.boot_id)
      return no(nack_reason::invalid, "follows must be the message id of another boot's last");
  }
  if (const auto* l = std::get_if<loss>(&e.body);
      l != nullptr &&
      (!bounded(l->lost.last) || l->lost.boot_id.size() > node_limits::boot_id_bytes))
    return no(nack_reason::invalid, "loss.lost is no run of a house's messages");
  return {};
}

/// A house that is back waits for its node before it sends what it kept; a heartbeat that answers
/// nothing asks whether the node is there.
bool calls_for_a_sign_of_life(const envelope& e) {
  if (const auto* b = std::get_if<birth>(&e.body)) return b->online;
  return std::holds_alternative<heartbeat>(e.body) && e.in_reply_to.empty();
}

fault no_room(const envelope& e) {
  return {fault_code::overflow,
          e.message_id + " cannot be marked as heard yet; the house keeps it and says it again"};
}

}  // namespace

hearing site_memory::hear(const envelope& e, time_point now, const price_lookup& price_at) {
  if (auto no = objection(e)) return {std::move(*no), false, {}};
  auto out = hearing{{}, true, {}};
  // A birth is retained by the broker and told again at every subscription: it holds each time,
  // but once it is known it is no sign of life.
  if (std::holds_alternative<birth>(e.body) && e.message_id == last_birth_id) out.fresh = false;
  if (out.fresh) {
    heard_ever = true;
    last_heard = std::max(last_heard, now);
  }
  mark(memory_part::site);
  if (is_journaled(e.body)) {
    auto verdict = boots.judge(e);
    if (verdict == boot_book::verdict::fresh && taken.size() >= node_limits::unsaved_messages)
      verdict = boot_book::verdict::no_room;
    if (verdict == boot_book::verdict::no_room) {
      ++counters.deferred;
      return {{}, false, no_room(e)};
    }
    out.reply = ack{e.message_id};
    if (verdict == boot_book::verdict::repeated) {
      ++counters.duplicates;
      out.fresh = false;
      return out;
    }
    boots.take(e);
    taken.push_back({site, e.boot_id, e.sequence, std::string{kind_of(e.body)},
                     e.undated ? std::nullopt : std::optional{e.sent}, now});
  }
  if (out.fresh) ++counters.messages;
  std::visit(effect{*this, e, now, price_at}, e.body);
  if (calls_for_a_sign_of_life(e)) {
    const auto* c = in_force(now);
    out.reply = heartbeat{c != nullptr ? c->offered->id : ""};
  }
  return out;
}

bool site_memory::refuse(const nack& no) {
  ++counters.refused;
  mark(memory_part::site);
  const auto id = journaled_id_from(no.message_id);
  return !id || boots.refuse(*id);
}

void site_memory::say(const body& b, time_point now, const price_lookup& price_at) {
  if (std::holds_alternative<prices>(b)) said.prices = now;
  if (std::holds_alternative<weather>(b)) said.weather = now;
  if (std::holds_alternative<heartbeat>(b)) said.heartbeat = now;
  if (const auto* q = std::get_if<query>(&b); q != nullptr && q->subject == query_subject::standing)
    said.asked = now;
  if (const auto* c = std::get_if<contract>(&b)) {
    auto& known = contracts[c->id];
    known.offered = *c;
    known.sent = now;
    known.price = c->price ? c->price : price_at(c->start);
    bound_contracts();
    mark(memory_part::contracts);
  }
}

void site_memory::bound_contracts() {
  if (contracts.size() <= node_limits::contracts) return;
  const auto age = [](const auto& entry) {
    const auto& c = entry.second;
    return c.offered ? c.offered->start : c.reported ? c.reported->at : time_point{};
  };
  const auto oldest = std::ranges::min_element(contracts, {}, age);
  settled_energy += metered(oldest->second);
  settled_cost += cost(oldest->second);
  contracts.erase(oldest);
  mark(memory_part::site);
}

void site_memory::saved() {
  changed = 0;
  boots.saved();
  taken.clear();
  settled.clear();
}

presence site_memory::presence_at(time_point now) const {
  if (!last_birth) return heard_ever ? presence::silent : presence::unknown;
  if (!last_birth->online) return presence::offline;
  return now - last_heard > node_limits::silent_after ? presence::silent : presence::online;
}

bool known_contract::alive() const {
  return reported && (reported->status == contract_status::accepted ||
                      reported->status == contract_status::active);
}

const known_contract* site_memory::in_force(time_point now) const {
  for (const auto& [id, c] : contracts)
    if (c.offered && c.offered->start <= now && now < c.offered->end() &&
        (c.alive() || c.unanswered()))
      return &c;
  return nullptr;
}

energy site_memory::contracted_energy() const {
  auto sum = settled_energy;
  for (const auto& [id, c] : contracts) sum += metered(c);
  return sum;
}

money site_memory::contracted_cost() const {
  auto sum = settled_cost;
  for (const auto& [id, c] : contracts) sum += cost(c);
  return sum;
}

energy consumed(const channel_series& s, time_point slot_end) {
  auto sum = energy{};
  for (std::size_t i = 0; i < s.samples.size(); ++i) {
    const auto& from = s.samples[i];
    const auto until = i + 1 < s.samples.size() ? s.samples[i + 1].at : slot_end;
    if (from.value && until > from.at) sum += *from.value * watt * (until - from.at);
  }
  return sum;
}

staleness staleness_of(const known_channel& c, time_point now, presence p) {
  if (c.quality == quality::never) return {quality::never, {}};
  const auto age = std::max(now - c.at, duration{0});
  if (c.quality != quality::good) return {c.quality, age};
  const auto there = p == presence::online;
  if (c.max_age == duration{0}) return {there ? quality::good : quality::stale, age};
  const auto longest =
      c.max_age + limits::snapshot_every + (there ? limits::clock_skew : duration{0});
  return {age > longest ? quality::stale : quality::good, age};
}

std::string_view to_text(presence p) {
  switch (p) {
  case presence::unknown: return "unknown";
  case presence::online: return "online";
  case presence::silent: return "silent";
  case presence::offline: return "offline";
  }
  return "unknown";
}

std::string_view to_text(memory_part p) {
  switch (p) {
  case memory_part::site: return "site";
  case memory_part::channels: return "channels";
  case memory_part::contracts: return "contracts";
  case memory_part::events: return "events";
  case memory_part::losses: return "losses";
  }
  return "unknown";
}

}  // namespace hearth
