#include "actors/portal/json_answer.hpp"
#include "actors/portal/now_json.hpp"
#include "actors/portal/portal_desk.hpp"

#include <algorithm>
#include <cmath>

/// How everything fares that the house is made of.
namespace hearth {
namespace {

using json_value = nlohmann::json;

/// That of its worst channel; a device of which some channels have not been heard is no worse for
/// it.
quality quality_of(const device_layout& device, const snapshot& image) {
  auto worst = quality::never;
  const auto rank = [](quality q) {
    switch (q) {
    case quality::never: return 0;
    case quality::good: return 1;
    case quality::stale: return 2;
    case quality::fault: return 3;
    }
    return 0;
  };
  for (const auto id : device.channels)
    if (rank(image[id].quality) > rank(worst)) worst = image[id].quality;
  return worst;
}

json_value devices_json(const house_view& view) {
  auto all = json_value::array();
  const auto& house = view.house();
  for (const auto& device : house.devices) {
    auto channels = json_value::array();
    for (const auto id : device.channels) {
      auto row = view.image() ? point_json(view, id) : json_value::object();
      row["name"] = house[id].name;
      channels.push_back(std::move(row));
    }
    all.push_back(
        {{"name", device.name},
         {"model", device.model},
         {"bus", house[device.bus].name},
         {"poll_s", std::chrono::duration<double>{device.poll_every}.count()},
         {"quality", to_text(view.image() ? quality_of(device, *view.image()) : quality::never)},
         {"channels", std::move(channels)}});
  }
  return all;
}

json_value buses_json(const portal_desk& desk) {
  auto all = json_value::array();
  const auto& buses = desk.view.house().buses;
  for (std::size_t i = 0; i < buses.size(); ++i) {
    const auto load = desk.loads.find(i);
    all.push_back(
        {{"name", buses[i].name},
         {"kind", buses[i].kind},
         {"load_percent",
          load == desk.loads.end() ? json_value{} : json_value(std::lround(load->second * 100))}});
  }
  return all;
}

json_value link_json(const house_view& view) {
  if (!view.house().link) return nullptr;
  const auto& waiting = view.waiting();
  const auto connected = view.connected();
  return {{"broker", view.house().link->broker},
          {"connected", connected ? json_value(*connected) : json_value{}},
          {"waiting", waiting ? json_value(waiting->waiting) : json_value{}},
          {"waiting_bytes", waiting ? json_value(waiting->waiting_bytes) : json_value{}},
          {"oldest_ms",
           waiting && waiting->oldest ? json_value(in_ms(*waiting->oldest)) : json_value{}}};
}

json_value history_json(const history_status* fares) {
  if (!fares) return nullptr;
  return {{"recording", fares->recording},
          {"problem", fares->problem},
          {"feeds", fares->feeds},
          {"bytes", fares->bytes},
          {"written_today", fares->written_today},
          {"oldest_ms", fares->oldest ? json_value(in_ms(*fares->oldest)) : json_value{}},
          {"waiting", fares->waiting}};
}

json_value page_json(const web_traffic& page) {
  return {
      {"connections", page.connections}, {"streams", page.streams},   {"waiting", page.waiting},
      {"accepted", page.accepted},       {"refused", page.refused},   {"requests", page.requests},
      {"malformed", page.malformed},     {"too_slow", page.too_slow}, {"unread", page.unread}};
}

}  // namespace

reply serve_devices(portal_desk& desk, const visit&) {
  return asked_how_history_fares{[&desk](const history_status* fares) {
    auto actors = json_value::array();
    for (const auto& [name, fate] : desk.view.actors())
      actors.push_back({{"name", name}, {"up", fate.up}, {"restarts", fate.restarts}});
    const auto& house = desk.view.house();
    return json(200, {{"devices", devices_json(desk.view)},
                      {"buses", buses_json(desk)},
                      {"link", link_json(desk.view)},
                      {"history", history_json(fares)},
                      {"actors", std::move(actors)},
                      {"software",
                       {{"version", HEARTH_VERSION},
                        {"started_ms", in_ms(desk.figures.started)},
                        {"layout_hash", house.hash},
                        {"rss_bytes", desk.figures.rss_bytes}}},
                      {"page", page_json(desk.figures.page)}});
  }};
}

}  // namespace hearth
