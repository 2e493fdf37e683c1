#include "actors/portal/now_json.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace hearth {
namespace {

using json_value = nlohmann::json;

json_value in_usd_per_kwh(energy_price p) { return rounded(p.in(usd_per_mwh) / 1000, 6); }

json_value state_json(const house_view& view) {
  const auto& s = view.state();
  if (!s) return nullptr;
  return {{"in_charge", to_text(s->in_charge)},
          {"mode", s->mode},
          {"cause", s->cause},
          {"contract_id", s->contract_id.empty() ? json_value{} : json_value(s->contract_id)},
          {"since_ms", in_ms(view.dates().utc(s->since))}};
}

json_value price_json(const house_view& view, time_point now) {
  const auto energy = view.prices().energy(now);
  const auto cheap = view.prices().cheap(now);
  const auto all = view.prices().total(now);
  return {{"total_usd_per_kwh", all ? in_usd_per_kwh(*all) : json_value{}},
          {"energy_usd_per_kwh", energy ? in_usd_per_kwh(*energy) : json_value{}},
          {"distribution_usd_per_kwh", in_usd_per_kwh(view.prices().distribution(now))},
          {"cheap", cheap ? json_value(*cheap) : json_value{}}};
}

json_value zones_json(const house_view& view, const household& wanted) {
  auto all = json_value::array();
  const auto& house = view.house();
  if (!house.plant || !view.image()) return all;
  const auto setpoints = setpoints_for(house, wanted, view.dates(), *view.image());
  for (std::size_t i = 0; i < setpoints.size(); ++i) {
    const auto& s = setpoints[i];
    all.push_back({{"name", house.plant->zones[i].name},
                   {"setpoint_c", s.setpoint ? json_value(in_c(*s.setpoint)) : json_value{}},
                   {"why", s.why},
                   {"wished_by", s.wished_by ? json_value(*s.wished_by) : json_value{}}});
  }
  return all;
}

/// Whether the plan runs the heat pump now, until when, and what the opposite would cost.
json_value plan_now_json(const house_view& view, time_point now) {
  const auto& news = view.plan();
  if (!news) return nullptr;
  const auto* slot = news->plan.at(now);
  if (!slot) return nullptr;
  auto until = std::optional<time_point>{};
  auto starts = news->plan.start;
  for (std::size_t i = 0; i < news->plan.slots.size() && !until; ++i) {
    if (starts > now && (news->plan.slots[i].part > 0) != (slot->part > 0)) until = starts;
    starts += i == 0 ? news->plan.first : news->plan.slot;
  }
  return {{"on", slot->part > 0},
          {"until_ms", until ? json_value(in_ms(view.dates().utc(*until))) : json_value{}},
          {"more_otherwise_usd",
           slot->more_otherwise ? json_value(in_usd(*slot->more_otherwise)) : json_value{}}};
}

json_value held_json(const house_view& view, const standing_wishes::held& held) {
  return {{"id", held.id.empty() ? held.what : held.id},
          {"kind", held.what},
          {"zone", nullptr},
          {"channel", held.channel.empty() ? json_value{} : json_value(held.channel)},
          {"setpoint_c", nullptr},
          {"value", held.value ? json_value(held.value->amount) : json_value{}},
          {"by", held.what == "hold" ? "installer" : "grid"},
          {"reason", held.reason},
          {"since_ms", nullptr},
          {"until_ms", in_ms(view.dates().utc(held.until))}};
}

}  // namespace

std::int64_t in_ms(time_point utc) { return utc.time_since_epoch().count(); }

double rounded(double amount, int digits) {
  const auto scale = std::pow(10.0, digits);
  const auto scaled = std::round(amount * scale) / scale;
  return std::isfinite(scaled) ? scaled : amount;
}
double in_c(temperature t) { return rounded(t.in_celsius(), 2); }
double in_usd(money m) { return rounded(m.in(us_dollar), 5); }

energy heat_in_store(const plant_layout& plant, temperature mean) {
  return energy::from_si(assumed_model(plant).heat_j_per_k * (mean - room_warmth).in(kelvin));
}

json_value point_json(const house_view& view, channel_id id) {
  const auto& p = (*view.image())[id];
  const auto digits = 1 - row_of(view.house()[id].unit).told_exponent;
  auto out = json_value{
      {"v", p.value ? json_value(rounded(p.value->amount, digits)) : json_value{}},
      {"q", to_text(p.quality)},
      {"at_ms",
       p.quality == quality::never ? json_value{} : json_value(in_ms(view.dates().utc(p.at)))}};
  if (p.quality == quality::fault && !p.value) out["fault"] = to_text(p.value.error());
  return out;
}

json_value points_json(const house_view& view, const std::vector<point>* before) {
  auto all = json_value::object();
  if (!view.image()) return all;
  const auto& points = view.image()->points;
  for (std::uint16_t i = 0; i < points.size() && i < view.house().channels.size(); ++i)
    if (!before || i >= before->size() || (*before)[i] != points[i])
      all[view.house().channels[i].name] = point_json(view, channel_id{i});
  return all;
}

json_value wish_json(const house_view& view, const household_wish& wish) {
  return {{"id", wish.id},
          {"kind", to_text(wish.kind)},
          {"zone", wish.zone.empty() ? json_value{} : json_value(wish.zone)},
          {"channel", nullptr},
          {"setpoint_c", wish.setpoint ? json_value(in_c(*wish.setpoint)) : json_value{}},
          {"value", nullptr},
          {"by", wish.by},
          {"reason", in_words(wish, view.house(), view.dates())},
          {"since_ms", in_ms(view.dates().utc(wish.since))},
          {"until_ms", in_ms(view.dates().utc(wish.until))}};
}

json_value leases_json(const house_view& view, const household& wanted, time_point now) {
  auto sorted = std::multimap<time_point, json_value>{};
  for (const auto& wish : wanted.wishes)
    if (wish.until > now) sorted.emplace(wish.until, wish_json(view, wish));
  for (const auto& held : view.standing().leases)
    if (held.until > now) sorted.emplace(held.until, held_json(view, held));
  auto all = json_value::array();
  for (auto& [until, lease] : sorted) all.push_back(std::move(lease));
  return all;
}

json_value contracts_json(const house_view& view) {
  auto all = json_value::array();
  for (const auto& c : view.standing().contracts)
    all.push_back({{"id", c.id},
                   {"start_ms", in_ms(c.start)},
                   {"end_ms", in_ms(c.end())},
                   {"average_w", rounded(c.average.in(watt), 0)},
                   {"price_usd_per_kwh", c.price ? in_usd_per_kwh(*c.price) : json_value{}}});
  return all;
}

json_value standing_json(const house_view& view, const household& wanted, time_point now) {
  return {
      {"at_ms", in_ms(view.dates().utc(now))},
      {"state", state_json(view)},
      {"price", price_json(view, now)},
      {"zones", zones_json(view, wanted)},
      {"plan", plan_now_json(view, now)},
      {"leases", leases_json(view, wanted, now)},
      {"contracts", contracts_json(view)},
      {"alarms", {{"active", view.alarms().size()}, {"unacknowledged", view.unacknowledged()}}}};
}

json_value now_json(const house_view& view, const household& wanted, time_point now) {
  auto all = standing_json(view, wanted, now);
  all["points"] = points_json(view, nullptr);
  return all;
}

}  // namespace hearth
