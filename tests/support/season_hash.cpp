#include "drivers/registry.hpp"
#include "layouts/parse.hpp"
#include "tools/simulate/season.hpp"
#include "tools/simulate/stand_in.hpp"

#include <cstdio>
#include <iostream>

/// Lives through a sound week of a large house and three bad days of a small one, or one of the
/// two, and prints what builds of one source must agree on. Usage: season_hash LAYOUTS_FOLDER
/// [sound|faulty]
namespace {

using namespace hearth;
using namespace hearth::simulate;
using namespace std::chrono_literals;

bool tell(const std::string& folder, const std::string& file, duration length, bool faulty) {
  auto parsed = load_layout(folder + "/" + file, known_catalog());
  auto weather = load_series(folder + "/samples/january-weather.csv", weather_columns);
  auto prices = load_series(folder + "/samples/january-prices.csv", price_columns);
  if (!parsed.layout || weather.columns.empty() || prices.columns.empty()) return false;
  auto plan = season_plan{};
  plan.house = std::make_shared<const layout>(std::move(*parsed.layout));
  plan.outdoor = std::make_shared<const series>(std::move(weather.columns.front()));
  plan.prices = std::move(prices.columns);
  plan.when = {plan.outdoor->start, plan.outdoor->start + length};
  plan.contracts = true;
  plan.seed = 7;
  if (faulty)
    plan.faults =
        draw_faults(targets_of(on_stand_ins(*plan.house, plan.step)), plan.when, plan.seed, 40);
  auto lived = season::begin(plan);
  if (!lived) return false;
  while ((*lived)->live()) {
  }
  const auto r = (*lived)->record();
  std::printf("%s %s %.17g kWh %.17g USD, %llu messages, %zu broken\n", file.c_str(),
              r.totals.event_log_sha256.c_str(), r.totals.electricity.in(kilowatt_hour),
              r.totals.energy_cost.in(us_dollar),
              static_cast<unsigned long long>(r.totals.messages), r.violations.size());
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const auto only = std::string{argc == 3 ? argv[2] : ""};
  if (argc < 2 || argc > 3 || (argc == 3 && only != "sound" && only != "faulty")) {
    std::cerr << "usage: season_hash LAYOUTS_FOLDER [sound|faulty]\n";
    return 2;
  }
  const auto told = (only == "faulty" || tell(argv[1], "maine-house.yaml", 7 * 24h, false)) &&
                    (only == "sound" || tell(argv[1], "simulated-house.yaml", 3 * 24h, true));
  if (!told) std::cerr << "season_hash: " << argv[1] << " has no example houses\n";
  return told ? 0 : 1;
}
