#pragma once

#include "tools/atn/settings.hpp"

#include <CLI/CLI.hpp>

#include <functional>

namespace hearth::atn {

/// What to do once the command line is understood; its result is the exit code.
using action = std::function<int()>;

// Each adds one command with its options and help, and sets `todo` when that command is given.
void add_run(CLI::App& app, settings& s, action& todo);
void add_send(CLI::App& app, settings& s, action& todo);
void add_watch(CLI::App& app, settings& s, action& todo);
void add_sites_and_show(CLI::App& app, settings& s, action& todo);
void add_audit(CLI::App& app, settings& s, action& todo);
void add_settle(CLI::App& app, settings& s, action& todo);

}  // namespace hearth::atn
