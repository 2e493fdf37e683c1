#include "actors/node/json_words.hpp"

#include "protocol/hex.hpp"

#include <limits>
#include <stdexcept>

namespace hearth::json_words {
namespace {

double seconds(duration d) { return std::chrono::duration<double>(d).count(); }

duration duration_from(const json& j) {
  return std::chrono::round<duration>(std::chrono::duration<double>(j.get<double>()));
}

std::optional<energy_price> price_from(const json& j) {
  const auto found = j.find("price_usd_per_mwh");
  if (found == j.end() || found->is_null()) return {};
  return json_words::number_from(*found) * usd_per_mwh;
}

std::string bytes_of(const std::string& hex) {
  auto bytes = bytes_from_hex(hex);
  if (!bytes) throw std::invalid_argument{"'" + hex + "' is no hex"};
  return std::move(*bytes);
}

/// The enumerator up to `last` whose word stands in `j`.
template <class Enum>
Enum word_from(const json& j, Enum last) {
  const auto text = j.get<std::string>();
  for (auto i = 0U; i <= static_cast<unsigned>(last); ++i)
    if (to_text(static_cast<Enum>(i)) == text) return static_cast<Enum>(i);
  throw std::invalid_argument{"'" + text + "' is no word known here"};
}

json prices_per_mwh(const std::vector<energy_price>& all) {
  auto out = json::array();
  for (const auto p : all) out.push_back(p.in(usd_per_mwh));
  return out;
}

json of(const report& r) {
  auto series = json::array();
  for (const auto& s : r.series) {
    auto samples = json::array();
    for (const auto& one : s.samples) {
      auto j = json{{"at", to_iso8601(one.at)}};
      if (one.value) {
        j["value"] = *one.value;
      } else {
        j["fault"] = to_text(one.value.error().code);
        j["detail"] = one.value.error().detail;
      }
      samples.push_back(std::move(j));
    }
    series.push_back({{"channel", s.channel}, {"unit", symbol(s.unit)}, {"samples", samples}});
  }
  return {{"slot_start", to_iso8601(r.slot_start)},
          {"slot_length_s", seconds(r.slot_length)},
          {"series", std::move(series)}};
}

json of(const power_update& p) {
  return {{"channel", p.channel}, {"power_w", p.power.in(watt)}, {"at", to_iso8601(p.at)}};
}

template <class Point>
json of_point(json named, const Point& p) {
  named.update(json_words::of(p.value));
  named["quality"] = to_text(p.quality);
  named["at"] = to_iso8601(p.at);
  return named;
}

json of(const snapshot_report& s) {
  auto out = json{{"at", to_iso8601(s.at)}};
  if (s.base) {
    out["base"] = to_iso8601(*s.base);
    out["fresh_within_s"] = seconds(s.fresh_within);
    for (const auto& c : s.changes) out["changes"].push_back(of_point({{"place", c.place}}, c));
  } else {
    out["points"] = json::array();
    for (const auto& p : s.points) out["points"].push_back(of_point({{"channel", p.channel}}, p));
  }
  return out;
}

json of(const layout_report& l) {
  auto channels = json::array();
  for (const auto& c : l.channels)
    channels.push_back({{"channel", c.channel},
                        {"unit", symbol(c.unit)},
                        {"device", c.device},
                        {"model", c.model},
                        {"actuator", c.actuator},
                        {"max_age_s", seconds(c.max_age)}});
  return {{"layout_hash", l.layout_hash}, {"channels", std::move(channels)}};
}

json of(const message_run& r) {
  return {{"boot_id", r.boot_id}, {"first_sequence", r.first}, {"last_sequence", r.last}};
}
json of(const loss& l) {
  return {{"lost", of(l.lost)}, {"reason", l.reason}, {"at", to_iso8601(l.at)}};
}
json of(const backlog& b) {
  return {{"last_sequence", b.last_sequence},
          {"waiting", b.waiting},
          {"waiting_bytes", b.waiting_bytes},
          {"oldest", b.oldest ? json(to_iso8601(*b.oldest)) : json{}},
          {"boot_id", b.boot_id ? json(*b.boot_id) : json{}}};
}

json of(const house_model& m) {
  auto curve = json::array(), cop = json::array();
  for (const auto& p : m.curve)
    curve.push_back({{"outdoor_c", p.outdoor.in_celsius()}, {"supply_c", p.supply.in_celsius()}});
  for (const auto& p : m.cop)
    cop.push_back({{"outdoor_c", p.outdoor.in_celsius()},
                   {"leaving_water_c", p.leaving_water.in_celsius()},
                   {"cop", p.cop}});
  return {{"heat_wh_per_k", m.heat_j_per_k / watt_hour.si()},
          {"curve", std::move(curve)},
          {"drained", m.drained},
          {"full_c", m.full.in_celsius()},
          {"surroundings_c", m.surroundings.in_celsius()},
          {"loss_per_hour", m.loss_per_hour},
          {"of_little_use_k", m.of_little_use.in(kelvin)},
          {"cop", std::move(cop)},
          {"cop_factor", m.cop_factor},
          {"cop_factor_per_k", m.cop_factor_per_k},
          {"leaving_beyond_k", m.leaving_beyond.in(kelvin)},
          {"electric_w", m.electric.in(watt)},
          {"electric_w_per_outdoor_k", m.electric_w_per_outdoor_k},
          {"electric_w_per_store_k", m.electric_w_per_store_k},
          {"electric_most_w", m.electric_most.in(watt)},
          {"least_part", m.least_part},
          {"warm_up_s", seconds(m.warm_up)},
          {"warm_up_part", m.warm_up_part},
          {"min_on_s", seconds(m.min_on)},
          {"min_off_s", seconds(m.min_off)},
          {"start_lag_s", seconds(m.start_lag)},
          {"start_cost_usd", m.start_cost.in(us_dollar)},
          {"load_w", m.load.in(watt)},
          {"load_w_per_outdoor_k", m.load_w_per_outdoor_k}};
}
json of(const standing& s) {
  auto beyond = json::array();
  for (const auto w : s.usual_beyond) beyond.push_back(w.in(watt));
  return {{"at", to_iso8601(s.at)},
          {"store_mean_c", s.mean.in_celsius()},
          {"store_top_c", s.top.in_celsius()},
          {"running", s.running},
          {"since_change_s", seconds(s.since_change)},
          {"outdoor_c", s.outdoor ? json(s.outdoor->in_celsius()) : json{}},
          {"model", of(s.model)},
          {"usual_beyond_w", std::move(beyond)}};
}

json of(const heartbeat& h) { return {{"contract_id", h.contract_id}}; }
json of(const ack& a) { return {{"message_id", a.message_id}, {"more", a.more}}; }
json of(const nack& n) {
  return {{"message_id", n.message_id}, {"reason", to_text(n.reason)}, {"text", n.text}};
}
json of(const withdrawal& w) { return {{"contract_id", w.contract_id}, {"reason", w.reason}}; }

json of(const prices& p) {
  return {{"start", to_iso8601(p.start)},
          {"slot_s", seconds(p.slot)},
          {"energy_usd_per_mwh", prices_per_mwh(p.energy)},
          {"distribution_usd_per_mwh", prices_per_mwh(p.distribution)}};
}

json of(const weather& w) {
  auto outdoor = json::array();
  for (const auto t : w.outdoor) outdoor.push_back(t.in_celsius());
  return {{"start", to_iso8601(w.start)}, {"slot_s", seconds(w.slot)}, {"outdoor_c", outdoor}};
}

json of(const hold& h) {
  auto j = json{{"wish", "hold"}, {"channel", h.channel}};
  j.update(json_words::of(result<measured>{h.value}));
  return j;
}
json of(const shed& s) { return {{"wish", "shed"}, {"severity", static_cast<int>(s.severity)}}; }
json of(const release&) { return {{"wish", "release"}}; }
json of(const raise_load& r) {
  return {{"wish", "raise"}, {"severity", static_cast<int>(r.severity)}};
}
json of(const power_limit& l) {
  auto j = json{
      {"wish", "limit"}, {"power_w", l.most.in(watt)}, {"failsafe_s", seconds(l.failsafe_for)}};
  if (l.failsafe) j["failsafe_power_w"] = l.failsafe->in(watt);
  return j;
}
json of(const outage&) { return {{"wish", "outage"}}; }
json of(const keep_alive&) { return {{"wish", "keep-alive"}}; }

json of(const request& r) {
  auto j = json{{"rank", to_text(r.rank)}};
  j.update(std::visit([](const auto& wish) { return of(wish); }, r.wish));
  j["lease_s"] = seconds(r.lease);
  j["reason"] = r.reason;
  if (r.start) j["start"] = to_iso8601(*r.start);
  return j;
}

json of(const query& q) { return {{"subject", to_text(q.subject)}}; }
json of(const resend& r) {
  auto missing = json::array();
  for (const auto& run : r.missing) missing.push_back(of(run));
  return {{"missing", std::move(missing)}};
}

}  // namespace

json of(const body& b) {
  return std::visit([](const auto& content) { return of(content); }, b);
}

json of(const birth& b) {
  return {{"online", b.online}, {"layout_hash", b.layout_hash}, {"version", b.version}};
}
birth birth_from(const json& j) {
  return {j.at("online").get<bool>(), j.at("layout_hash").get<std::string>(),
          j.at("version").get<std::string>()};
}

json of(const state_report& s) {
  return {{"in_charge", to_text(s.in_charge)},
          {"mode", s.mode},
          {"cause", s.cause},
          {"contract_id", s.contract_id},
          {"since", to_iso8601(s.since)}};
}
state_report state_from(const json& j) {
  return {word_from(j.at("in_charge"), authority::local), j.at("mode").get<std::string>(),
          j.at("cause").get<std::string>(), j.at("contract_id").get<std::string>(),
          time_from(j.at("since"))};
}

json of(const event& e) {
  return {{"severity", to_text(e.severity)},
          {"kind", e.kind},
          {"subject", e.subject},
          {"text", e.text},
          {"at", to_iso8601(e.at)}};
}
event event_from(const json& j) {
  return {word_from(j.at("severity"), severity::alarm), j.at("kind").get<std::string>(),
          j.at("subject").get<std::string>(), j.at("text").get<std::string>(),
          time_from(j.at("at"))};
}

json of(const outcome& o) {
  return {{"request_id", o.request_id}, {"accepted", o.accepted}, {"reason", o.reason}};
}
outcome outcome_from(const json& j) {
  return {j.at("request_id").get<std::string>(), j.at("accepted").get<bool>(),
          j.at("reason").get<std::string>()};
}

loss loss_from(const json& j) {
  const auto& run = j.at("lost");
  return {{run.at("boot_id").get<std::string>(), run.at("first_sequence").get<std::uint64_t>(),
           run.at("last_sequence").get<std::uint64_t>()},
          j.at("reason").get<std::string>(),
          time_from(j.at("at"))};
}

backlog backlog_from(const json& j) {
  auto out = backlog{j.at("last_sequence").get<std::uint64_t>(),
                     j.at("waiting").get<std::uint64_t>(),
                     j.at("waiting_bytes").get<std::uint64_t>(),
                     {},
                     {}};
  if (!j.at("oldest").is_null()) out.oldest = time_from(j.at("oldest"));
  // Versions before this one did not keep it.
  if (const auto boot = j.value("boot_id", json{}); !boot.is_null())
    out.boot_id = boot.get<std::string>();
  return out;
}

json of(const contract& c) {
  auto j = json{{"contract_id", c.id},
                {"start", to_iso8601(c.start)},
                {"length_s", seconds(c.length)},
                {"average_power_w", c.average.in(watt)}};
  if (c.price) j["price_usd_per_mwh"] = c.price->in(usd_per_mwh);
  return j;
}
contract contract_from(const json& j) {
  auto out = contract{j.at("contract_id").get<std::string>(), time_from(j.at("start")),
                      duration_from(j.at("length_s")), number_from(j.at("average_power_w")) * watt};
  out.price = price_from(j);
  return out;
}

json of(const settlement& s) {
  auto j = json{{"book", s.book},
                {"entry", s.entry},
                {"start", to_iso8601(s.start)},
                {"length_s", seconds(s.length)},
                {"unmetered_s", seconds(s.unmetered)},
                {"chain", hex_of(s.chain)}};
  if (s.price) j["price_usd_per_mwh"] = s.price->in(usd_per_mwh);
  return j;
}
settlement settlement_from(const json& j) {
  return {j.at("book").get<std::string>(),
          j.at("entry").get<std::uint64_t>(),
          time_from(j.at("start")),
          duration_from(j.at("length_s")),
          price_from(j),
          duration_from(j.at("unmetered_s")),
          bytes_of(j.at("chain").get<std::string>())};
}

json of(const contract_report& r) {
  auto j = json{{"contract_id", r.contract_id},
                {"status", to_text(r.status)},
                {"reason", r.reason},
                {"promised_wh", r.promised.in(watt_hour)},
                {"metered_wh", r.metered.in(watt_hour)},
                {"at", to_iso8601(r.at)}};
  if (r.settled) j["settlement"] = of(*r.settled);
  return j;
}
contract_report contract_report_from(const json& j) {
  auto out = contract_report{j.at("contract_id").get<std::string>(),
                             word_from(j.at("status"), contract_status::given_up),
                             j.at("reason").get<std::string>(),
                             number_from(j.at("promised_wh")) * watt_hour,
                             number_from(j.at("metered_wh")) * watt_hour,
                             time_from(j.at("at"))};
  if (j.contains("settlement")) out.settled = settlement_from(j.at("settlement"));
  return out;
}

json of(const result<measured>& value) {
  if (value) return {{"value", value->amount}, {"unit", symbol(value->unit)}};
  return {{"fault", to_text(value.error().code)}, {"detail", value.error().detail}};
}
result<measured> value_from(const json& j) {
  if (j.contains("fault"))
    return failed(word_from(j.at("fault"), fault_code::unsupported),
                  j.at("detail").get<std::string>());
  const auto unit = unit_from_symbol(j.at("unit").get<std::string>());
  if (!unit) throw std::invalid_argument{"unknown unit"};
  return measured{number_from(j.at("value")), *unit};
}

quality quality_from(const json& j) { return word_from(j, quality::never); }

double number_from(const json& j) {
  return j.is_null() ? std::numeric_limits<double>::infinity() : j.get<double>();
}

time_point time_from(const json& j) {
  const auto t = from_iso8601(j.get<std::string>());
  if (!t) throw std::invalid_argument{"'" + j.get<std::string>() + "' is no time"};
  return *t;
}

}  // namespace hearth::json_words
