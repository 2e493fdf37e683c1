#include "protocol/shift.hpp"

namespace hearth {
namespace {

// One overload for each body: a new one does not compile until it stands here. What holds a time is
// taken apart into all its members, so that a new member does not compile unseen either.

void move(report& content, duration by) {
  auto& [slot_start, slot_length, series] = content;
  slot_start += by;
  for (auto& [channel, unit, samples] : series)
    for (auto& [at, value] : samples) at += by;
}

void move(power_update& content, duration by) {
  auto& [channel, power, at] = content;
  at += by;
}

void move(snapshot_report& content, duration by) {
  auto& [taken, points, base, changes, fresh_within] = content;
  taken += by;
  if (base) *base += by;
  for (auto& [place, value, quality, at] : changes)
    if (quality != quality::never || at != time_point{}) at += by;
  for (auto& [channel, value, quality, at] : points)
    // What was never heard has no time.
    if (quality != quality::never || at != time_point{}) at += by;
}

void move(state_report& content, duration by) {
  auto& [in_charge, mode, cause, contract_id, since] = content;
  since += by;
}

void move(event& content, duration by) {
  auto& [severity, kind, subject, text, at] = content;
  at += by;
}

void move(contract_report& content, duration by) {
  // What is settled was agreed upon in UTC.
  auto& [contract_id, status, reason, promised, metered, at, settled] = content;
  at += by;
}

void move(standing& content, duration by) {
  auto& [at, mean, top, running, since_change, outdoor, model, usual_beyond] = content;
  at += by;
}

void move(loss& content, duration by) {
  auto& [lost, reason, at] = content;
  at += by;
}

void move(backlog& content, duration by) {
  auto& [last_sequence, waiting, waiting_bytes, oldest, boot_id] = content;
  if (oldest) *oldest += by;
}

void move(contract& content, duration by) {
  auto& [id, start, length, average, price] = content;
  start += by;
}

void move(prices& content, duration by) {
  auto& [start, slot, energy, distribution] = content;
  start += by;
}

void move(weather& content, duration by) {
  auto& [start, slot, outdoor] = content;
  start += by;
}

void move(request& content, duration by) {
  auto& [rank, wish, lease, reason, start] = content;
  if (start) *start += by;
}

void move(birth&, duration) {}
void move(outcome&, duration) {}
void move(layout_report&, duration) {}
void move(heartbeat&, duration) {}
void move(ack&, duration) {}
void move(nack&, duration) {}
void move(withdrawal&, duration) {}
void move(query&, duration) {}
void move(resend&, duration) {}

}  // namespace

body shifted(body content, duration by) {
  std::visit([by](auto& what) { move(what, by); }, content);
  return content;
}

envelope shifted(envelope message, duration by) {
  message.sent += by;
  message.body = shifted(std::move(message.body), by);
  return message;
}

}  // namespace hearth
