#include "drivers/bus_load.hpp"
#include "drivers/registry.hpp"
#include "layouts/series.hpp"
#include "tools/scada/commands.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <unistd.h>

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

/// Beyond this part of its time a line has little room left for commands, for devices that think
/// before they answer, and for reads that are tried again.
constexpr auto busy_line = 0.8;

std::string percent(double share) { return std::to_string(std::lround(share * 100)) + " %"; }

/// A diagnostic that makes nothing wrong.
std::string as_warning(const diagnostic& d) {
  const auto place =
      d.file + ":" + std::to_string(d.at.line) + ":" + std::to_string(d.at.column) + ": ";
  return place + "warning: " + d.message + "\n" + place + "hint: " + d.hint + "\n";
}

/// Lines that are busy beyond `from` and not beyond `to` of their time.
std::vector<diagnostic> busy_lines(const std::string& file, const layout& house, double from,
                                   double to) {
  auto all = std::vector<diagnostic>{};
  for (std::uint16_t i = 0; i < house.buses.size(); ++i) {
    const auto load = poll_load(house, bus_id{i});
    if (!load || load->share <= from || load->share > to) continue;
    const auto most = *std::ranges::max_element(load->devices, {}, &device_load::share);
    all.push_back({file, house.buses[i].at,
                   "the polls of bus '" + house.buses[i].name + "' take " + percent(load->share) +
                       " of its time at " + std::to_string(load->line.baud) + " baud" +
                       (load->share > 1 ? ": its devices cannot be polled as often as that" : ""),
                   "device '" + house[most.device].name + "' takes " + percent(most.share) +
                       "; poll less often, name fewer channels, set devices and bus to more baud, "
                       "or hang some on another line"});
  }
  return all;
}

/// What the page cannot do without and a checking machine may well lack.
std::vector<diagnostic> missing_page_files(const std::string& file, const layout& house) {
  auto all = std::vector<diagnostic>{};
  if (!house.portal) return all;
  for (const auto& each : {house.portal->cert, house.portal->key}) {
    const auto path = each.empty() || each.front() == '/' ? each : house.folder + "/" + each;
    if (path.empty() || ::access(path.c_str(), R_OK) == 0) continue;
    all.push_back({file,
                   {1, 1},
                   "the page's file '" + path + "' cannot be read here",
                   "'scada keys portal' makes certificate and key; there is no page without them"});
  }
  return all;
}

int check(const std::vector<std::string>& files) {
  auto wrong = false;
  for (const auto& file : files) {
    const auto parsed = load_layout(file, known_catalog());
    auto diagnostics = parsed.diagnostics;
    if (parsed.layout) {
      diagnostics = check_series(*parsed.layout);
      for (auto& d : busy_lines(file, *parsed.layout, 1, HUGE_VAL))
        diagnostics.push_back(std::move(d));
    }
    for (const auto& d : diagnostics) std::cerr << to_text(d);
    if (!diagnostics.empty()) {
      wrong = true;
      std::cerr << file << ": " << diagnostics.size()
                << (diagnostics.size() == 1 ? " error\n" : " errors\n");
      continue;
    }
    const auto& house = *parsed.layout;
    for (const auto& d : busy_lines(file, house, busy_line, 1)) std::cerr << as_warning(d);
    for (const auto& d : missing_page_files(file, house)) std::cerr << as_warning(d);
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
