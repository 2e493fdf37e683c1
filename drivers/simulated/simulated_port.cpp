#include "drivers/simulated/simulated_port.hpp"

#include "drivers/simulated/simulated_bus.hpp"
#include "drivers/simulated/simulated_devices.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <fstream>
#include <utility>

namespace hearth {
namespace {

using simulated::plant;

std::vector<plant_point> points_of(const plant& house) {
  auto points = std::vector<plant_point>{
      {"outdoor", [](const plant& p) { return p.outdoor().in_celsius(); }, {}},
      {"heat_pump.leaving_water",
       [](const plant& p) { return p.leaving_water().in_celsius(); },
       {}},
      {"loop.water", [](const plant& p) { return p.loop_water().in_celsius(); }, {}},
      {"heat_pump.power", [](const plant& p) { return p.heat_pump_power().in(watt); }, {}},
      {"heat_pump.energy", [](const plant& p) { return p.heat_pump_energy().in(watt_hour); }, {}},
      {"house.power", [](const plant& p) { return p.house_power().in(watt); }, {}},
      {"house.energy", [](const plant& p) { return p.house_energy().in(watt_hour); }, {}},
      {"heat_pump.enable", [](const plant& p) { return p.enabled() ? 1.0 : 0.0; },
       [](plant& p, bool on) { p.enable(on); }},
      {"heat_pump.pump", [](const plant& p) { return p.pumping() ? 1.0 : 0.0; },
       [](plant& p, bool on) { p.pump(on); }},
  };
  for (std::size_t i = 0; i < house.layer_count(); ++i)
    points.push_back({"store.layer." + std::to_string(i),
                      [i](const plant& p) { return p.layer(i).in_celsius(); },
                      {}});
  for (std::size_t i = 0; i < house.zone_count(); ++i) {
    points.push_back(
        {"zone." + house.zone_name(i), [i](const plant& p) { return p.room(i).in_celsius(); }, {}});
    points.push_back({"zone." + house.zone_name(i) + ".call",
                      [i](const plant& p) { return p.calling(i) ? 1.0 : 0.0; },
                      [i](plant& p, bool on) { p.call(i, on); }});
  }
  return points;
}

/// Whether the header of a file, its first line that says anything, has a column; a file that
/// cannot be read has none, which whoever reads it will say.
bool names_column(const std::filesystem::path& file, std::string_view column) {
  auto header = std::string{};
  auto in = std::ifstream{file, std::ios::binary};
  while (header.find_first_not_of(" \t\r\xEF\xBB\xBF") == std::string::npos &&
         std::getline(in, header)) {
  }
  return header.find(column) != std::string::npos;
}

class simulated_port final : public port {
 public:
  explicit simulated_port(std::shared_ptr<simulated_house> house) : house_{std::move(house)} {}

  result<bus_answer> transact(const bus_request& request, time_point now) override {
    if (const auto* read = std::get_if<plant_read>(&request))
      return house_->read(read->point, now).map([](double value) { return bus_answer{value}; });
    if (const auto* write = std::get_if<plant_write>(&request))
      return house_->write(write->point, write->value, now).map([] { return bus_answer{done{}}; });
    return failed(fault_code::unsupported, "a simulated bus carries plant points only");
  }

 private:
  std::shared_ptr<simulated_house> house_;
};

}  // namespace

simulated_house::simulated_house(plant house)
    : points_{points_of(house)}, plant_{std::move(house)} {}

result<double> simulated_house::read(std::string_view name, time_point now) {
  const auto found = find(name);
  if (!found) return tl::make_unexpected(found.error());
  const auto lock = std::lock_guard{guard_};
  plant_.advance(now);
  return (*found)->read(plant_);
}

result<void> simulated_house::write(std::string_view name, double value, time_point now) {
  const auto found = find(name);
  if (!found) return tl::make_unexpected(found.error());
  if (!(*found)->write)
    return failed(fault_code::refused, "point '" + std::string{name} + "' is a sensor");
  if (value != 0 && value != 1)
    return failed(fault_code::refused, "point '" + std::string{name} + "' takes 0 or 1");
  const auto lock = std::lock_guard{guard_};
  plant_.advance(now);
  (*found)->write(plant_, value == 1);
  return {};
}

void simulated_house::open(std::string_view name) {
  const auto found = find(name);
  if (!found || !(*found)->write) return;
  const auto lock = std::lock_guard{guard_};
  (*found)->write(plant_, false);
}

plant simulated_house::truth() const {
  const auto lock = std::lock_guard{guard_};
  return plant_;
}

result<const plant_point*> simulated_house::find(std::string_view name) const {
  const auto found = std::find_if(points_.begin(), points_.end(),
                                  [&](const plant_point& p) { return p.name == name; });
  if (found != points_.end()) return &*found;
  auto known = std::string{};
  for (const auto& p : points_) known += (known.empty() ? "" : ", ") + p.name;
  return failed(fault_code::no_such_device,
                "the plant has no point '" + std::string{name} + "'; it has: " + known);
}

result<std::shared_ptr<simulated_house>> make_simulated_house(const layout& l) {
  if (!l.plant || !l.simulation)
    return failed(fault_code::unsupported,
                  "a simulated bus needs `plant` and `simulation` in the layout");
  const auto file = std::filesystem::path{l.folder} / l.simulation->weather_file;
  constexpr auto with_sun = std::array{weather_columns[0], solar_column};
  const auto sunny = names_column(file, solar_column);
  auto weather = sunny ? load_series(file, with_sun) : load_series(file, weather_columns);
  if (!weather.diagnostics.empty()) {
    const auto& first = weather.diagnostics.front();
    return failed(fault_code::malformed,
                  first.file + ":" + std::to_string(first.at.line) + ": " + first.message);
  }
  auto house = std::make_shared<simulated_house>(
      plant{*l.plant, *l.simulation, std::make_shared<series>(std::move(weather.columns.front())),
            sunny ? std::make_shared<series>(std::move(weather.columns.back())) : nullptr});
  for (const auto& d : l.devices)
    if (d.model == simulated_relay) house->open(text_option(d.options, "of"));
  return house;
}

std::unique_ptr<port> make_simulated_port(std::shared_ptr<simulated_house> house) {
  assert(house);
  return std::make_unique<simulated_port>(std::move(house));
}

result<std::unique_ptr<port>> make_simulated_port(const layout& l, bus_id bus) {
  assert(l[bus].kind == simulated_bus().kind);
  const auto simulated = [](const bus_layout& b) { return b.kind == simulated_bus().kind; };
  if (std::count_if(l.buses.begin(), l.buses.end(), simulated) > 1)
    return failed(
        fault_code::unsupported,
        "bus '" + l[bus].name + "': a layout has one plant, so one simulated bus at most");
  return make_simulated_house(l).map(
      [](std::shared_ptr<simulated_house> house) { return make_simulated_port(std::move(house)); });
}

}  // namespace hearth
