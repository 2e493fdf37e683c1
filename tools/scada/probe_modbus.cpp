#include "drivers/modbus_bus.hpp"
#include "drivers/ports/modbus_identifier.hpp"
#include "drivers/probe/modbus_probe.hpp"
#include "drivers/probe/proposal.hpp"
#include "tools/scada/commands.hpp"
#include "tools/scada/probe.hpp"

#include <iostream>

namespace hearth::tools {
namespace {

struct modbus_options {
  std::string where, units;
  std::vector<std::string> bauds, parities;
  int timeout_ms = 0;
};

/// Ways to open the buses with the patience of a probe: a house waits longer for its devices.
modbus_line patient_line(int timeout_ms) {
  const auto with_timeout = [timeout_ms](proposed_bus bus) {
    bus.options.emplace_back("timeout", std::to_string(timeout_ms) + " ms");
    return bus;
  };
  return {[=](const proposed_bus& bus) { return open_port(with_timeout(bus)); },
          [=](const proposed_bus& bus) -> modbus_identifier {
            const auto house = layout_for(with_timeout(bus), {.timezone = "UTC"});
            return house ? make_modbus_identifier(*house, bus_id{0}) : modbus_identifier{};
          }};
}

int scan(const std::vector<proposed_bus>& settings, const modbus_options& m,
         const probe_options& options, hint_list hints) {
  const auto units = units_in(m.units);
  if (!units) {
    std::cerr << "scada: '" << m.units << "' are no units\n  hint: write 1-247, or 1,2,10-20\n";
    return wrong_usage;
  }
  for (const auto& bus : settings)
    if (!layout_for(bus, options)) return wrong_usage;
  auto stop = stop_signals{};
  auto asks = on_terminal(stop);
  const auto result = probe_modbus(patient_line(m.timeout_ms), asks, settings, *units);
  if (const auto why = asks.last_fault()) hints.push_back("the last fault: " + why->detail);
  return tell(result, options, hints);
}

int probe_rtu(const modbus_options& m, const probe_options& options) {
  auto settings = std::vector<proposed_bus>{};
  for (const auto& baud : m.bauds)
    for (const auto& parity : m.parities)
      settings.push_back(
          {"rs485", modbus_rtu_kind, {{"port", m.where}, {"baud", baud}, {"parity", parity}}});
  if (const auto code = held_by_another(m.where)) return *code;
  return scan(settings, m, options,
              {"wiring: A to A and B to B (makers do not agree which is which: try them swapped)",
               "one end of the line terminated, the device's supply, its unit (--units)",
               "another speed or parity: --baud 1200,2400,4800,19200,38400 --parity none,even,odd",
               "your user in group dialout: sudo usermod -aG dialout $USER, then log in again"});
}

int probe_tcp(const modbus_options& m, const probe_options& options) {
  auto host = m.where;
  auto port = std::string{"502"};
  // One colon, or one behind the brackets of an IPv6 number.
  const auto colon = host.rfind(':');
  const auto bracket = host.rfind(']');
  if (colon != std::string::npos &&
      (bracket != std::string::npos ? colon == bracket + 1 : host.find(':') == colon)) {
    port = host.substr(colon + 1);
    host.resize(colon);
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return scan({{as_name(host), modbus_tcp_kind, {{"host", host}, {"port", port}}}}, m, options,
              {"the address, and whether it answers at all: ping " + host,
               "whether Modbus TCP is switched on at the device, and for this machine",
               "the unit (--units): gateways give each device behind them one"});
}

void add_modbus(CLI::App& probe, int& exit, const std::string& kind, const std::string& title,
                const std::shared_ptr<modbus_options>& m, const std::string& footer,
                int (*run)(const modbus_options&, const probe_options&)) {
  auto* command = probe.add_subcommand(kind, title);
  const auto serial = kind == modbus_rtu_kind;
  command
      ->add_option(serial ? "DEVICE" : "HOST", m->where,
                   serial ? "The serial port; scada probe lists them" : "Its address, or HOST:PORT")
      ->required();
  command->add_option("--units", m->units, "Which to ask, such as 1-247 or 1,2,10-20")
      ->capture_default_str();
  command->add_option("--timeout", m->timeout_ms, "How long to wait for each answer, in ms")
      ->check(CLI::Range(20, 5000))
      ->capture_default_str();
  if (serial) {
    command->add_option("--baud", m->bauds, "Speeds to try, the likeliest first")
        ->delimiter(',')
        ->check(
            CLI::IsMember({"1200", "2400", "4800", "9600", "19200", "38400", "57600", "115200"}))
        ->capture_default_str();
    command->add_option("--parity", m->parities, "Parities to try: none, even, odd")
        ->delimiter(',')
        ->check(CLI::IsMember({"none", "even", "odd"}))
        ->capture_default_str();
  }
  auto options = std::make_shared<probe_options>();
  add_probe_options(*command, options);
  command->footer(footer);
  command->callback([=, &exit] { exit = run(*m, *options); });
}

}  // namespace

void add_probe_modbus(CLI::App& probe, int& exit) {
  auto rtu = std::make_shared<modbus_options>();
  rtu->units = "1-247";
  rtu->bauds = {"9600", "19200", "2400"};
  rtu->parities = {"even", "none"};
  rtu->timeout_ms = 200;
  add_modbus(probe, exit, modbus_rtu_kind, "Which units answer on a serial line (RS-485)", rtu,
             "The first ten units are asked at every speed and parity; once one answers, the rest "
             "only at that\nsetting: some 0.4 s for each silent unit. Only registers are read. "
             "Ctrl-C ends it and shows what\nwas found.\n"
             "Example: scada probe modbus-rtu /dev/serial/by-id/usb-FTDI --baud 2400,9600 --parity "
             "none --units 1-20",
             probe_rtu);
  auto tcp = std::make_shared<modbus_options>();
  tcp->units = "1-10";
  tcp->timeout_ms = 1000;
  add_modbus(probe, exit, modbus_tcp_kind, "Which units answer behind a Modbus TCP server", tcp,
             "Only registers are read.\n"
             "Example: scada probe modbus-tcp 192.168.1.40 --units 1-32",
             probe_tcp);
}

}  // namespace hearth::tools
