#include "actors/node/render.hpp"

#include "actors/node/json_words.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace hearth {
namespace {

using json_words::json;

std::string number(double amount, int decimals) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, amount);
  return text.data();
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

/// Control characters of a peer do not reach a terminal.
std::string shown(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return text;
}

std::string shown(power p) { return number(p.in(watt), 0) + " W"; }
std::string shown(energy e) { return number(e.in(kilowatt_hour), 2) + " kWh"; }
std::string shown(money m) { return number(m.in(us_dollar), 2) + " USD"; }

std::string shown(const measured& m) {
  if (m.unit == unit::on_off) return m.amount != 0 ? "on" : "off";
  const auto decimals = std::abs(m.amount) < 100 && m.unit != unit::count ? 2 : 0;
  return number(m.amount, decimals) + " " + std::string{symbol(m.unit)};
}

std::string shown(const result<measured>& value, quality q) {
  auto text = value ? shown(*value) : to_text(value.error());
  if (value && q != quality::good) text += " (" + std::string{to_text(q)} + ")";
  return text;
}

std::string because(const std::string& reason) { return reason.empty() ? "" : ": " + reason; }

std::string clock_time(time_point t) { return to_iso8601(t).substr(11, 8); }

template <class T>
std::string span(const std::vector<T>& values, time_point start, duration slot, auto amount) {
  if (values.empty()) return "none";
  const auto [low, high] = std::ranges::minmax(values);
  return std::to_string(values.size()) + " × " + to_text(slot) + " from " + to_iso8601(start) +
         ", " + number(amount(low), 1) + " to " + number(amount(high), 1);
}

