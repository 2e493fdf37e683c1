#include "protocol/codec.hpp"
#include "protocol/codec_arena.hpp"
#include "protocol/codec_columns.hpp"
#include "protocol/codec_reader.hpp"
#include "protocol/codec_words.hpp"
#include "protocol/limits.hpp"
#include "protocol/utf8.hpp"

#include <google/protobuf/stubs/logging.h>

#include <cmath>

// Wire → values.
namespace hearth {
namespace {

namespace v1 = ::hearth::v1;

class reader : public field_reader {
 public:
  body read(const v1::Birth& b) {
    return birth{b.online(), text(b.layout_hash(), "birth.layout_hash"),
                 text(b.version(), "birth.version")};
  }
  body read(const v1::Report& r) { return read_report(*this, r); }
  body read(const v1::Power& p) {
    return power_update{name(p.channel(), "power.channel"),
                        number(p.has_power_w(), p.power_w(), "power.power_w") * watt,
                        time(p.at_unix_ms(), "power.at_unix_ms")};
  }
  body read(const v1::Snapshot& s) { return read_snapshot(*this, s); }
  body read(const v1::State& s) {
    return state_report{word(wire_words::authorities, s.in_charge(), "state.in_charge"),
                        text(s.mode(), "state.mode"), text(s.cause(), "state.cause"),
                        text(s.contract_id(), "state.contract_id"),
                        time(s.since_unix_ms(), "state.since_unix_ms")};
  }
  body read(const v1::Event& e) {
    return event{word(wire_words::severities, e.severity(), "event.severity"),
                 name(e.kind(), "event.kind"), text(e.subject(), "event.subject"),
                 text(e.text(), "event.text"), time(e.at_unix_ms(), "event.at_unix_ms")};
  }
  body read(const v1::Outcome& o) {
    return outcome{name(o.request_id(), "outcome.request_id"), o.accepted(),
                   text(o.reason(), "outcome.reason")};
  }
  /// In joules, too, it must be a number.
  energy told_energy(bool present, double watt_hours, std::string_view field) {
    const auto out = number(present, watt_hours, field) * watt_hour;
    if (!std::isfinite(out.si())) refuse(field, " is more than any number tells");
    return out;
  }
  body read(const v1::ContractReport& c) {
    auto out = contract_report{
        name(c.contract_id(), "contract_report.contract_id"),
        word(wire_words::contract_statuses, c.status(), "contract_report.status"),
        text(c.reason(), "contract_report.reason"),
        told_energy(c.has_promised_wh(), c.promised_wh(), "contract_report.promised_wh"),
        told_energy(c.has_metered_wh(), c.metered_wh(), "contract_report.metered_wh"),
        time(c.at_unix_ms(), "contract_report.at_unix_ms")};
    if (c.has_settlement()) out.settled = settled(c.settlement());
    return out;
  }
  settlement settled(const v1::Settlement& s) {
    auto out = settlement{name(s.book(), "settlement.book"),
                          s.entry(),
                          time(s.start_unix_ms(), "settlement.start_unix_ms"),
                          length(s.length_s(), "settlement.length_s"),
                          {},
                          std::chrono::seconds{s.unmetered_s()},
                          s.chain()};
    if (s.has_price_usd_per_mwh())
      out.price = number(s.price_usd_per_mwh(), "settlement.price_usd_per_mwh") * usd_per_mwh;
    if (out.entry == 0) refuse("settlement.entry", " must be above zero");
    if (out.chain.size() != 32) refuse("settlement.chain", " is no SHA-256");
    return out;
  }
  temperature degrees(bool present, double celsius_degrees, std::string_view field) {
    return celsius(number(present, celsius_degrees, field));
  }
  body read(const v1::Standing& s) {
    auto out = standing{time(s.at_unix_ms(), "standing.at_unix_ms"),
                        degrees(s.has_store_mean_c(), s.store_mean_c(), "standing.store_mean_c"),
                        degrees(s.has_store_top_c(), s.store_top_c(), "standing.store_top_c"),
                        s.running(),
                        std::chrono::seconds{s.since_change_s()},
                        {},
                        model(s.model()),
                        {}};
    if (s.has_outdoor_c()) out.outdoor = celsius(number(s.outdoor_c(), "standing.outdoor_c"));
    if (s.usual_beyond_w_size() != 24)
      refuse("standing.usual_beyond_w", " has not 24 numbers, one an hour");
    else
      for (const auto w : s.usual_beyond_w())
        out.usual_beyond.push_back(number(w, "standing.usual_beyond_w") * watt);
    return out;
  }
  house_model model(const v1::HouseModel& m) {
    auto out = house_model{};
    out.heat_j_per_k =
        told_energy(m.has_heat_wh_per_k(), m.heat_wh_per_k(), "model.heat_wh_per_k").si();
    if (m.curve().empty() || static_cast<std::size_t>(m.curve_size()) > limits::curve_points)
      refuse("model.curve", " has no point, or more than 64");
    else
      for (const auto& p : m.curve())
        out.curve.push_back({degrees(p.has_outdoor_c(), p.outdoor_c(), "model.curve.outdoor_c"),
                             degrees(p.has_supply_c(), p.supply_c(), "model.curve.supply_c")});
    out.drained = number(m.drained(), "model.drained");
    out.full = degrees(m.has_full_c(), m.full_c(), "model.full_c");
    out.surroundings = degrees(m.has_surroundings_c(), m.surroundings_c(), "model.surroundings_c");
    out.loss_per_hour = number(m.loss_per_hour(), "model.loss_per_hour");
    out.of_little_use = number(m.of_little_use_k(), "model.of_little_use_k") * kelvin;
    if (static_cast<std::size_t>(m.cop_size()) > limits::cop_points)
      refuse("model.cop", " has more than 256 points");
    else
      for (const auto& p : m.cop())
        out.cop.push_back(
            {degrees(p.has_outdoor_c(), p.outdoor_c(), "model.cop.outdoor_c"),
             degrees(p.has_leaving_water_c(), p.leaving_water_c(), "model.cop.leaving_water_c"),
             number(p.has_cop(), p.cop(), "model.cop.cop")});
    out.cop_factor = number(m.has_cop_factor(), m.cop_factor(), "model.cop_factor");
    out.cop_factor_per_k = number(m.cop_factor_per_k(), "model.cop_factor_per_k");
    out.leaving_beyond = number(m.leaving_beyond_k(), "model.leaving_beyond_k") * kelvin;
    out.electric = number(m.has_electric_w(), m.electric_w(), "model.electric_w") * watt;
    out.electric_w_per_outdoor_k =
        number(m.electric_w_per_outdoor_k(), "model.electric_w_per_outdoor_k");
    out.electric_w_per_store_k = number(m.electric_w_per_store_k(), "model.electric_w_per_store_k");
    out.electric_most =
        number(m.has_electric_most_w(), m.electric_most_w(), "model.electric_most_w") * watt;
    out.least_part = number(m.has_least_part(), m.least_part(), "model.least_part");
    out.warm_up = std::chrono::seconds{m.warm_up_s()};
    out.warm_up_part = number(m.warm_up_part(), "model.warm_up_part");
    out.min_on = std::chrono::seconds{m.min_on_s()};
    out.min_off = std::chrono::seconds{m.min_off_s()};
    out.start_lag = std::chrono::seconds{m.start_lag_s()};
    out.start_cost = number(m.start_cost_usd(), "model.start_cost_usd") * us_dollar;
    out.load = number(m.has_load_w(), m.load_w(), "model.load_w") * watt;
    out.load_w_per_outdoor_k = number(m.load_w_per_outdoor_k(), "model.load_w_per_outdoor_k");
    return out;
  }
  body read(const v1::Layout& l) {
    auto out = layout_report{text(l.layout_hash(), "layout.layout_hash"), {}};
    for (const auto& c : l.channels())
      out.channels.push_back({name(c.channel(), "layout.channels.channel"),
                              word(wire_words::units, c.unit(), "layout.channels.unit"),
                              text(c.device(), "layout.channels.device"),
                              text(c.model(), "layout.channels.model"), c.actuator(),
                              std::chrono::seconds{c.max_age_s()}});
    return out;
  }
  message_run run(const v1::MessageRun& r, std::string_view field) {
    if (r.first_sequence() == 0 || r.last_sequence() < r.first_sequence())
      refuse(field, " is no run of sequence numbers");
    return {name(r.boot_id(), field), r.first_sequence(), r.last_sequence()};
  }
  body read(const v1::Loss& l) {
    return loss{run(l.lost(), "loss.lost"), text(l.reason(), "loss.reason"),
                time(l.at_unix_ms(), "loss.at_unix_ms")};
  }
  body read(const v1::Backlog& b) {
    auto out = backlog{b.last_sequence(), b.waiting(), b.waiting_bytes(), {}, {}};
    if (!b.boot_id().empty()) out.boot_id = text(b.boot_id(), "backlog.boot_id");
    if (b.oldest_unix_ms() != 0) out.oldest = time(b.oldest_unix_ms(), "backlog.oldest_unix_ms");
    return out;
  }
  body read(const v1::Heartbeat& h) {
    return heartbeat{text(h.contract_id(), "heartbeat.contract_id")};
  }
  body read(const v1::Ack& a) {
    auto out = ack{name(a.message_id(), "ack.message_id"), {}};
    if (static_cast<std::size_t>(a.more_size()) > limits::acks_together)
      refuse("ack.more", " has more than 512 ids");
    else
      for (const auto& id : a.more()) out.more.push_back(name(id, "ack.more"));
    return out;
  }
  body read(const v1::Nack& n) {
    return nack{text(n.message_id(), "nack.message_id"),
                word(wire_words::nack_reasons, n.reason(), "nack.reason"),
                text(n.text(), "nack.text")};
  }
  body read(const v1::Contract& c) {
    auto out = contract{
        name(c.contract_id(), "contract.contract_id"),
        time(c.start_unix_ms(), "contract.start_unix_ms"),
        length(c.length_s(), "contract.length_s"),
        number(c.has_average_power_w(), c.average_power_w(), "contract.average_power_w") * watt};
    if (c.has_price_usd_per_mwh())
      out.price = number(c.price_usd_per_mwh(), "contract.price_usd_per_mwh") * usd_per_mwh;
    // The house's answer repeats it, and would be refused by the node.
    if (!std::isfinite(out.promised().in(watt_hour)))
      refuse("contract.average_power_w", " promises more than any number tells");
    return out;
  }
  body read(const v1::Withdrawal& w) {
    return withdrawal{name(w.contract_id(), "withdrawal.contract_id"),
                      text(w.reason(), "withdrawal.reason")};
  }
  body read(const v1::Prices& p) {
    const auto make = +[](double amount) { return amount * usd_per_mwh; };
    auto out =
        prices{time(p.start_unix_ms(), "prices.start_unix_ms"), length(p.slot_s(), "prices.slot_s"),
               series(p.energy_usd_per_mwh(), make, "prices.energy_usd_per_mwh"),
               series(p.distribution_usd_per_mwh(), make, "prices.distribution_usd_per_mwh")};
    if (out.energy.empty()) refuse("prices.energy_usd_per_mwh", " is empty");
    if (!out.distribution.empty() && out.distribution.size() != out.energy.size())
      refuse("prices.distribution_usd_per_mwh",
             " is neither empty nor as long as the energy prices");
    return out;
  }
  body read(const v1::Weather& w) {
    auto out = weather{time(w.start_unix_ms(), "weather.start_unix_ms"),
                       length(w.slot_s(), "weather.slot_s"),
                       series(w.outdoor_c(), &celsius, "weather.outdoor_c")};
    if (out.outdoor.empty()) refuse("weather.outdoor_c", " is empty");
    return out;
  }
  grid_severity grid(std::uint32_t severity, std::string_view field) {
    if (severity == 0) return grid_severity::firm;
    if (severity > static_cast<std::uint32_t>(grid_severity::emergency))
      refuse(field, " is none of 1, 2 and 3");
    return static_cast<grid_severity>(severity);
  }
  power_limit limits_of(const v1::Limit& l) {
    auto out = power_limit{number(l.has_power_w(), l.power_w(), "request.limit.power_w") * watt,
                           {},
                           std::chrono::seconds{l.failsafe_s()}};
    if (l.has_failsafe_power_w())
      out.failsafe = number(l.failsafe_power_w(), "request.limit.failsafe_power_w") * watt;
    return out;
  }
  body read(const v1::Request& r) {
    auto out = request{word(wire_words::authorities, r.rank(), "request.rank"),
                       {},
                       std::chrono::seconds{r.lease_s()},
                       text(r.reason(), "request.reason"),
                       {}};
    if (r.start_unix_ms() != 0) out.start = time(r.start_unix_ms(), "request.start_unix_ms");
    if (out.rank != authority::admin && out.rank != authority::grid)
      refuse("request.rank", " must be ADMIN or GRID");
    switch (r.wish_case()) {
    case v1::Request::kHold:
      out.wish = hold{name(r.hold().channel(), "request.hold.channel"),
                      quantity(r.hold().value(), "request.hold.value")};
      break;
    case v1::Request::kShed:
      out.wish = shed{grid(r.shed().severity(), "request.shed.severity")};
      break;
    case v1::Request::kRelease: out.wish = release{}; break;
    case v1::Request::kRaise:
      out.wish = raise_load{grid(r.raise().severity(), "request.raise.severity")};
      break;
    case v1::Request::kLimit: out.wish = limits_of(r.limit()); break;
    case v1::Request::kOutage: out.wish = outage{}; break;
    case v1::Request::kKeepAlive: out.wish = keep_alive{}; break;
    case v1::Request::WISH_NOT_SET: refuse("request.wish", " is missing"); break;
    }
    return out;
  }
  body read(const v1::Query& q) {
    return query{word(wire_words::query_subjects, q.subject(), "query.subject")};
  }

