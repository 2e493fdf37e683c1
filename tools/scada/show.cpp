#include "actors/house_clock.hpp"
#include "actors/plan_text.hpp"
#include "drivers/registry.hpp"
#include "layouts/schema.hpp"
#include "layouts/series.hpp"
#include "tools/scada/commands.hpp"

#include <cstdlib>
#include <iostream>
#include <map>

namespace hearth::tools {
namespace {

using namespace std::chrono_literals;

constexpr duration preview_ahead = 48h;

bool ascii_terminal() {
  for (const auto* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const auto* value = std::getenv(name);
    if (!value || !*value) continue;
    const auto text = std::string{value};
    return text.find("UTF-8") == std::string::npos && text.find("utf8") == std::string::npos;
  }
  return false;
}

std::optional<series> column(const layout& house, const std::string& file, std::string_view name) {
  if (file.empty()) return {};
  const auto path = file.front() == '/' ? file : house.folder + "/" + file;
  const auto wanted = std::array{name};
  auto parsed = load_series(path, wanted);
  if (parsed.columns.empty()) return {};
  return parsed.columns.front();
}

std::optional<preview> preview_of(const layout& house) {
  auto known = preview_inputs{};
  auto start = house_clock::real().now();
  if (house.simulation) {
    known.outdoor_c = column(house, house.simulation->weather_file, weather_columns[0]);
    known.energy_usd_per_mwh = column(house, house.simulation->price_file, price_columns[0]);
    if (house.simulation->start) start = *house.simulation->start;
  }
  return look_ahead(std::make_shared<const layout>(house), known, start, preview_ahead);
}

std::string dispatch_section(const layout& house) {
  const auto ahead = preview_of(house);
  return ahead
             ? plan_text::dispatch(house, *ahead, ascii_terminal())
             : std::string{
                   "\nNo dispatch: this house has no plant, only what is read and held by hand\n"};
}

std::string known_models() {
  auto out = std::string{};
  for (const auto& m : known_catalog().models) {
    out += m.name + ": " + m.title + ", on";
    for (const auto& kind : m.bus_kinds) out += " " + kind;
    out += "\n";
    for (const auto& o : m.options)
      out += "  " + o.key +
             (o.required           ? " (required)"
              : o.fallback.empty() ? ""
                                   : " (default " + o.fallback + ")") +
             ": " + o.help + "\n";
    for (const auto& c : m.channels)
      out += "  channel " + c.name + " [" + std::string{symbol(c.unit)} + "]" +
             (c.actuator ? ", can be commanded" : "") + ": " + c.help + "\n";
  }
  return out;
}

using section = std::string (*)(const layout&);
const std::map<std::string, section>& sections() {
  static const auto all = std::map<std::string, section>{
      {"actors", plan_text::actors},           {"buses", plan_text::buses},
      {"devices", plan_text::devices},         {"channels", plan_text::channels},
      {"topics", plan_text::topics},           {"interlocks", plan_text::interlocks},
      {"authorities", plan_text::authorities}, {"dispatch", dispatch_section}};
  return all;
}

struct show_options {
  std::string layout;
  std::string what = "all";
  bool tsv = false;
};

int show(const show_options& options) {
  // These two describe the program, not a house.
  if (options.layout == "models") return std::cout << known_models(), ok;
  if (options.layout == "schema") return std::cout << json_schema(known_catalog()), ok;
  const auto house = load_or_complain(options.layout);
  if (!house) return wrong_usage;
  if (options.tsv) {
    const auto ahead = preview_of(*house);
    if (!ahead) {
      std::cerr << "scada: " << options.layout << " has no plant, so there is no dispatch\n";
      return failed_to_run;
    }
    std::cout << plan_text::dispatch_tsv(*ahead);
  } else if (options.what == "all") {
    std::cout << plan_text::site(*house);
    for (const auto* name : {"buses", "devices", "channels", "authorities"})
      std::cout << sections().at(name)(*house);
  } else {
    std::cout << sections().at(options.what)(*house);
  }
  return ok;
}

}  // namespace

void print_plan(const layout& house) {
  std::cout << plan_text::site(house);
  for (const auto* name : {"actors", "buses", "devices", "channels", "topics", "interlocks",
                           "authorities", "dispatch"})
    std::cout << sections().at(name)(house);
}

void add_show(CLI::App& app, int& exit) {
  auto* command =
      app.add_subcommand("show", "Show what a layout configures, or what the program knows");
  auto options = std::make_shared<show_options>();
  command
      ->add_option("LAYOUT", options->layout,
                   "A layout file; or 'models' or 'schema' for what layouts may say")
      ->required();
  auto names = std::vector<std::string>{"all"};
  for (const auto& [name, print] : sections()) names.push_back(name);
  command->add_option("WHAT", options->what, "One section of the plan")
      ->check(CLI::IsMember(names))
      ->capture_default_str();
  command->add_flag("--tsv", options->tsv,
                    "The next 48 h of dispatch, every 15 min, tab-separated");
  command->footer(
      "Examples:\n  scada show layouts/maine-house.yaml interlocks\n"
      "  scada show models\n  scada show schema > hearth.schema.json");
  command->callback([options, &exit] { exit = show(*options); });
}

}  // namespace hearth::tools