std::string said(const birth& b) {
  return b.online ? "online, version " + b.version + ", layout " + b.layout_hash.substr(0, 12)
                  : "offline";
}
std::string said(const report& r) {
  auto samples = std::size_t{0};
  auto faults = std::ptrdiff_t{0};
  for (const auto& s : r.series) {
    samples += s.samples.size();
    faults += std::ranges::count_if(s.samples, [](const sample& one) { return !one.value; });
  }
  return to_iso8601(r.slot_start) + " + " + to_text(r.slot_length) + ": " +
         std::to_string(r.series.size()) + " channels, " + std::to_string(samples) + " samples, " +
         std::to_string(faults) + " faults";
}
std::string said(const power_update& p) { return p.channel + " " + shown(p.power); }
std::string said(const snapshot_report& s) {
  if (s.base)
    return std::to_string(s.changes.size()) + " channels moved since " + to_iso8601(*s.base);
  auto text = std::to_string(s.points.size()) + " channels:";
  for (const auto& p : s.points) text += " " + p.channel + "=" + shown(p.value, p.quality);
  return text;
}
std::string said(const state_report& s) {
  auto text = std::string{to_text(s.in_charge)};
  if (!s.mode.empty()) text += " (" + s.mode + ")";
  if (!s.contract_id.empty()) text += " contract " + s.contract_id;
  return text + " since " + to_iso8601(s.since) + because(s.cause);
}
std::string said(const event& e) {
  return std::string{to_text(e.severity)} + " " + e.kind + " " + e.subject + because(e.text);
}
std::string said(const outcome& o) {
  return (o.accepted ? "accepted " : "refused ") + o.request_id + because(o.reason);
}
std::string said(const contract_report& r) {
  return r.contract_id + " " + std::string{to_text(r.status)} + ", " + shown(r.metered) + " of " +
         shown(r.promised) + because(r.reason);
}
std::string said(const layout_report& l) {
  const auto actuators = std::ranges::count_if(l.channels, &channel_description::actuator);
  return l.layout_hash.substr(0, 12) + ": " + std::to_string(l.channels.size()) + " channels, " +
         std::to_string(actuators) + " of them can be commanded";
}
std::string said(const message_run& r) {
  return r.boot_id + "-" + std::to_string(r.first) +
         (r.last > r.first ? " to " + std::to_string(r.last) : "");
}
std::string said(const loss& l) { return said(l.lost) + because(l.reason); }
std::string said(const backlog& b) {
  if (b.waiting == 0) return "nothing waits";
  return std::to_string(b.waiting) + " messages wait, " + std::to_string(b.waiting_bytes) +
         " bytes" + (b.oldest ? ", the oldest of " + to_iso8601(*b.oldest) : "");
}
std::string said(const standing& s) {
  return "store at " + shown(measured{s.mean.in_celsius(), unit::celsius}) + ", top at " +
         shown(measured{s.top.in_celsius(), unit::celsius}) + ", heat pump " +
         (s.running ? "runs" : "rests") + " since " + to_text(s.since_change);
}
std::string said(const heartbeat& h) {
  return h.contract_id.empty() ? "no contract" : "contract " + h.contract_id;
}
std::string said(const ack& a) {
  return a.message_id + (a.more.empty() ? "" : " and " + std::to_string(a.more.size()) + " more");
}
std::string said(const nack& n) {
  return (n.message_id.empty() ? "?" : n.message_id) + " " + std::string{to_text(n.reason)} +
         because(n.text);
}
std::string said(const contract& c) {
  return c.id + " " + to_iso8601(c.start) + " + " + to_text(c.length) + ", " + shown(c.average) +
         " on average, " + shown(c.promised());
}
std::string said(const withdrawal& w) { return w.contract_id + because(w.reason); }
std::string said(const prices& p) {
  return span(p.energy, p.start, p.slot, [](energy_price one) { return one.in(usd_per_mwh); }) +
         " USD/MWh" + (p.distribution.empty() ? "" : ", distribution apart");
}
std::string said(const weather& w) {
  return span(w.outdoor, w.start, w.slot, [](temperature t) { return t.in_celsius(); }) + " °C";
}
std::string said(const hold& h) { return "hold " + h.channel + " at " + shown(h.value); }
std::string said(const shed& s) { return "shed, " + std::string{to_text(s.severity)}; }
std::string said(const release&) { return "release"; }
std::string said(const raise_load& r) { return "raise, " + std::string{to_text(r.severity)}; }
std::string said(const power_limit& l) {
  auto silent = l.failsafe ? shown(*l.failsafe) + " in silence" : std::string{};
  if (l.failsafe_for > duration{0})
    silent += (silent.empty() ? "in silence for " : " for ") + to_text(l.failsafe_for);
  return "limit of " + shown(l.most) + (silent.empty() ? "" : " (" + silent + ")");
}
std::string said(const outage&) { return "outage"; }
std::string said(const keep_alive&) { return "keep alive"; }
std::string said(const request& r) {
  auto text = std::string{to_text(r.rank)} + ": " +
              std::visit([](const auto& wish) { return said(wish); }, r.wish);
  if (r.start) text += " from " + to_iso8601(*r.start);
  if (r.lease > duration{0}) text += " for " + to_text(r.lease);
  return text + because(r.reason);
}
std::string said(const query& q) { return std::string{to_text(q.subject)}; }
std::string said(const resend& r) {
  auto text = std::string{};
  for (const auto& run : r.missing) text += (text.empty() ? "" : ", ") + said(run);
  return text;
}

json object_of(const envelope& e, direction way) {
  auto j = json{{"direction", way == direction::up ? "up" : "down"},
                {"site", e.site},
                {"kind", kind_of(e.body)},
                {"boot_id", e.boot_id},
                {"sequence", e.sequence},
                {"message_id", e.message_id},
                {"sent", to_iso8601(e.sent)},
                {"in_reply_to", e.in_reply_to},
                {"body", json_words::of(e.body)}};
  if (!e.follows.empty()) j["follows"] = e.follows;
  if (e.undated) j["undated"] = true;
  return j;
}

std::string dump(const json& j) { return j.dump(-1, ' ', false, json::error_handler_t::replace); }

}  // namespace

std::string text_of(const body& b) {
  return shown(std::visit([](const auto& content) { return said(content); }, b));
}

std::string line_of(const envelope& e, direction way) {
  return clock_time(e.sent) + (way == direction::up ? " ← " : " → ") + padded(shown(e.site), 12) +
         "  " + padded(std::string{kind_of(e.body)}, 9) + "  " + text_of(e.body) +
         (e.undated ? "  [undated]" : "");
}

std::string json_of(const envelope& e, direction way) { return dump(object_of(e, way)); }

