#include "drivers/gridworks_import.hpp"
#include "layouts/parse.hpp"
#include "tools/scada/commands.hpp"

#include <fstream>
#include <iostream>
#include <sstream>

namespace hearth::tools {
namespace {

int import_from(const std::string& file, const std::string& timezone, const std::string& out) {
  auto in = std::ifstream{file, std::ios::binary};
  auto text = std::ostringstream{};
  text << in.rdbuf();
  if (!in || text.str().empty()) {
    std::cerr << file << ": cannot be read, or is empty\n";
    return wrong_usage;
  }
  const auto made = import_gridworks(text.str(), timezone);
  if (!made) {
    std::cerr << file << ": " << made.error().detail << "\n";
    return wrong_usage;
  }
  if (out.empty()) {
    std::cout << made->yaml;
  } else {
    // What somebody has edited is not written over.
    if (std::ifstream{out}) {
      std::cerr << out << ": exists already\n  hint: name another file, or remove it\n";
      return wrong_usage;
    }
    auto to = std::ofstream{out, std::ios::binary};
    to << made->yaml;
    if (!to.flush()) {
      std::cerr << out << ": cannot be written\n";
      return internal_error;
    }
  }
  std::cerr << file << ": " << made->carried.size() << " channels carried over; "
            << made->left.size() << " things have no counterpart:\n";
  for (const auto& l : made->left) std::cerr << "  - " << l << "\n";
  return ok;
}

}  // namespace

void add_import(CLI::App& app, int& exit) {
  auto* command = app.add_subcommand("import", "Make a layout from another system's file");
  command->require_subcommand(1);
  auto* gridworks =
      command->add_subcommand("gridworks", "From the hardware-layout.json of a GridWorks SCADA");
  struct options {
    std::string file, timezone = "America/New_York", out;
  };
  auto o = std::make_shared<options>();
  gridworks->add_option("FILE", o->file, "hardware-layout.json")->required();
  gridworks->add_option("--time-zone", o->timezone, "IANA name; the file does not tell")
      ->capture_default_str();
  gridworks->add_option("--output,-o", o->out, "Write the layout here (default: print it)");
  gridworks->footer(
      "The layout goes to standard output or the file, what could not be carried over to standard\n"
      "error and into the layout's comments. Then: scada check LAYOUT.\n"
      "Exit codes: 0 made, 2 the file is none, or the output exists.");
  gridworks->callback([o, &exit] { exit = import_from(o->file, o->timezone, o->out); });
}

}  // namespace hearth::tools