  body read(const v1::Resend& r) {
    auto out = resend{};
    if (r.missing().empty() || static_cast<std::size_t>(r.missing_size()) > limits::resend_runs)
      refuse("resend.missing", " has no or more than 256 runs");
    else
      for (const auto& missing : r.missing()) out.missing.push_back(run(missing, "resend.missing"));
    return out;
  }

  body read(const v1::Envelope& e) {
    switch (e.body_case()) {
    case v1::Envelope::kBirth: return read(e.birth());
    case v1::Envelope::kReport: return read(e.report());
    case v1::Envelope::kPower: return read(e.power());
    case v1::Envelope::kSnapshot: return read(e.snapshot());
    case v1::Envelope::kState: return read(e.state());
    case v1::Envelope::kEvent: return read(e.event());
    case v1::Envelope::kOutcome: return read(e.outcome());
    case v1::Envelope::kContractReport: return read(e.contract_report());
    case v1::Envelope::kLayout: return read(e.layout());
    case v1::Envelope::kLoss: return read(e.loss());
    case v1::Envelope::kBacklog: return read(e.backlog());
    case v1::Envelope::kStanding: return read(e.standing());
    case v1::Envelope::kHeartbeat: return read(e.heartbeat());
    case v1::Envelope::kAck: return read(e.ack());
    case v1::Envelope::kNack: return read(e.nack());
    case v1::Envelope::kContract: return read(e.contract());
    case v1::Envelope::kWithdrawal: return read(e.withdrawal());
    case v1::Envelope::kPrices: return read(e.prices());
    case v1::Envelope::kWeather: return read(e.weather());
    case v1::Envelope::kRequest: return read(e.request());
    case v1::Envelope::kQuery: return read(e.query());
    case v1::Envelope::kResend: return read(e.resend());
    case v1::Envelope::BODY_NOT_SET: break;
    }
    refuse("body", " is missing or of a kind this version does not know");
    return heartbeat{};
  }
};

/// Fills `out` as far as `bytes` go; false if they are not Protobuf to the end.
bool parse(std::string_view bytes, v1::Envelope& out) {
  const auto quiet = google::protobuf::LogSilencer{};  // else it prints for each bad letter
  return out.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

/// One that begins with '-' leaves out the boot id it begins with.
std::string whole_id(const v1::Envelope& e) {
  return e.message_id().starts_with('-') ? e.boot_id() + e.message_id() : e.message_id();
}

}  // namespace

result<envelope> decode(std::string_view bytes) {
  if (bytes.size() > limits::message_bytes)
    return failed(fault_code::overflow, "a message of " + std::to_string(bytes.size()) +
                                            " bytes; at most 262144 are taken");
  auto arena = google::protobuf::Arena{room_for_a_message()};
  auto& in = *google::protobuf::Arena::CreateMessage<v1::Envelope>(&arena);
  if (!parse(bytes, in))
    return failed(fault_code::malformed, "these bytes are no hearth.v1.Envelope");
  auto check = reader{};
  auto out = envelope{check.name(in.site(), "site"),
                      check.name(in.boot_id(), "boot_id"),
                      in.sequence(),
                      check.name(whole_id(in), "message_id"),
                      check.time(in.sent_unix_ms(), "sent_unix_ms"),
                      check.text(in.in_reply_to(), "in_reply_to"),
                      {},
                      check.text(in.follows(), "follows"),
                      in.undated()};
  out.body = check.read(in);
  if (out.sequence == 0 && is_journaled(out.body))
    check.refuse("sequence", " of a journaled message must be above zero");
  if (check.problem) return tl::make_unexpected(std::move(*check.problem));
  return out;
}

std::optional<std::string> message_id_in(std::string_view bytes) {
  auto in = v1::Envelope{};
  parse(bytes.substr(0, limits::message_bytes), in);
  const auto id = whole_id(in);
  if (id.empty() || mended(id) != id) return {};
  return id;
}

nack_reason reason_for(const fault& f) {
  return f.code == fault_code::overflow ? nack_reason::oversized : nack_reason::undecodable;
}

}  // namespace hearth
