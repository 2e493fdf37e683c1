// A day of the market for many houses and one node, on virtual time: the actors of `scada run` on
// simulated plants, and the node of `atn run --bid` with its store on this disk. How many houses a
// machine takes, whether contracts are kept, and whether both books agree. By hand, for it takes
// minutes: market_day HOUSES HOURS LAYOUT… --weather FILE --prices FILE
//
// Prints a line for each figure, tab-separated. Exit code 1 where any book differs. The node's
// memory is kept with --state FILE, and can be asked: atn --state FILE settle house-00001

#include "drivers/registry.hpp"
#include "layouts/parse.hpp"
#include "tools/simulate/virtual_market.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

namespace {

using namespace hearth;
using namespace hearth::simulate;
using steady = std::chrono::steady_clock;

double seconds_since(steady::time_point begun) {
  return std::chrono::duration<double>(steady::now() - begun).count();
}

/// Of this process, now.
double resident_mib() {
  auto in = std::ifstream{"/proc/self/statm"};
  auto all = 0.0, resident = 0.0;
  in >> all >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1024 * 1024);
}

int usage() {
  std::fputs(
      "usage: market_day HOUSES HOURS LAYOUT... --weather FILE --prices FILE [--day-ahead FILE]"
      " [--state FILE] [--step SECONDS]\n",
      stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  auto plan = market_plan{};
  auto words = std::vector<std::string>{argv + 1, argv + argc};
  auto weather = std::string{}, prices = std::string{}, day_ahead = std::string{};
  auto state = std::string{}, step = std::string{};
  for (std::size_t i = 0; i + 1 < words.size();)
    if (auto* to = words[i] == "--weather"     ? &weather
                   : words[i] == "--prices"    ? &prices
                   : words[i] == "--day-ahead" ? &day_ahead
                   : words[i] == "--state"     ? &state
                   : words[i] == "--step"      ? &step
                                               : nullptr) {
      *to = words[i + 1];
      words.erase(words.begin() + static_cast<std::ptrdiff_t>(i),
                  words.begin() + static_cast<std::ptrdiff_t>(i) + 2);
    } else {
      ++i;
    }
  if (words.size() < 3 || weather.empty() || prices.empty()) return usage();
  if (!step.empty()) plan.step = std::chrono::seconds{std::max(1, std::atoi(step.c_str()))};
  plan.houses = static_cast<std::size_t>(std::atoi(words[0].c_str()));
  for (std::size_t i = 2; i < words.size(); ++i) {
    auto parsed = load_layout(words[i], known_catalog());
    if (!parsed.layout || !parsed.layout->plant || !parsed.layout->link) return usage();
    plan.homes.push_back(std::make_shared<const layout>(std::move(*parsed.layout)));
  }
  auto outdoor = load_series(weather, weather_columns);
  auto price = load_series(prices, price_columns);
  if (outdoor.columns.empty() || price.columns.empty()) return usage();
  plan.outdoor = std::make_shared<const series>(std::move(outdoor.columns.front()));
  plan.prices = std::move(price.columns);
  if (!day_ahead.empty()) {
    auto told = load_series(day_ahead, day_ahead_columns);
    if (told.columns.empty()) return usage();
    plan.day_ahead = std::move(told.columns.front());
  }
  plan.when = {plan.outdoor->start,
               plan.outdoor->start + std::chrono::hours{std::atoi(words[1].c_str())}};

  const auto folder =
      std::filesystem::temp_directory_path() / ("market_day." + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  auto failed = false;
  {
    auto store = node_store::open(state.empty() ? folder / "atn.db" : std::filesystem::path{state});
    if (!store) {
      std::fprintf(stderr, "market_day: %s\n", to_text(store.error()).c_str());
      return 1;
    }
    const auto begun = steady::now();
    auto market = virtual_market{std::move(plan), std::move(*store)};
    const auto built_s = seconds_since(begun);
    auto hour = market.now();
    for (auto more = true; more;) {
      const auto lived = market.live();
      if (!lived) {
        std::fprintf(stderr, "market_day: %s\n", to_text(lived.error()).c_str());
        return 1;
      }
      more = *lived;
      if (market.now() - hour < std::chrono::hours{1}) continue;
      hour = market.now();
      std::fprintf(stderr, "%s, %.0f s, %.0f MiB\n", to_iso8601(hour).c_str(), seconds_since(begun),
                   resident_mib());
    }
    const auto wall_s = seconds_since(begun);
    auto contracts = std::size_t{0}, kept = std::size_t{0}, agreeing = std::size_t{0};
    auto given_up = std::size_t{0}, houses_with = std::size_t{0};
    auto promised = energy{}, metered = energy{}, off = energy{};
    auto cost = money{};
    const auto sites = market.sites();
    for (const auto& site : sites) {
      const auto books = market.settlement(site);
      if (!books) {
        std::fprintf(stderr, "market_day: %s\n", to_text(books.error()).c_str());
        return 1;
      }
      agreeing += books->agrees();
      houses_with += !books->lines.empty();
      contracts += books->lines.size();
      kept += books->kept;
      for (const auto& l : books->lines) {
        given_up += l.entered.status == contract_status::given_up;
        off += std::max(l.beyond(), -l.beyond());
      }
      promised += books->promised;
      metered += books->metered;
      cost += books->cost;
    }
    failed = agreeing != sites.size();
    std::printf("houses\t%zu\nwall_s\t%.1f\nof_which_building\t%.1f\nresident_mib\t%.0f\n",
                sites.size(), wall_s, built_s, resident_mib());
    std::printf("messages\t%llu\ncontracts\t%zu\nhouses_with_contracts\t%zu\nkept\t%zu\n",
                static_cast<unsigned long long>(market.messages()), contracts, houses_with, kept);
    std::printf("given_up\t%zu\npromised_kwh\t%.3f\nmetered_kwh\t%.3f\nmean_off_wh\t%.1f\n",
                given_up, promised.in(kilowatt_hour), metered.in(kilowatt_hour),
                contracts > 0 ? off.in(watt_hour) / static_cast<double>(contracts) : 0.0);
    std::printf("cost_usd\t%.2f\nbooks_agreeing\t%zu\n", cost.in(us_dollar), agreeing);
  }
  std::filesystem::remove_all(folder);
  return failed ? 1 : 0;
}