std::string line_of(const turn& t) {
  auto line = t.heard ? line_of(*t.heard, t.way) : "--:--:-- ← " + padded(shown(t.site), 12);
  if (t.trouble) return line + "  [not taken: " + shown(to_text(*t.trouble)) + "]";
  return t.heard && !t.fresh ? line + "  [repeat]" : line;
}

std::string json_of(const turn& t) {
  auto j = t.heard ? object_of(*t.heard, t.way) : json{{"site", t.site}};
  j["repeat"] = t.heard && !t.fresh && !t.trouble;
  if (t.trouble) j["not_taken"] = to_text(*t.trouble);
  return dump(j);
}

std::string sites_heading() {
  return padded("SITE", 16) + padded("PRESENCE", 10) + padded("LAST HEARD (UTC)", 26) +
         padded("IN CHARGE", 11) + padded("BOUGHT", 12) + padded("COST", 12) +
         padded("MISSING", 9) + "CONTRACT";
}

std::string summary_of(const site_memory& m, time_point now) {
  const auto* c = m.in_force(now);
  return padded(shown(m.site), 15) + " " + padded(std::string{to_text(m.presence_at(now))}, 10) +
         padded(m.heard_ever ? to_iso8601(m.last_heard) : "never", 26) +
         padded(m.state ? std::string{to_text(m.state->in_charge)} : "unknown", 11) +
         padded(shown(m.contracted_energy()), 12) + padded(shown(m.contracted_cost()), 12) +
         padded(std::to_string(m.boots.missing()), 9) +
         (c != nullptr ? shown(c->offered->id) : "none");
}

std::string sums_of(const known_channel& c) {
  if (c.energy_so_far == energy{}) return "";
  return ", " + shown(c.energy_so_far) + " so far, " + shown(c.cost_so_far);
}

std::string page_of(const site_memory& m, time_point now) {
  auto out = shown(m.site) + ": " + std::string{to_text(m.presence_at(now))} + ", last heard " +
             (m.heard_ever ? to_iso8601(m.last_heard) : "never") + "\n";
  if (m.last_birth)
    out += "  said      " + shown(said(*m.last_birth)) + ", boot " + m.boot_id + "\n";
  if (m.state) out += "  in charge " + shown(said(*m.state)) + "\n";
  if (m.last_outcome) out += "  outcome   " + shown(said(*m.last_outcome)) + "\n";
  const auto& n = m.counters;
  out += "  heard     " + std::to_string(n.messages) + " messages, " + std::to_string(n.reports) +
         " reports; " + std::to_string(n.duplicates) + " repeats, " +
         std::to_string(m.boots.missing()) + " missing, " + std::to_string(m.boots.lost()) +
         " lost, " + std::to_string(n.refused) + " refused\n";
  if (m.last_backlog)
    out += "  backlog   " + shown(said(*m.last_backlog)) + ", said " +
           to_text(now - m.last_backlog_heard) + " ago\n";
  out += "  bought    " + shown(m.contracted_energy()) + " under contracts for " +
         shown(m.contracted_cost()) + "\n";
  if (!m.contracts.empty()) out += "contracts\n";
  for (const auto& [id, c] : m.contracts) {
    out += "  " + shown(id) + " ";
    out += c.reported ? shown(said(*c.reported)).substr(c.reported->contract_id.size() + 1)
                      : "no answer yet";
    out += "\n";
  }
  const auto there = m.presence_at(now);
  if (!m.channels.empty()) out += "channels\n";
  for (const auto& [name, c] : m.channels) {
    const auto now_is = staleness_of(c, now, there);
    out += "  " + padded(shown(name), 24) + " " + padded(shown(shown(c.value, now_is.quality)), 18);
    if (now_is.age) out += " " + to_text(*now_is.age) + " ago";
    out += sums_of(c) + "\n";
  }
  if (!m.former_channels.empty()) out += "channels of former layouts\n";
  for (const auto& [name, c] : m.former_channels)
    out += "  " + padded(shown(name), 24) + sums_of(c) + "\n";
  if (!m.events.empty()) out += "events\n";
  for (const auto& e : m.events)
    out += "  " + (e.undated ? padded("undated", 20) : to_iso8601(e.said.at)) + " " +
           shown(said(e.said)) + "\n";
  return out;
}

}  // namespace hearth
