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
  const price_lookup& price_at;

  void operator()(const birth& b) {
    // The will of a former start may arrive after the house is back: it says nothing of this one.
    if (memory.last_birth && e.boot_id != memory.boot_id && e.sent < memory.last_birth_sent) return;
    if (e.boot_id != memory.boot_id || !b.online) memory.said = {};
    if (e.boot_id != memory.boot_id) memory.picture = {};
    memory.last_birth = b;
    memory.last_birth_sent = e.sent;
    memory.boot_id = e.boot_id;
  }
  void operator()(const report& r) {
    ++memory.counters.reports;
    const auto price = price_at(r.slot_start);
    for (const auto& s : r.series) {
      if (s.samples.empty()) continue;
      auto* known = channel(s.channel);
      if (known == nullptr) continue;
      const auto& newest = s.samples.back();
      const auto value = newest.value.map([&](double v) { return measured{v, s.unit}; });
      point({s.channel, value, value ? quality::good : quality::fault, newest.at});
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
    if (!memory.state || s.since >= memory.state->since) memory.state = s;
  }
  void operator()(const event& ev) {
    memory.events.push_back(ev);
    if (memory.events.size() > node_limits::events) memory.events.pop_front();
    memory.mark(memory_part::events);
  }
  void operator()(const outcome& o) { memory.last_outcome = o; }
  void operator()(const contract_report& r) {
    auto& known = memory.contracts[r.contract_id];
    if (!known.reported || r.at >= known.reported->at) known.reported = r;
    memory.bound_contracts();
    memory.mark(memory_part::contracts);
  }
  void operator()(const layout_report& l) {
    for (const auto& c : l.channels) channel(c.channel);
    memory.mark(memory_part::channels);
  }
  void operator()(const loss&) {}
  void operator()(const backlog&) {}
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

  known_channel* channel(const std::string& name) {
    const auto found = memory.channels.find(name);
    if (found != memory.channels.end()) return &found->second;
    if (memory.channels.size() < node_limits::channels) return &memory.channels[name];
    ++memory.counters.overflowed;
    return nullptr;
  }
  void point(const channel_point& p) {
    auto* known = channel(p.channel);
    if (known == nullptr || p.at < known->at) return;
    known->value = p.value;
    known->quality = p.quality;
    known->at = p.at;
    memory.mark(memory_part::channels);
  }
};

/// Why a decoded message cannot be taken from this house at all.
std::optional<nack> objection(const envelope& e) {
  if (!is_upstream(e.body))
    return nack{e.message_id, nack_reason::unexpected,
                "a house does not send '" + std::string{kind_of(e.body)} + "'"};
  if (e.sequence == 0 || e.message_id != e.boot_id + "-" + std::to_string(e.sequence))
    return nack{e.message_id, nack_reason::invalid,
                "message_id must be <boot_id>-<sequence>, and sequence counts from 1"};
  return {};
}

/// A house that is back waits for its node before it sends what it kept; a heartbeat that answers
/// nothing asks whether the node is there.
bool calls_for_a_sign_of_life(const envelope& e) {
  if (const auto* b = std::get_if<birth>(&e.body)) return b->online;
  return std::holds_alternative<heartbeat>(e.body) && e.in_reply_to.empty();
}

sequence_set& sequences_of(site_memory& memory, const std::string& boot_id) {
  auto& heard = memory.heard;
  const auto found =
      std::ranges::find(heard, boot_id, &std::pair<std::string, sequence_set>::first);
  if (found != heard.end()) {
    std::rotate(found, found + 1, heard.end());
  } else {
    if (heard.size() >= node_limits::boots) heard.erase(heard.begin());
    heard.emplace_back(boot_id, sequence_set{});
  }
  return heard.back().second;
}

}  // namespace

hearing site_memory::hear(const envelope& e, time_point now, const price_lookup& price_at) {
  if (auto no = objection(e)) {
    ++counters.refused;
    mark(memory_part::site);
    return {std::move(*no), false};
  }
  const auto first_time = sequences_of(*this, e.boot_id).insert(e.sequence);
  // A birth is retained by the broker and told again at every subscription: it holds each time,
  // but once it is known it is no sign of life.
  const auto is_birth = std::holds_alternative<birth>(e.body);
  if (first_time || !is_birth) {
    heard_ever = true;
    last_heard = std::max(last_heard, now);
  }
  mark(memory_part::site);
  mark(memory_part::sequences);
  if (first_time)
    ++counters.messages;
  else if (!is_birth)
    ++counters.duplicates;
  if (first_time || is_birth) std::visit(effect{*this, e, price_at}, e.body);
  auto out = hearing{{}, first_time};
  if (wants_ack(e.body)) out.reply = ack{e.message_id};
  if (calls_for_a_sign_of_life(e)) {
    const auto* c = in_force(now);
    out.reply = heartbeat{c != nullptr ? c->offered->id : ""};
  }
  return out;
}

void site_memory::say(const body& b, time_point now, const price_lookup& price_at) {
  if (std::holds_alternative<prices>(b)) said.prices = now;
  if (std::holds_alternative<weather>(b)) said.weather = now;
  if (std::holds_alternative<heartbeat>(b)) said.heartbeat = now;
  if (const auto* c = std::get_if<contract>(&b)) {
    auto& known = contracts[c->id];
    known.offered = *c;
    known.sent = now;
    known.price = price_at(c->start);
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

std::uint64_t site_memory::missing() const {
  auto sum = std::uint64_t{0};
  for (const auto& [boot, sequences] : heard) sum += sequences.missing();
  return sum;
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
  case memory_part::sequences: return "sequences";
  case memory_part::channels: return "channels";
  case memory_part::contracts: return "contracts";
  case memory_part::events: return "events";
  }
  return "unknown";
}

}  // namespace hearth
