#include "protocol/utf8.hpp"
#include "tools/simulate/figures.hpp"
#include "tools/simulate/report.hpp"

#include <nlohmann/json.hpp>

namespace hearth::simulate {
namespace {

// Keys stay in the order in which they are put in.
using json = nlohmann::ordered_json;

double in_hours(duration d) { return std::chrono::duration<double, std::ratio<3600>>{d}.count(); }
double in_minutes(duration d) { return std::chrono::duration<double, std::ratio<60>>{d}.count(); }

void put(json& all, const std::string& name, const result<money>& baseline) {
  all[name + "_usd"] = baseline ? json(baseline->in(us_dollar)) : json(nullptr);
  all[name + "_missing"] = baseline ? json(nullptr) : json(mended(to_text(baseline.error())));
}

json hours_by_rank(const run_totals& t) {
  auto hours = json::object();
  for (std::size_t i = 0; i < authorities.size(); ++i)
    hours[std::string{to_text(authorities[i])}] = in_hours(t.in_charge[i]);
  return hours;
}

json comfort_by_zone(const run_record& r) {
  auto zones = json::array();
  for (const auto& z : comfort_of(r.slots)) {
    auto zone = json::object();
    zone["zone"] = mended(z.zone);
    zone["below_k_h"] = z.lacking.in(kelvin_hour);
    zone["below_h"] = in_hours(z.below);
    zone["coldest_c"] = z.coldest.in_celsius();
    zone["coldest_at"] = to_iso8601(z.coldest_at);
    zone["warmest_c"] = z.warmest.in_celsius();
    zones.push_back(std::move(zone));
  }
  return zones;
}

}  // namespace

std::string summary_json(const run_record& r) {
  const auto& t = r.totals;
  auto all = json::object();
  all["site"] = mended(r.site);
  all["layout"] = mended(r.layout);
  all["layout_hash"] = mended(r.layout_hash);
  all["version"] = mended(r.version);
  all["control"] = mended(r.control);
  all["with_node"] = r.with_node;
  all["faults"] = r.faults ? json(mended(*r.faults)) : json(nullptr);
  all["seed"] = r.seed;
  all["time_zone"] = mended(r.time_zone);
  all["from"] = to_iso8601(r.from);
  all["to"] = to_iso8601(r.to);
  all["slots"] = r.slots.size();
  all["filled"] = json::array();
  for (const auto& f : r.filled) all["filled"].push_back(mended(f));

  all["energy_cost_usd"] = t.energy_cost.in(us_dollar);
  all["unpriced_kwh"] = t.unpriced.in(kilowatt_hour);
  all["electricity_kwh"] = t.electricity.in(kilowatt_hour);
  all["heat_delivered_kwh"] = t.heat_delivered.in(kilowatt_hour);
  all["heat_lost_kwh"] = t.heat_lost.in(kilowatt_hour);
  all["store_start_kwh"] = t.store_start.in(kilowatt_hour);
  all["store_end_kwh"] = t.store_end.in(kilowatt_hour);
  all["balance_error_kwh"] = t.balance_error.in(kilowatt_hour);
  all["comfort_below_k_h"] = t.comfort_below.in(kelvin_hour);
  all["comfort_by_zone"] = comfort_by_zone(r);
  all["unserved_heat_kwh"] = t.unserved_heat.in(kilowatt_hour);
  all["heat_pump_starts"] = t.heat_pump_starts;
  all["shortest_run_min"] = t.shortest_run ? json(in_minutes(*t.shortest_run)) : json(nullptr);
  all["interlock_interventions"] = t.interlock_interventions;
  all["authority_hours"] = hours_by_rank(t);
  all["alarms"] = r.events.count(severity::alarm);
  all["warnings"] = r.events.count(severity::warning);
  all["messages"] = t.messages;
  put(all, "thermostat", r.baselines.thermostat);
  put(all, "timer", r.baselines.timer);
  put(all, "bound", r.baselines.bound);
  all["wall_s"] = r.wall.count();
  all["event_log_sha256"] = mended(t.event_log_sha256);
  return all.dump(2) + "\n";
}

}  // namespace hearth::simulate
