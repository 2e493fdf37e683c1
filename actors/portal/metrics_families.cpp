#include "actors/portal/metrics_families.hpp"

#include <array>
#include <chrono>

namespace hearth {
namespace {

using samples = std::vector<metric_sample>;

metric_family gauge(std::string name, std::string help, samples all) {
  return {std::move(name), std::move(help), metric_kind::gauge, std::move(all)};
}
metric_family gauge(std::string name, std::string help, std::optional<double> value) {
  return gauge(std::move(name), std::move(help), value ? samples{{{}, *value}} : samples{});
}
metric_family counter(std::string name, std::string help, double value) {
  return {std::move(name), std::move(help), metric_kind::counter, {{{}, value}}};
}

std::optional<double> value_of(const house_view& view, channel_id id) {
  const auto& p = (*view.image())[id];
  if (p.quality != quality::good || !p.value) return {};
  return p.value->amount;
}
std::optional<double> value_of(const house_view& view, const std::optional<channel_id>& id) {
  return view.image() && id ? value_of(view, *id) : std::nullopt;
}

void add_channels(std::vector<metric_family>& out, const house_view& view, time_point now) {
  auto values = samples{}, ages = samples{}, good = samples{};
  const auto& channels = view.house().channels;
  for (std::uint16_t i = 0; view.image() && i < channels.size(); ++i) {
    const auto& p = (*view.image())[channel_id{i}];
    const auto name = std::pair{std::string{"channel"}, channels[i].name};
    if (const auto value = value_of(view, channel_id{i}))
      values.push_back({{name, {"unit", std::string{symbol(channels[i].unit)}}}, *value});
    if (p.quality != quality::never)
      ages.push_back({{name}, std::chrono::duration<double>{now - p.at}.count()});
    good.push_back({{name}, p.quality == quality::good ? 1.0 : 0.0});
  }
  out.push_back(gauge("hearth_channel_value", "What a channel says, while it can be believed.",
                      std::move(values)));
  out.push_back(gauge("hearth_channel_age_seconds", "Since a channel was measured or failed.",
                      std::move(ages)));
  out.push_back(
      gauge("hearth_channel_good", "Whether a channel can be believed.", std::move(good)));
}

void add_charge(std::vector<metric_family>& out, const house_view& view, time_point now) {
  auto charge = samples{}, mode = samples{};
  if (const auto& s = view.state()) {
    constexpr auto all = std::array{authority::safety,   authority::admin,  authority::grid,
                                    authority::contract, authority::policy, authority::local};
    for (const auto each : all)
      charge.push_back(
          {{{"authority", std::string{to_text(each)}}}, s->in_charge == each ? 1.0 : 0.0});
    mode.push_back({{{"mode", s->mode}}, 1});
  }
  out.push_back(gauge("hearth_in_charge", "Who decides.", std::move(charge)));
  out.push_back(gauge("hearth_mode", "How local control decides.", std::move(mode)));
  const auto price = view.prices().total(now);
  out.push_back(gauge("hearth_price_usd_per_kwh", "What electricity costs now, all in.",
                      price ? std::optional{price->in(usd_per_mwh) / 1000} : std::nullopt));
}

void add_plant(std::vector<metric_family>& out, const portal_desk& desk) {
  const auto& view = desk.view;
  if (!view.house().plant) return;
  const auto& plant = *view.house().plant;
  auto zones = samples{}, setpoints = samples{};
  for (const auto& zone : plant.zones)
    if (const auto is = value_of(view, std::optional{zone.temperature_channel}))
      zones.push_back({{{"zone", zone.name}}, *is});
  if (view.image()) {
    const auto all = setpoints_for(view.house(), desk.wants.wanted(), view.dates(), *view.image());
    for (std::size_t i = 0; i < all.size(); ++i)
      if (all[i].setpoint)
        setpoints.push_back({{{"zone", plant.zones[i].name}}, all[i].setpoint->in_celsius()});
  }
  out.push_back(gauge("hearth_zone_celsius", "A zone's temperature.", std::move(zones)));
  out.push_back(
      gauge("hearth_zone_setpoint_celsius", "What a zone should be.", std::move(setpoints)));
  out.push_back(gauge("hearth_heat_pump_watts", "Electricity the heat pump takes.",
                      value_of(view, plant.heat_pump.power_meter)));
  if (!plant.store) return;
  auto sum = 0.0;
  auto heard = std::size_t{0};
  for (const auto layer : plant.store->layers)
    if (const auto is = value_of(view, std::optional{layer})) {
      sum += *is;
      ++heard;
    }
  out.push_back(gauge("hearth_store_celsius", "The mean of the store's layers.",
                      heard > 0 ? std::optional{sum / static_cast<double>(heard)} : std::nullopt));
}

void add_alarms(std::vector<metric_family>& out, const house_view& view) {
  auto active = samples{};
  for (const auto level : {severity::warning, severity::alarm}) {
    auto count = 0.0;
    for (const auto& a : view.alarms()) count += a.raised.severity == level ? 1 : 0;
    active.push_back({{{"severity", std::string{to_text(level)}}}, count});
  }
  out.push_back(gauge("hearth_alarms_active", "Alarms that are not over.", std::move(active)));
}

void add_keeping(std::vector<metric_family>& out, const house_view& view,
                 const history_status* fares) {
  if (const auto& waits = view.waiting()) {
    out.push_back(gauge("hearth_link_waiting_messages", "Journaled messages the node has not yet.",
                        static_cast<double>(waits->waiting)));
    out.push_back(gauge("hearth_link_waiting_bytes", "The same in bytes.",
                        static_cast<double>(waits->waiting_bytes)));
  }
  if (!fares) return;
  out.push_back(gauge("hearth_history_recording", "Whether the history reaches its disk.",
                      fares->recording ? 1.0 : 0.0));
  out.push_back(
      gauge("hearth_history_bytes", "The history on disk.", static_cast<double>(fares->bytes)));
  // No counter: its parts begin anew with each day, not in the same moment.
  out.push_back(gauge("hearth_history_written_today_bytes",
                      "Bytes the history wrote since UTC midnight or the start.",
                      static_cast<double>(fares->written_today)));
}

void add_program(std::vector<metric_family>& out, const portal_desk& desk) {
  const auto& page = desk.figures.page;
  out.push_back(gauge("hearth_portal_connections", "Open connections of the page.",
                      static_cast<double>(page.connections)));
  out.push_back(gauge("hearth_portal_streams", "Pages that are told live.",
                      static_cast<double>(page.streams)));
  out.push_back(counter("hearth_portal_requests_total", "Requests to the page.",
                        static_cast<double>(page.requests)));
  out.push_back(counter("hearth_portal_refused_total", "Connections the page had no room for.",
                        static_cast<double>(page.refused)));
  auto restarts = samples{};
  for (const auto& [name, fate] : desk.view.actors())
    restarts.push_back({{{"actor", name}}, static_cast<double>(fate.restarts)});
  out.push_back({"hearth_actor_restarts_total", "Restarts of an actor since the page began.",
                 metric_kind::counter, std::move(restarts)});
  if (desk.figures.rss_bytes > 0)
    out.push_back(gauge("hearth_resident_bytes", "Memory that the program takes.",
                        static_cast<double>(desk.figures.rss_bytes)));
  out.push_back(
      gauge("hearth_build_info", "What runs here.",
            samples{{{{"version", HEARTH_VERSION}, {"layout", desk.view.house().hash}}, 1}}));
}

}  // namespace

std::vector<metric_family> metrics_families(const portal_desk& desk, const history_status* fares,
                                            time_point now) {
  auto out = std::vector<metric_family>{};
  add_channels(out, desk.view, now);
  add_charge(out, desk.view, now);
  add_plant(out, desk);
  add_alarms(out, desk.view);
  add_keeping(out, desk.view, fares);
  add_program(out, desk);
  return out;
}

}  // namespace hearth
