#include "protocol/codec.hpp"
#include "protocol/codec_arena.hpp"
#include "protocol/codec_columns.hpp"
#include "protocol/codec_words.hpp"
#include "protocol/utf8.hpp"

// Values → wire.
namespace hearth {
namespace {

namespace v1 = ::hearth::v1;
using wire_words::on_wire;

void put(const measured& m, v1::Measured& out) {
  out.set_amount(m.amount);
  out.set_unit(on_wire(wire_words::units, m.unit));
}

void put(const message_run& r, v1::MessageRun& out) {
  out.set_boot_id(mended(r.boot_id));
  out.set_first_sequence(r.first);
  out.set_last_sequence(r.last);
}

// One overload for each wish of a request.
void put(const hold& h, v1::Request& out) {
  out.mutable_hold()->set_channel(mended(h.channel));
  put(h.value, *out.mutable_hold()->mutable_value());
}
void put(const shed& s, v1::Request& out) {
  out.mutable_shed()->set_severity(static_cast<std::uint32_t>(s.severity));
}
void put(const release&, v1::Request& out) { out.mutable_release(); }
void put(const raise_load& r, v1::Request& out) {
  out.mutable_raise()->set_severity(static_cast<std::uint32_t>(r.severity));
}
void put(const power_limit& l, v1::Request& out) {
  out.mutable_limit()->set_power_w(l.most.in(watt));
  if (l.failsafe) out.mutable_limit()->set_failsafe_power_w(l.failsafe->in(watt));
  out.mutable_limit()->set_failsafe_s(whole_seconds(l.failsafe_for));
}
void put(const outage&, v1::Request& out) { out.mutable_outage(); }
void put(const keep_alive&, v1::Request& out) { out.mutable_keep_alive(); }

void put(const settlement& s, v1::Settlement& out) {
  out.set_book(mended(s.book));
  out.set_entry(s.entry);
  out.set_start_unix_ms(unix_ms(s.start));
  out.set_length_s(whole_seconds(s.length));
  if (s.price) out.set_price_usd_per_mwh(s.price->in(usd_per_mwh));
  out.set_unmetered_s(whole_seconds(s.unmetered));
  out.set_chain(s.chain);
}

void put(const house_model& m, v1::HouseModel& out) {
  out.set_heat_wh_per_k(m.heat_j_per_k / watt_hour.si());
  for (const auto& p : m.curve) {
    auto& to = *out.add_curve();
    to.set_outdoor_c(p.outdoor.in_celsius());
    to.set_supply_c(p.supply.in_celsius());
  }
  out.set_drained(m.drained);
  out.set_full_c(m.full.in_celsius());
  out.set_surroundings_c(m.surroundings.in_celsius());
  out.set_loss_per_hour(m.loss_per_hour);
  out.set_of_little_use_k(m.of_little_use.in(kelvin));
  for (const auto& p : m.cop) {
    auto& to = *out.add_cop();
    to.set_outdoor_c(p.outdoor.in_celsius());
    to.set_leaving_water_c(p.leaving_water.in_celsius());
    to.set_cop(p.cop);
  }
  out.set_cop_factor(m.cop_factor);
  out.set_cop_factor_per_k(m.cop_factor_per_k);
  out.set_leaving_beyond_k(m.leaving_beyond.in(kelvin));
  out.set_electric_w(m.electric.in(watt));
  out.set_electric_w_per_outdoor_k(m.electric_w_per_outdoor_k);
  out.set_electric_w_per_store_k(m.electric_w_per_store_k);
  out.set_electric_most_w(m.electric_most.in(watt));
  out.set_least_part(m.least_part);
  out.set_warm_up_s(whole_seconds(m.warm_up));
  out.set_warm_up_part(m.warm_up_part);
  out.set_min_on_s(whole_seconds(m.min_on));
  out.set_min_off_s(whole_seconds(m.min_off));
  out.set_start_lag_s(whole_seconds(m.start_lag));
  out.set_start_cost_usd(m.start_cost.in(us_dollar));
  out.set_load_w(m.load.in(watt));
  out.set_load_w_per_outdoor_k(m.load_w_per_outdoor_k);
}

/// Puts one body into the envelope's oneof; a body without its overload does not compile.
struct body_writer {
  v1::Envelope& out;

