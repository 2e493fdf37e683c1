#include "protocol/messages.hpp"

namespace hearth {
namespace {

/// What is true of every message of one kind. A body without its line here does not compile.
struct traits {
  std::string_view kind;
  bool journaled = false;
  bool upstream = false;
  bool downstream = false;
};

constexpr traits live_up(std::string_view kind) { return {kind, false, true, false}; }
constexpr traits journaled_up(std::string_view kind) { return {kind, true, true, false}; }
constexpr traits both_ways(std::string_view kind) { return {kind, false, true, true}; }
constexpr traits down(std::string_view kind) { return {kind, false, false, true}; }

constexpr traits of(const birth*) { return live_up("birth"); }
constexpr traits of(const report*) { return journaled_up("report"); }
constexpr traits of(const power_update*) { return live_up("power"); }
constexpr traits of(const snapshot_report*) { return live_up("snapshot"); }
constexpr traits of(const state_report*) { return live_up("state"); }
constexpr traits of(const event*) { return journaled_up("event"); }
constexpr traits of(const outcome*) { return journaled_up("outcome"); }
constexpr traits of(const contract_report*) { return journaled_up("contract"); }
constexpr traits of(const layout_report*) { return live_up("layout"); }
constexpr traits of(const loss*) { return journaled_up("loss"); }
constexpr traits of(const backlog*) { return live_up("backlog"); }
constexpr traits of(const standing*) { return live_up("standing"); }
constexpr traits of(const heartbeat*) { return both_ways("heartbeat"); }
constexpr traits of(const ack*) { return both_ways("ack"); }
constexpr traits of(const nack*) { return both_ways("nack"); }
constexpr traits of(const contract*) { return down("contract"); }
constexpr traits of(const withdrawal*) { return down("withdrawal"); }
constexpr traits of(const prices*) { return down("prices"); }
constexpr traits of(const weather*) { return down("weather"); }
constexpr traits of(const request*) { return down("request"); }
constexpr traits of(const query*) { return down("query"); }
constexpr traits of(const resend*) { return down("resend"); }

traits traits_of(const body& b) {
  return std::visit([](const auto& content) { return of(&content); }, b);
}

}  // namespace

std::string_view kind_of(const body& b) { return traits_of(b).kind; }
bool is_journaled(const body& b) { return traits_of(b).journaled; }
bool is_upstream(const body& b) { return traits_of(b).upstream; }
bool is_downstream(const body& b) { return traits_of(b).downstream; }
bool wants_ack(const body& b) { return is_journaled(b) || !is_upstream(b); }

std::size_t room_of(const result<double>& value) {
  return value ? 1 : 2 + value.error().detail.size() / 16;
}

std::string_view to_text(severity s) {
  switch (s) {
  case severity::info: return "info";
  case severity::warning: return "warning";
  case severity::alarm: return "alarm";
  }
  return "unknown";
}

std::string_view to_text(grid_severity s) {
  switch (s) {
  case grid_severity::gentle: return "gentle";
  case grid_severity::firm: return "firm";
  case grid_severity::emergency: return "emergency";
  }
  return "unknown";
}

std::string_view to_text(nack_reason r) {
  switch (r) {
  case nack_reason::undecodable: return "undecodable";
  case nack_reason::oversized: return "oversized";
  case nack_reason::unexpected: return "unexpected";
  case nack_reason::replayed: return "replayed";
  case nack_reason::stale: return "stale";
  case nack_reason::wrong_site: return "wrong-site";
  case nack_reason::invalid: return "invalid";
  case nack_reason::forbidden: return "forbidden";
  }
  return "unknown";
}

std::string_view to_text(query_subject q) {
  switch (q) {
  case query_subject::snapshot: return "snapshot";
  case query_subject::layout: return "layout";
  case query_subject::state: return "state";
  case query_subject::standing: return "standing";
  }
  return "unknown";
}

}  // namespace hearth
