#include "drivers/ports/all_ports.hpp"
#include "drivers/ports/machine_buses.hpp"
#include "drivers/probe/proposal.hpp"
#include "drivers/registry.hpp"
#include "layouts/parse.hpp"
#include "tools/scada/commands.hpp"
#include "tools/scada/hosting.hpp"
#include "tools/scada/probe.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <unistd.h>

namespace hearth::tools {
namespace {

using nlohmann::json;

/// As a column is as wide as its widest text, but for very long ones.
constexpr std::size_t widest_column = 44;

std::string padded(std::string text, std::size_t width) {
  auto shown = std::size_t{0};  // UTF-8: continuation bytes take no place
  for (const auto c : text) shown += (c & 0xC0) != 0x80 ? 1 : 0;
  if (shown < width) text.append(width - shown, ' ');
  return text;
}

std::vector<std::string> models_of(const finding& f) {
  auto names = std::vector<std::string>{};
  for (const auto& device : f.propose)
    if (is_known(device) && std::ranges::find(names, device.model) == names.end())
      names.push_back(device.model);
  return names;
}

std::string as_table(const probe_result& result) {
  auto text = std::string{};
  auto where = std::size_t{0}, what = std::size_t{0};
  for (const auto& f : result.found) {
    where = std::min(std::max(where, f.where.size()), widest_column);
    what = std::min(std::max(what, f.what.size()), widest_column);
  }
  for (const auto& f : result.found)
    text += padded(printable(f.where), where) + "  " + padded(std::string{to_text(f.sure)}, 7) +
            "  " + padded(printable(f.what), what) + "  " + printable(f.evidence) + "\n";
  return text;
}

std::string as_tsv(const probe_result& result) {
  auto text = std::string{"where\tsure\twhat\tmodel\tevidence\n"};
  for (const auto& f : result.found) {
    auto models = std::string{};
    for (const auto& name : models_of(f)) models += (models.empty() ? "" : ",") + name;
    text += printable(f.where) + "\t" + std::string{to_text(f.sure)} + "\t" + printable(f.what) +
            "\t" + models + "\t" + printable(f.evidence) + "\n";
  }
  return text;
}

std::string as_json(const probe_result& result) {
  auto options = json::object();
  for (const auto& [key, value] : result.bus.options) options[key] = value;
  auto found = json::array();
  for (const auto& f : result.found)
    found.push_back({{"where", f.where},
                     {"sure", to_text(f.sure)},
                     {"what", f.what},
                     {"evidence", f.evidence},
                     {"models", models_of(f)}});
  auto faults = json::object();
  for (const auto& [code, count] : result.tally.faults) faults[std::string{to_text(code)}] = count;
  return json{{"bus", {{"kind", result.bus.kind}, {"options", options}}},
              {"found", found},
              {"remarks", result.remarks},
              {"asked", result.tally.asked},
              {"answered", result.tally.answered},
              {"faults", faults},
              {"stopped", result.stopped},
              {"layout", layout_lines(result)}}
             .dump(2, ' ', false, json::error_handler_t::replace) +
         "\n";
}

/// "96 questions: 3 answers, 93 timeout"; on a broker nobody is asked.
std::string counts_of(const probe_tally& tally) {
  if (tally.asked == 0) return std::to_string(tally.answered) + " messages heard";
  auto text =
      std::to_string(tally.asked) + " questions: " + std::to_string(tally.answered) + " answers";
  for (const auto& [code, count] : tally.faults)
    text += ", " + std::to_string(count) + " " + std::string{to_text(code)};
  return text;
}

int write_layout(const probe_result& result, const probe_options& options) {
  auto to = std::ofstream{options.output, std::ios::binary};
  to << starter_layout(options.site, options.timezone, result);
  if (to.flush()) return ok;
  std::cerr << options.output << ": cannot be written\n";
  return failed_to_run;
}

bool shows_progress() { return ::isatty(STDERR_FILENO) == 1; }

}  // namespace

void add_probe_options(CLI::App& command, const std::shared_ptr<probe_options>& options) {
  auto* tsv = command.add_flag("--tsv", options->tsv, "What was found, tab-separated, and no more");
  command.add_flag("--json", options->json, "All of it as one JSON object")->excludes(tsv);
  auto* output = command.add_option("--output,-o", options->output,
                                    "Write a whole layout to begin with; needs --site");
  auto* site =
      command.add_option("--site", options->site, "Its site: a-z, 0-9 and dashes")->needs(output);
  output->needs(site);
  command.add_option("--time-zone", options->timezone, "Its time zone, an IANA name")
      ->default_val("America/New_York");
}

std::shared_ptr<const layout> layout_for(const proposed_bus& bus, const probe_options& options) {
  // What somebody has edited is not written over.
  if (!options.output.empty() && std::ifstream{options.output}) {
    std::cerr << options.output << ": exists already\n  hint: name another file, or remove it\n";
    return {};
  }
  const auto site = options.site.empty() ? "probe" : options.site;
  const auto read =
      parse_layout(starter_layout(site, options.timezone, {.bus = bus}), "", ".", known_catalog());
  for (const auto& d : read.diagnostics) {
    std::cerr << "scada: " << d.message << "\n";
    if (!d.hint.empty()) std::cerr << "  hint: " << d.hint << "\n";
  }
  return read.layout ? std::make_shared<const layout>(*read.layout) : nullptr;
}

result<std::unique_ptr<port>> open_port(const proposed_bus& bus) {
  const auto house = layout_for(bus, {.timezone = "UTC"});
  if (!house) return failed(fault_code::unsupported, "no layout can have such a bus");
  return all_ports(default_state_folder()).at(bus.kind)(*house, bus_id{0});
}

std::optional<int> held_by_another(const std::string& device) {
  // Whoever may not open it at all is told that, by the port.
  if (::access(device.c_str(), R_OK | W_OK) != 0) return {};
  const auto holder = holder_of(device);
  if (!holder) return {};
  const auto who =
      printable(holder->program) + " (process " + std::to_string(holder->process) + ")";
  const auto is_house = holder->program == "scada";
  std::cerr << "scada: " << device << (holder->certain ? " is in use by " : " may be in use by ")
            << who << (holder->certain ? "" : ", which runs as another user") << "\n"
            << (is_house ? "  hint: two masters disturb each other: stop the house first (sudo "
                           "systemctl stop hearth), then probe"
                         : "  hint: end that program first; on a Pi a login may sit on the port "
                           "(raspi-config, serial port)")
            << (holder->certain ? "\n" : "; run as root, scada probe sees whether it does\n");
  return is_house ? already_running : failed_to_run;
}

interview on_terminal(stop_signals& stop) {
  const auto clock = std::make_shared<house_clock>(house_clock::real());
  const auto show = [&stop](const std::string& doing, std::size_t step, std::size_t of) {
    if (shows_progress())
      std::cerr << "\r\x1b[K" << step + 1 << " of " << of << ": " << printable(doing) << std::flush;
    return !stop.wait(std::chrono::milliseconds{0});
  };
  return interview{[clock] { return clock->now(); }, show};
}

int tell(const probe_result& result, const probe_options& options, const hint_list& hints) {
  if (shows_progress()) std::cerr << "\r\x1b[K" << std::flush;
  if (options.json)
    std::cout << as_json(result);
  else if (options.tsv)
    std::cout << as_tsv(result);
  else if (!result.found.empty())
    std::cout << as_table(result) << "\n# Lines for the layout:\n" << layout_lines(result);
  std::cout.flush();
  for (const auto& remark : result.remarks) std::cerr << "note: " << printable(remark) << "\n";
  if (result.tally.asked + result.tally.answered > 0) std::cerr << counts_of(result.tally) << "\n";
  if (result.stopped) std::cerr << "ended before its end; what was found so far is above\n";
  if (result.found.empty()) {
    std::cerr << "nothing found on " << result.bus.kind << "; look at:\n";
    for (const auto& hint : hints) std::cerr << "  - " << hint << "\n";
    return failed_to_run;
  }
  if (!options.output.empty())
    if (const auto code = write_layout(result, options); code != ok) return code;
  return result.stopped ? failed_to_run : ok;
}

}  // namespace hearth::tools
