#include "actors/bus.hpp"
#include "actors/device.hpp"
#include "actors/house_clock.hpp"
#include "drivers/ports/all_ports.hpp"
#include "drivers/registry.hpp"
#include "tools/scada/commands.hpp"
#include "tools/scada/hosting.hpp"

#include <iostream>

namespace hearth::tools {
namespace {

/// What one device is sent so that its actuators are safe; how many of them could not be reached.
int make_safe(const std::shared_ptr<const layout>& house, device_id id, port& io,
              const house_clock& clock) {
  const auto& name = (*house)[id].name;
  auto how = find_model((*house)[id].model)->make(*house, id);
  if (!how->as_actuator()) return 0;
  auto is = device{house, id, std::move(how)};
  const auto answers = carry_out(io, is.last_will(), [&] { return clock.now(); });
  auto unsafe = 0;
  for (const auto& a : answers) {
    if (a) continue;
    ++unsafe;
    std::cerr << name << ": " << to_text(a.error().code) << ": " << a.error().detail << "\n";
  }
  std::cout << name << (unsafe == 0 ? ": safe\n" : ": NOT safe\n");
  return unsafe;
}

int safe(const std::string& file) {
  const auto house = load_or_complain(file);
  if (!house) return wrong_usage;
  const auto claim = site_claim{house->site};
  if (!claim.held()) {
    std::cerr << "scada: site " << house->site
              << " is run by a scada on this machine, which keeps its actuators safe itself\n";
    return already_running;
  }
  const auto makers = all_ports(default_state_folder());
  const auto clock = house_clock::real();
  auto unsafe = 0;
  for (std::uint16_t b = 0; b < house->buses.size(); ++b) {
    const auto& bus = house->buses[b];
    auto io = makers.at(bus.kind)(*house, bus_id{b});
    if (!io) {
      std::cerr << bus.name << ": " << io.error().detail << "\n";
      ++unsafe;
      continue;
    }
    for (std::uint16_t d = 0; d < house->devices.size(); ++d)
      if (house->devices[d].bus == bus_id{b}) unsafe += make_safe(house, device_id{d}, **io, clock);
  }
  return unsafe == 0 ? ok : failed_to_run;
}

}  // namespace

void add_safe(CLI::App& app, int& exit) {
  auto* command = app.add_subcommand(
      "safe", "Bring every actuator of a house that is not running into its fail-safe state");
  auto file = std::make_shared<std::string>();
  command->add_option("LAYOUT", *file, "The house's layout file (YAML)")->required();
  command->footer(
      "The service does this after a crash, so that no relay stays as it was. scada run does it "
      "by itself\nwhen it starts and when it ends.\n"
      "Exit codes: 0 all are safe, 1 at least one could not be reached, 2 wrong layout, 3 the "
      "house "
      "is running.");
  command->callback([file, &exit] { exit = safe(*file); });
}

}  // namespace hearth::tools