  void operator()(const birth& b) const {
    auto& to = *out.mutable_birth();
    to.set_online(b.online);
    to.set_layout_hash(mended(b.layout_hash));
    to.set_version(mended(b.version));
  }
  void operator()(const report& r) const { write_report(r, *out.mutable_report()); }
  void operator()(const power_update& p) const {
    auto& to = *out.mutable_power();
    to.set_channel(mended(p.channel));
    to.set_power_w(p.power.in(watt));
    to.set_at_unix_ms(unix_ms(p.at));
  }
  void operator()(const snapshot_report& s) const { write_snapshot(s, *out.mutable_snapshot()); }
  void operator()(const state_report& s) const {
    auto& to = *out.mutable_state();
    to.set_in_charge(on_wire(wire_words::authorities, s.in_charge));
    to.set_mode(mended(s.mode));
    to.set_cause(mended(s.cause));
    to.set_contract_id(mended(s.contract_id));
    to.set_since_unix_ms(unix_ms(s.since));
  }
  void operator()(const event& e) const {
    auto& to = *out.mutable_event();
    to.set_severity(on_wire(wire_words::severities, e.severity));
    to.set_kind(mended(e.kind));
    to.set_subject(mended(e.subject));
    to.set_text(mended(e.text));
    to.set_at_unix_ms(unix_ms(e.at));
  }
  void operator()(const outcome& o) const {
    auto& to = *out.mutable_outcome();
    to.set_request_id(mended(o.request_id));
    to.set_accepted(o.accepted);
    to.set_reason(mended(o.reason));
  }
  void operator()(const contract_report& c) const {
    auto& to = *out.mutable_contract_report();
    to.set_contract_id(mended(c.contract_id));
    to.set_status(on_wire(wire_words::contract_statuses, c.status));
    to.set_reason(mended(c.reason));
    to.set_promised_wh(c.promised.in(watt_hour));
    to.set_metered_wh(c.metered.in(watt_hour));
    to.set_at_unix_ms(unix_ms(c.at));
    if (c.settled) put(*c.settled, *to.mutable_settlement());
  }
  void operator()(const standing& s) const {
    auto& to = *out.mutable_standing();
    to.set_at_unix_ms(unix_ms(s.at));
    to.set_store_mean_c(s.mean.in_celsius());
    to.set_store_top_c(s.top.in_celsius());
    to.set_running(s.running);
    to.set_since_change_s(whole_seconds(s.since_change));
    if (s.outdoor) to.set_outdoor_c(s.outdoor->in_celsius());
    put(s.model, *to.mutable_model());
    for (const auto beyond : s.usual_beyond) to.add_usual_beyond_w(beyond.in(watt));
  }
  void operator()(const layout_report& l) const {
    auto& to = *out.mutable_layout();
    to.set_layout_hash(mended(l.layout_hash));
    for (const auto& c : l.channels) {
      auto& row = *to.add_channels();
      row.set_channel(mended(c.channel));
      row.set_unit(on_wire(wire_words::units, c.unit));
      row.set_device(mended(c.device));
      row.set_model(mended(c.model));
      row.set_actuator(c.actuator);
      row.set_max_age_s(whole_seconds(c.max_age));
    }
  }
  void operator()(const loss& l) const {
    auto& to = *out.mutable_loss();
    put(l.lost, *to.mutable_lost());
    to.set_reason(mended(l.reason));
    to.set_at_unix_ms(unix_ms(l.at));
  }
  void operator()(const backlog& b) const {
    auto& to = *out.mutable_backlog();
    to.set_last_sequence(b.last_sequence);
    to.set_waiting(b.waiting);
    to.set_waiting_bytes(b.waiting_bytes);
    if (b.oldest) to.set_oldest_unix_ms(unix_ms(*b.oldest));
    if (b.boot_id) to.set_boot_id(mended(*b.boot_id));
  }
  void operator()(const heartbeat& h) const {
    out.mutable_heartbeat()->set_contract_id(mended(h.contract_id));
  }
  void operator()(const ack& a) const {
    auto& to = *out.mutable_ack();
    to.set_message_id(mended(a.message_id));
    for (const auto& id : a.more) to.add_more(mended(id));
  }
  void operator()(const nack& n) const {
    auto& to = *out.mutable_nack();
    to.set_message_id(mended(n.message_id));
    to.set_reason(on_wire(wire_words::nack_reasons, n.reason));
    to.set_text(mended(n.text));
  }
  void operator()(const contract& c) const {
    auto& to = *out.mutable_contract();
    to.set_contract_id(mended(c.id));
    to.set_start_unix_ms(unix_ms(c.start));
    to.set_length_s(whole_seconds(c.length));
    to.set_average_power_w(c.average.in(watt));
    if (c.price) to.set_price_usd_per_mwh(c.price->in(usd_per_mwh));
  }
  void operator()(const withdrawal& w) const {
    auto& to = *out.mutable_withdrawal();
    to.set_contract_id(mended(w.contract_id));
    to.set_reason(mended(w.reason));
  }
  void operator()(const prices& p) const {
    auto& to = *out.mutable_prices();
    to.set_start_unix_ms(unix_ms(p.start));
    to.set_slot_s(whole_seconds(p.slot));
    for (auto price : p.energy) to.add_energy_usd_per_mwh(price.in(usd_per_mwh));
    for (auto price : p.distribution) to.add_distribution_usd_per_mwh(price.in(usd_per_mwh));
  }
  void operator()(const weather& w) const {
    auto& to = *out.mutable_weather();
    to.set_start_unix_ms(unix_ms(w.start));
    to.set_slot_s(whole_seconds(w.slot));
    for (auto outdoor : w.outdoor) to.add_outdoor_c(outdoor.in_celsius());
  }
  void operator()(const request& r) const {
    auto& to = *out.mutable_request();
    to.set_rank(on_wire(wire_words::authorities, r.rank));
    std::visit([&](const auto& wish) { put(wish, to); }, r.wish);
    to.set_lease_s(whole_seconds(r.lease));
    to.set_reason(mended(r.reason));
    if (r.start) to.set_start_unix_ms(unix_ms(*r.start));
  }
  void operator()(const query& q) const {
    out.mutable_query()->set_subject(on_wire(wire_words::query_subjects, q.subject));
  }
  void operator()(const resend& r) const {
    auto& to = *out.mutable_resend();
    for (const auto& run : r.missing) put(run, *to.add_missing());
  }
};

/// Most ids begin with the boot id of their envelope: it need not be said twice.
std::string short_id(const envelope& e) {
  const auto derived = !e.boot_id.empty() && e.message_id.starts_with(e.boot_id + "-");
  return derived ? e.message_id.substr(e.boot_id.size()) : e.message_id;
}

}  // namespace

std::string encode(const envelope& e) {
  auto arena = google::protobuf::Arena{room_for_a_message()};
  auto& out = *google::protobuf::Arena::CreateMessage<v1::Envelope>(&arena);
  out.set_site(mended(e.site));
  out.set_boot_id(mended(e.boot_id));
  out.set_sequence(e.sequence);
  out.set_message_id(mended(short_id(e)));
  out.set_sent_unix_ms(unix_ms(e.sent));
  out.set_in_reply_to(mended(e.in_reply_to));
  out.set_follows(mended(e.follows));
  out.set_undated(e.undated);
  std::visit(body_writer{out}, e.body);
  return out.SerializeAsString();
}

}  // namespace hearth
