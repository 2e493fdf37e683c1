#include "actors/portal/json_answer.hpp"
#include "actors/portal/now_json.hpp"
#include "actors/portal/portal_desk.hpp"

#include <algorithm>

/// What somebody should look at.
namespace hearth {
namespace {

using json_value = nlohmann::json;

json_value alarm_json(const house_view& view, const open_alarm& alarm) {
  const auto* seen = view.acknowledgement(alarm.id);
  return {{"id", alarm.id},
          {"at_ms", in_ms(alarm.raised.at)},
          {"last_ms", in_ms(alarm.last)},
          {"times", alarm.times},
          {"severity", to_text(alarm.raised.severity)},
          {"kind", alarm.raised.kind},
          {"subject", alarm.raised.subject},
          {"text", alarm.raised.text},
          {"meaning", alarm.kind->meaning},
          {"remedy", alarm.kind->remedy},
          {"acknowledged",
           seen ? json_value{{"by", seen->by}, {"at_ms", in_ms(seen->at)}} : json_value{}}};
}

bool is_known(const house_view& view, const std::string& id) {
  return std::ranges::any_of(view.alarms(), [&](const auto& a) { return a.id == id; }) ||
         std::ranges::any_of(view.ended(), [&](const auto& e) { return e.alarm.id == id; });
}

}  // namespace

reply serve_alarms(portal_desk& desk, const visit&) {
  auto active = json_value::array(), recent = json_value::array();
  for (const auto& alarm : desk.view.alarms()) active.push_back(alarm_json(desk.view, alarm));
  std::ranges::reverse(active);
  for (const auto& over : desk.view.ended()) {
    auto row = alarm_json(desk.view, over.alarm);
    row["ended_ms"] = in_ms(over.ended);
    row["ended_text"] = over.why;
    recent.push_back(std::move(row));
  }
  return json(200, {{"active", std::move(active)}, {"recent", std::move(recent)}});
}

reply serve_acknowledge(portal_desk& desk, const visit& v) {
  if (!is_known(desk.view, v.place)) return problem(404, "there is no such alarm");
  const auto seen = alarm_acknowledgement{v.place, v.who.name, desk.view.dates().utc(v.now)};
  if (const auto failure = desk.accounts->acknowledge(seen))
    return problem(503, "it could not be written down: " + to_text(*failure));
  desk.view.acknowledge(seen);
  desk.door.note(v.who.name, v.asked, "acknowledge", v.place, true, v.people);
  return done_without_words();
}

}  // namespace hearth
