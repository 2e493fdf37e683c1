#include "actors/household.hpp"
#include "actors/planner/price_outlook.hpp"
#include "actors/planner/room_model.hpp"
#include "actors/portal/json_answer.hpp"
#include "actors/portal/now_json.hpp"
#include "actors/portal/portal_desk.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

/// The newest plan, and what it means for the rooms.
namespace hearth {
namespace {

using json_value = nlohmann::json;
using namespace std::chrono_literals;

json_value slot_json(const planned_slot& slot, const slot_outlook* expected, time_point start,
                     duration length, const house_view& view) {
  const auto& dates = view.dates();
  auto out = json_value{
      {"start_ms", in_ms(dates.utc(start))},
      {"end_ms", in_ms(dates.utc(start + length))},
      {"power_w", length > duration{0} ? rounded((slot.electricity / length).in(watt), 0) : 0.0},
      {"part", rounded(slot.part, 3)},
      {"store_c", in_c(slot.store)},
      {"store_kwh", rounded(heat_in_store(*view.house().plant, slot.store).in(kilowatt_hour), 3)},
      {"price_usd_per_kwh", rounded(slot.price.in(usd_per_mwh) / 1000, 6)},
      {"unserved_wh", rounded(slot.unserved.in(watt_hour), 1)},
      {"more_otherwise_usd",
       slot.more_otherwise ? json_value(in_usd(*slot.more_otherwise)) : json_value{}}};
  if (!expected) return out;
  out["outdoor_c"] = in_c(expected->outdoor);
  out["load_w"] = rounded(expected->load.in(watt), 0);
  return out;
}

/// When a zone's setpoint or its cause changes until the plan ends, as schedules and wishes stand
/// now, to the minute: of a slot that ends otherwise than it began every minute is looked at.
json_value setpoints_json(const portal_desk& desk, const zone_layout& zone, const heat_plan& plan,
                          time_point from) {
  auto seen = *desk.view.image();
  const auto& dates = desk.view.dates();
  const auto at = [&](time_point t) {
    seen.at = t;
    return setpoint_for(zone, desk.view.house(), desk.wants.wanted(), dates, seen);
  };
  const auto differ = [](const zone_setpoint& a, const zone_setpoint& b) {
    return a.setpoint != b.setpoint || a.why != b.why;
  };
  auto all = json_value::array();
  auto is = zone_setpoint{};
  const auto tell = [&](time_point t, zone_setpoint s) {
    is = std::move(s);
    all.push_back({{"from_ms", in_ms(dates.utc(t))},
                   {"setpoint_c", is.setpoint ? json_value(in_c(*is.setpoint)) : json_value{}},
                   {"why", is.why}});
  };
  tell(from, at(from));
  auto begun = from;
  for (auto next = plan.start + plan.first; next < plan.end(); next += plan.slot) {
    if (next <= from) continue;
    if (const auto then = at(next); differ(is, then)) {
      for (auto t = next - (next - begun) / 1min * 1min; t < next; t += 1min)
        if (auto s = at(t); differ(is, s)) tell(t, std::move(s));
      if (differ(is, then)) tell(next, then);
    }
    begun = next;
  }
  return all;
}

/// How warm a zone will be at the end of each slot of the plan, by what was learned of it; nothing
/// of slots that are over, and from the first on of which nobody knows what decides. Empty where
/// nothing was learned or the room is not measured.
json_value expected_json(const portal_desk& desk, const zone_layout& zone, const plan_news& news,
                         const std::optional<learned_room>& learned, time_point now) {
  auto all = json_value::array();
  const auto& plan = news.plan;
  auto seen = *desk.view.image();
  const auto is = seen.good<temperature>(zone.temperature_channel);
  const auto known = std::min(plan.slots.size(), news.outlook.size());
  if (!learned || !is) return all;
  const auto& wanted = desk.wants.wanted();
  const auto& dates = desk.view.dates();
  auto ahead = std::vector<room_slot>{};
  auto start = plan.start;
  for (std::size_t i = 0; i < known; ++i) {
    const auto end = start + (i == 0 ? plan.first : plan.slot);
    if (end > now) {
      seen.at = std::max(start, now);
      const auto asked = news.outlook[i].load * (end - start);
      const auto missing = asked > energy{} ? plan.slots[i].unserved / asked : 0.0;
      auto setpoint = std::optional<temperature>{};
      if (!hands_off(wanted, seen.at))
        setpoint = setpoint_for(zone, desk.view.house(), wanted, dates, seen).setpoint;
      ahead.push_back({end - seen.at, hour_of_day(dates.utc(seen.at)), news.outlook[i].outdoor,
                       setpoint, 1 - missing});
    } else {
      all.push_back(nullptr);
    }
    start = end;
  }
  for (const auto& at : expected_room(learned->model, {*is, learned->structure}, ahead))
    all.push_back(at ? json_value(in_c(*at)) : json_value{});
  return all;
}

/// What each zone is, should be and is expected to be.
json_value rooms_json(const portal_desk& desk, const plan_news& news, time_point now) {
  auto all = json_value::array();
  if (!desk.view.image()) return all;
  const auto& zones = desk.view.house().plant->zones;
  for (std::size_t i = 0; i < zones.size(); ++i) {
    const auto is = desk.view.image()->good<temperature>(zones[i].temperature_channel);
    const auto learned = i < news.rooms.size() ? news.rooms[i] : std::nullopt;
    const auto from = std::max(now, news.plan.start);
    all.push_back({{"zone", zones[i].name},
                   {"temperature_c", is ? json_value(in_c(*is)) : json_value{}},
                   {"setpoints", setpoints_json(desk, zones[i], news.plan, from)},
                   {"expected_c", expected_json(desk, zones[i], news, learned, now)}});
  }
  return all;
}

}  // namespace

reply serve_plan(portal_desk& desk, const visit& v) {
  const auto& house = desk.view.house();
  if (!house.plant || !house.plant->store)
    return problem(404, "this house has no store, so there is nothing to plan");
  const auto& news = desk.view.plan();
  if (!news)
    return problem(404, "no plan has been made yet; the first comes within a quarter hour");
  if (news->plan.end() <= v.now)
    return problem(404, "the last plan there was is over, and none has been made since");
  const auto& dates = desk.view.dates();
  auto slots = json_value::array();
  auto start = news->plan.start;
  for (std::size_t i = 0; i < news->plan.slots.size(); ++i) {
    const auto length = i == 0 ? news->plan.first : news->plan.slot;
    slots.push_back(slot_json(news->plan.slots[i],
                              i < news->outlook.size() ? &news->outlook[i] : nullptr, start, length,
                              desk.view));
    start += length;
  }
  return json(200, {{"made_ms", in_ms(dates.utc(news->at))},
                    {"start_ms", in_ms(dates.utc(news->plan.start))},
                    {"cost_usd", in_usd(news->plan.cost)},
                    {"unserved_kwh", rounded(news->plan.unserved.in(kilowatt_hour), 3)},
                    {"slots", std::move(slots)},
                    {"rooms", rooms_json(desk, *news, v.now)}});
}

}  // namespace hearth
