#include "tools/scada/probe.hpp"

#include "drivers/i2c_bus.hpp"
#include "drivers/ports/machine_buses.hpp"
#include "drivers/probe/i2c_probe.hpp"
#include "drivers/probe/onewire_probe.hpp"
#include "drivers/probe/proposal.hpp"
#include "tools/scada/commands.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <iostream>

namespace hearth::tools {
namespace {

/// One bus of this machine, and the command that looks at it.
struct listed_bus {
  std::string kind, name, detail, command;
};

std::vector<listed_bus> listed(const machine_buses& all) {
  auto rows = std::vector<listed_bus>{};
  for (const auto& chip : all.chips)
    rows.push_back({"gpio", chip.label, chip.name + ", " + std::to_string(chip.lines) + " lines",
                    "scada probe gpio " + chip.label});
  for (const auto& adapter : all.i2c)
    rows.push_back({"i2c", adapter.device, adapter.name, "scada probe i2c " + adapter.device});
  if (!all.onewire.empty())
    rows.push_back({"onewire", "/sys/bus/w1/devices",
                    std::to_string(all.onewire.size()) + " slaves", "scada probe onewire"});
  for (const auto& port : all.serial)
    rows.push_back({"modbus-rtu", port, "serial port", "scada probe modbus-rtu " + port});
  return rows;
}

void print(const std::vector<listed_bus>& rows, const probe_options& options) {
  if (options.json) {
    auto all = nlohmann::json::array();
    for (const auto& r : rows)
      all.push_back(
          {{"kind", r.kind}, {"name", r.name}, {"detail", r.detail}, {"command", r.command}});
    std::cout << all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
    return;
  }
  if (options.tsv) std::cout << "kind\tname\tdetail\tcommand\n";
  for (const auto& r : rows)
    if (options.tsv)
      std::cout << r.kind << "\t" << printable(r.name) << "\t" << printable(r.detail) << "\t"
                << printable(r.command) << "\n";
    else
      std::cout << r.kind << "  " << printable(r.name)
                << (r.detail.empty() ? "" : "  (" + printable(r.detail) + ")") << "\n    "
                << printable(r.command) << "\n";
}

int probe_chip(const std::string& chip, const probe_options& options) {
  const auto lines = list_gpio_lines(chip);
  if (!lines) {
    std::cerr << "scada: " << lines.error().detail << "\n";
    return failed_to_run;
  }
  auto result = probe_result{.bus = {"pins", "gpio", {{"chip", chip}}}};
  for (const auto& line : *lines)
    result.found.push_back(
        {.where = "line " + std::to_string(line.line),
         .what = line.name.empty() ? "without a name" : line.name,
         .sure = certainty::unknown,
         .evidence = std::string{line.output ? "output" : "input"} +
                     (line.active_low ? ", active low" : "") +
                     (line.used ? ", used by " + (line.consumer.empty() ? std::string{"somebody"}
                                                                        : line.consumer)
                                : "")});
  result.remarks.emplace_back(
      "what hangs on a line nobody can ask: give each relay and contact its own (models gpio-relay "
      "and gpio-input)");
  return tell(result, options, {"another chip: scada probe lists them"});
}

int probe_i2c_bus(const std::string& device, const probe_options& options) {
  const auto bus = proposed_bus{"i2c", i2c_kind, {{"device", device}}};
  if (!layout_for(bus, options)) return wrong_usage;
  if (const auto code = held_by_another(device)) return *code;
  auto stop = stop_signals{};
  auto asks = on_terminal(stop);
  auto io = open_port(bus);
  if (!io) return wrong_usage;
  const auto result = probe_i2c(**io, asks, bus);
  auto hints = hint_list{"wiring: SDA to SDA (pin 3 of a Pi), SCL to SCL (pin 5), ground to ground",
                         "the chips' supply, and pull-ups to 3.3 V if the boards have none",
                         "dtparam=i2c_arm=on in /boot/firmware/config.txt, i2c-dev in /etc/modules",
                         "your user in group i2c: sudo usermod -aG i2c $USER, then log in again"};
  if (const auto why = asks.last_fault()) hints.push_back("what the bus said: " + why->detail);
  return tell(result, options, hints);
}

int probe_onewire_bus(const std::string& folder, const probe_options& options) {
  const auto bus = proposed_bus{"wire", "onewire", {{"path", folder}}};
  if (!layout_for(bus, options)) return wrong_usage;
  const auto slaves = list_onewire_slaves(folder);
  auto stop = stop_signals{};
  auto asks = on_terminal(stop);
  auto io = open_port(bus);
  if (!io) return wrong_usage;
  auto result = probe_onewire(**io, asks, bus, slaves.value_or(std::vector<std::string>{}));
  if (!slaves) result.remarks.push_back(slaves.error().detail);
  return tell(result, options,
              {"wiring: data to GPIO 4 (pin 7 of a Pi), with 4.7 kΩ from data to 3.3 V",
               "dtoverlay=w1-gpio in /boot/firmware/config.txt, then a restart",
               "the modules w1-gpio and w1-therm: lsmod | grep w1",
               "a new slave takes the kernel some seconds to see"});
}

/// All subcommands that take one thing to look at.
void add_simple(CLI::App& probe, int& exit, const std::string& name, const std::string& title,
                const std::string& what, const std::string& meaning, const std::string& fallback,
                const std::string& footer, int (*run)(const std::string&, const probe_options&)) {
  auto* command = probe.add_subcommand(name, title);
  auto subject = std::make_shared<std::string>(fallback);
  auto* option = command->add_option(what, *subject, meaning);
  if (fallback.empty())
    option->required();
  else
    option->capture_default_str();
  auto options = std::make_shared<probe_options>();
  add_probe_options(*command, options);
  command->footer(footer);
  command->callback([=, &exit] { exit = run(*subject, *options); });
}

}  // namespace

int list_buses(const probe_options& options) {
  const auto all = list_machine_buses();
  const auto rows = listed(all);
  print(rows, options);
  for (const auto& chip : all.closed)
    std::cerr << chip
              << ": permission denied; add the user to group gpio: sudo usermod -aG gpio "
                 "$USER\n";
  std::cerr << "on the network: scada probe modbus-tcp HOST, scada probe mqtt BROKER\n";
  if (!rows.empty()) return ok;
  std::cerr << "this machine shows no bus; look at:\n"
               "  - dtparam=i2c_arm=on and dtoverlay=w1-gpio in /boot/firmware/config.txt\n"
               "  - i2c-dev in /etc/modules\n"
               "  - whether the USB adapter is plugged in: dmesg | tail\n";
  return failed_to_run;
}

void add_probe_gpio(CLI::App& probe, int& exit) {
  add_simple(probe, exit, "gpio", "The lines of a GPIO chip and who uses them", "CHIP",
             "Label, name or path of the chip", "gpiochip0",
             "Claims no line and reads no level: safe while a house runs.\n"
             "Example: scada probe gpio pinctrl-bcm2711",
             probe_chip);
}

void add_probe_i2c(CLI::App& probe, int& exit) {
  add_simple(
      probe, exit, "i2c", "Which chips answer on an I2C bus", "DEVICE", "The adapter", "/dev/i2c-1",
      "Reads a byte at each address from 0x08 to 0x77, and of an ADS1115 its registers. No byte is "
      "written\nto anything else: any would move a relay board's relays.\n"
      "Example: scada probe i2c /dev/i2c-1 --output /etc/hearth/house.yaml --site maple-12",
      probe_i2c_bus);
}

void add_probe_onewire(CLI::App& probe, int& exit) {
  add_simple(probe, exit, "onewire", "Which 1-Wire slaves are there, and what they measure", "PATH",
             "The folder in which the kernel shows the slaves", "/sys/bus/w1/devices",
             "Each takes about a second. Safe while a house runs.\nExample: scada probe onewire",
             probe_onewire_bus);
}

void add_probe(CLI::App& app, int& exit) {
  auto* command = app.add_subcommand(
      "probe", "Find out what answers on a bus, and propose the layout's lines for it");
  command->require_subcommand(0, 1);
  auto options = std::make_shared<probe_options>();
  auto* tsv = command->add_flag("--tsv", options->tsv, "The list of buses, tab-separated");
  command->add_flag("--json", options->json, "The list of buses as JSON")->excludes(tsv);
  add_probe_gpio(*command, exit);
  add_probe_i2c(*command, exit);
  add_probe_onewire(*command, exit);
  add_probe_modbus(*command, exit);
  add_probe_mqtt(*command, exit);
  command->footer(
      "Without a bus: which buses this machine has. Nothing is ever written to a device. What only "
      "may be\nso stands in the proposed lines as a comment. A bus that a running house holds is "
      "left alone.\n"
      "Examples:\n  scada probe\n  scada probe i2c /dev/i2c-1\n"
      "  scada probe modbus-rtu /dev/serial/by-id/usb-FTDI --baud 9600 --units 1-32\n"
      "  scada probe modbus-tcp 192.168.1.40\n  scada probe mqtt 127.0.0.1 --for 60\n"
      "Exit codes: 0 found something, 1 nothing found, nobody there or ended early, 2 wrong usage, "
      "3 a running\nhouse holds the bus. Page: docs/operating/probe.md");
  command->callback([command, options, &exit] {
    if (command->get_subcommands().empty()) exit = list_buses(*options);
  });
}

}  // namespace hearth::tools
