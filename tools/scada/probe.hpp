#pragma once

#include "drivers/probe/interview.hpp"
#include "tools/scada/hosting.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

/// What the subcommands of `scada probe` share.
namespace hearth::tools {

struct probe_options {
  bool tsv = false;
  bool json = false;
  std::string output = {}, site = {}, timezone = {};
};
/// How a result is printed, and `--output` with what a whole layout needs.
void add_probe_options(CLI::App& command, const std::shared_ptr<probe_options>& options);

/// What a command can do about a bus on which nothing was found.
using hint_list = std::vector<std::string>;

/// The layout of this one bus, as a port takes it; complains and is absent if it cannot be one.
std::shared_ptr<const layout> layout_for(const proposed_bus& bus, const probe_options& options);
/// The port of that bus.
result<std::unique_ptr<port>> open_port(const proposed_bus& bus);

/// Nobody else has the device open; else says who, and gives the exit code.
std::optional<int> held_by_another(const std::string& device);

/// An interview on the machine's clock that shows its progress, if standard error is a terminal,
/// and ends at Ctrl-C.
interview on_terminal(stop_signals& stop);

/// Prints a result, or writes its layout, and gives the exit code.
int tell(const probe_result& result, const probe_options& options, const hint_list& hints);

/// Each adds its subcommand to `probe`.
void add_probe_gpio(CLI::App& probe, int& exit);
void add_probe_i2c(CLI::App& probe, int& exit);
void add_probe_onewire(CLI::App& probe, int& exit);
void add_probe_modbus(CLI::App& probe, int& exit);
void add_probe_mqtt(CLI::App& probe, int& exit);
/// `scada probe` without a bus.
int list_buses(const probe_options& options);

}  // namespace hearth::tools
