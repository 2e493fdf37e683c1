#include "drivers/registry.hpp"
#include "layouts/series.hpp"
#include "tools/scada/commands.hpp"

#include <iostream>

namespace hearth::tools {
namespace {

/// The files a layout names are part of it: they are read too.
std::vector<diagnostic> check_series(const layout& house) {
  if (!house.simulation) return {};
  auto all = std::vector<diagnostic>{};
  const auto check = [&](const std::string& file, const auto& columns) {
    if (file.empty()) return;
    const auto path = file.front() == '/' ? file : house.folder + "/" + file;
    const auto parsed = load_series(path, columns);
    all.insert(all.end(), parsed.diagnostics.begin(), parsed.diagnostics.end());
  };
  check(house.simulation->weather_file, weather_columns);
  check(house.simulation->price_file, price_columns);
  return all;
}

int check(const std::vector<std::string>& files) {
  auto wrong = false;
  for (const auto& file : files) {
    const auto parsed = load_layout(file, known_catalog());
    auto diagnostics = parsed.diagnostics;
    if (parsed.layout) diagnostics = check_series(*parsed.layout);
    for (const auto& d : diagnostics) std::cerr << to_text(d);
    if (!diagnostics.empty()) {
      wrong = true;
      std::cerr << file << ": " << diagnostics.size()
                << (diagnostics.size() == 1 ? " error\n" : " errors\n");
      continue;
    }
    const auto& house = *parsed.layout;
    std::cout << file << ": ok: site " << house.site << ", " << house.buses.size() << " buses, "
              << house.devices.size() << " devices, " << house.channels.size() << " channels\n";
  }
  return wrong ? wrong_usage : ok;
}

}  // namespace

std::shared_ptr<const layout> load_or_complain(const std::string& file) {
  auto parsed = load_layout(file, known_catalog());
  for (const auto& d : parsed.diagnostics) std::cerr << to_text(d);
  if (!parsed.layout) return nullptr;
  return std::make_shared<const layout>(std::move(*parsed.layout));
}

void add_check(CLI::App& app, int& exit) {
  auto* command =
      app.add_subcommand("check", "Check layout files: every error at once, with line and hint");
  auto files = std::make_shared<std::vector<std::string>>();
  command->add_option("LAYOUT", *files, "Layout files (YAML)")->required();
  command->footer("Exit codes: 0 all are right, 2 at least one is wrong.");
  command->callback([files, &exit] { exit = check(*files); });
}

}  // namespace hearth::tools
