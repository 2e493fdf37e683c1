#include "actors/portal/json_answer.hpp"
#include "actors/portal/live_events.hpp"
#include "actors/portal/now_json.hpp"
#include "actors/portal/portal_desk.hpp"

#include <map>

/// What the house is made of, and how it stands now.
namespace hearth {
namespace {

using json_value = nlohmann::json;

json_value name_of(const layout& house, const std::optional<channel_id>& id) {
  return id ? json_value(house[*id].name) : json_value{};
}

json_value channels_json(const layout& house) {
  auto all = json_value::array();
  for (const auto& c : house.channels)
    all.push_back({{"name", c.name},
                   {"unit", symbol(c.unit)},
                   {"device", house[c.device].name},
                   {"key", c.key},
                   {"actuator", c.actuator},
                   {"max_age_s", std::chrono::duration<double>{c.max_age}.count()},
                   {"derived", false}});
  for (const auto& d : derived_channels(house))
    all.push_back({{"name", d.name}, {"unit", d.unit}, {"actuator", false}, {"derived", true}});
  return all;
}

json_value store_json(const layout& house) {
  const auto& store = house.plant->store;
  if (!store) return nullptr;
  auto layers = json_value::array();
  for (const auto layer : store->layers) layers.push_back(house[layer].name);
  return {{"volume_l", rounded(store->volume.in(litre), 1)},
          {"layers", std::move(layers)},
          {"max_c", in_c(store->max)},
          {"min_top_c", in_c(store->min_top)},
          {"spent_c", in_c(room_warmth)},
          {"kwh_per_k",
           rounded(heat_in_store(*house.plant, room_warmth + 1 * kelvin).in(kilowatt_hour), 5)}};
}

json_value zone_json(const layout& house, const zone_layout& zone) {
  const auto* fixed = std::get_if<temperature>(&zone.setpoint);
  const auto* read = std::get_if<channel_id>(&zone.setpoint);
  return {{"name", zone.name},
          {"temperature", house[zone.temperature_channel].name},
          {"setpoint_c", fixed ? json_value(in_c(*fixed)) : json_value{}},
          {"setpoint_channel", read ? json_value(house[*read].name) : json_value{}},
          {"call", name_of(house, zone.call)},
          {"critical", zone.critical}};
}

json_value plant_json(const layout& house) {
  if (!house.plant) return nullptr;
  const auto& plant = *house.plant;
  auto zones = json_value::array();
  for (const auto& zone : plant.zones) zones.push_back(zone_json(house, zone));
  return {{"heat_pump",
           {{"enable", house[plant.heat_pump.enable].name},
            {"power", name_of(house, plant.heat_pump.power_meter)},
            {"pump", name_of(house, plant.heat_pump.pump)},
            {"max_power_w", rounded(plant.heat_pump.max_power.in(watt), 1)}}},
          {"store", store_json(house)},
          {"zones", std::move(zones)},
          {"outdoor", name_of(house, plant.outdoor)},
          {"house_power", name_of(house, plant.house_power)}};
}

}  // namespace

reply serve_house(portal_desk& desk, const visit& v) {
  const auto& house = desk.view.house();
  return json(200, {{"site", house.site},
                    {"clock_ms", in_ms(desk.view.dates().utc(v.now))},
                    {"timezone", house.timezone},
                    {"layout_hash", house.hash},
                    {"version", HEARTH_VERSION},
                    {"channels", channels_json(house)},
                    {"plant", plant_json(house)},
                    {"features",
                     {{"history", house.history.has_value()},
                      {"planner", house.plant && house.plant->store},
                      {"link", house.link.has_value()},
                      {"home_assistant", house.home_assistant.has_value()}}}});
}

reply serve_now(portal_desk& desk, const visit& v) {
  return json(200, now_json(desk.view, desk.wants.wanted(), v.now));
}

reply serve_live(portal_desk& desk, const visit& v) {
  return web_response{200,
                      {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"}},
                      event_text("now", now_json(desk.view, desk.wants.wanted(), v.now)),
                      {},
                      v.who.session};
}

reply serve_health(portal_desk&, const visit&) { return done_without_words(); }

}  // namespace hearth
