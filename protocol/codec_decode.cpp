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
  body read(const v1::ContractReport& c) {
    return contract_report{
        name(c.contract_id(), "contract_report.contract_id"),
        word(wire_words::contract_statuses, c.status(), "contract_report.status"),
        text(c.reason(), "contract_report.reason"),
        number(c.has_promised_wh(), c.promised_wh(), "contract_report.promised_wh") * watt_hour,
        number(c.has_metered_wh(), c.metered_wh(), "contract_report.metered_wh") * watt_hour,
        time(c.at_unix_ms(), "contract_report.at_unix_ms")};
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
