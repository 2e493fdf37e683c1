#include "actors/portal/live_events.hpp"

#include "actors/portal/now_json.hpp"

#include <chrono>

namespace hearth {
namespace {

using namespace std::chrono_literals;

constexpr duration event_every = 1s;
/// Of a burst of news one text is made.
constexpr duration breath = 200ms;

}  // namespace

std::string event_text(std::string_view name, const nlohmann::json& data) {
  return "event: " + std::string{name} +
         "\ndata: " + data.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n\n";
}

std::shared_ptr<const std::string> live_events::next(const house_view& view,
                                                     const household& wanted, bool news,
                                                     time_point now, time_point outside) {
  // A tick of the shell comes a little early or late; nobody is told less for it.
  if (last_ && outside - *last_ < (news ? breath : event_every - breath)) return nullptr;
  auto data = standing_json(view, wanted, now);
  auto points = points_json(view, told_ ? &*told_ : nullptr);
  auto standing = data;
  standing.erase("at_ms");
  auto text = standing.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (told_ && points.empty() && text == standing_) return nullptr;
  if (view.image()) told_ = view.image()->points;
  standing_ = std::move(text);
  last_ = outside;
  data["points"] = std::move(points);
  return std::make_shared<const std::string>(event_text("now", data));
}

std::vector<derived_channel> derived_channels(const layout& house) {
  if (!house.history || !house.plant) return {};
  auto all = std::vector<derived_channel>{{"hearth.price", "USD/kWh"}, {"hearth.in_charge", "1"}};
  if (house.plant->heat_pump.power_meter) all.push_back({"hearth.cost", "USD/h"});
  if (!house.plant->store) return all;
  all.push_back({"hearth.store", "°C"});
  all.push_back({"hearth.plan.power", "W"});
  all.push_back({"hearth.plan.store", "°C"});
  all.push_back({"hearth.thermostat.power", "W"});
  all.push_back({"hearth.thermostat.cost", "USD/h"});
  return all;
}

}  // namespace hearth
