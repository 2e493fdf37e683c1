#include "actors/node/by_hand.hpp"
#include "actors/node/render.hpp"
#include "layouts/series.hpp"
#include "tools/atn/commands.hpp"
#include "tools/atn/station.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>

namespace hearth::atn {
namespace {

struct run_options {
  std::string prices_file, weather_file;
  std::vector<std::string> sites;
  std::string nameplate = "9.7 kW";
  double fraction_percent = 80;
  dispatch_options dispatch;
  bool all = false;
};

/// The files as the node's outlook; every mistake of a file is printed as it is found.
std::optional<outlook> read_outlook(const run_options& o) {
  auto world = outlook{};
  auto mistakes = std::vector<diagnostic>{};
  if (!o.prices_file.empty()) {
    const auto read = load_series(o.prices_file, price_columns);
    if (read.diagnostics.empty()) world.prices = prices_of(read.columns);
    mistakes = read.diagnostics;
  }
  if (!o.weather_file.empty()) {
    const auto read = load_series(o.weather_file, weather_columns);
    if (read.diagnostics.empty()) world.weather = weather_of(read.columns.front());
    std::ranges::copy(read.diagnostics, std::back_inserter(mistakes));
  }
  for (const auto& d : mistakes) std::fputs(to_text(d).c_str(), stderr);
  return mistakes.empty() ? std::optional{std::move(world)} : std::nullopt;
}

/// What follows by the second is left out, unless all is asked for.
bool worth_a_line(const body& b) {
  static const auto quiet = std::set<std::string_view>{"power", "snapshot", "heartbeat", "ack"};
  return !quiet.contains(kind_of(b));
}

void show(const station::happened& what, bool json, bool all) {
  for (const auto& t : what.heard)
    if (t.trouble || (t.heard && (all || (t.fresh && worth_a_line(t.heard->body)))))
      print(json ? json_of(t) : line_of(t));
  for (const auto& said : what.said)
    if (all || worth_a_line(said.message.body))
      print(json ? json_of(said.message, direction::down) : line_of(said.message, direction::down));
}

int run(const settings& s, const run_options& o) {
  auto dispatch = o.dispatch;
  const auto nameplate = power_by_hand(o.nameplate);
  if (!nameplate) return complain(bad_usage, "--nameplate: " + nameplate.error().detail);
  dispatch.nameplate = *nameplate;
  dispatch.fraction = o.fraction_percent / 100;
  if (dispatch.bids && o.prices_file.empty())
    return complain(bad_usage,
                    "--bid needs --prices: nobody bids who does not know what energy costs");
  auto world = read_outlook(o);
  if (!world) return bad_usage;
  if (const auto why = validate(dispatch, *world)) return complain(bad_usage, *why);
  if (world->prices && !price_at(*world->prices, s.now()))
    spdlog::warn("the prices of {} do not cover {}: nothing is bought; see --clock-start",
                 o.prices_file, to_iso8601(s.now()));

  auto store = open_store(s, false);
  if (!store) return complain(failed_to_reach, store.error().detail);
  auto remembered = std::map<std::string, site_memory>{};
  if (*store) {
    auto read = remembered_in(**store);
    if (!read) return complain(failed_to_reach, read.error().detail);
    remembered = std::move(*read);
  }
  auto options = node_options{.boot_id = random_id(),
                              .sites = o.sites,
                              .answers = true,
                              .overhears = true,
                              .dispatch = dispatch};
  auto here = station{s, "run", std::move(*store),
                      node{std::move(options), std::move(*world), std::move(remembered)}};
  const auto pace = std::chrono::duration_cast<std::chrono::milliseconds>(
      s.clock->outside(std::chrono::seconds{5}));
  while (!stop_asked())
    show(
        here.serve(std::clamp(pace, std::chrono::milliseconds{10}, std::chrono::milliseconds{100})),
        s.json, o.all);
  here.disconnect();
  return ok;
}

}  // namespace

void add_run(CLI::App& app, settings& s, action& todo) {
  auto* command = app.add_subcommand("run", "Plan and dispatch: the node itself, until Ctrl-C");
  auto o = std::make_shared<run_options>();
  command->add_option("--prices", o->prices_file,
                      "CSV: time_utc,lmp_usd_per_mwh,distribution_usd_per_mwh");
  command->add_option("--weather", o->weather_file, "CSV: time_utc,outdoor_c");
  command->add_option("--site", o->sites,
                      "Speak for this house only; may be given again (default: all heard)");
  auto* bids = command->add_flag(
      "--bid", o->dispatch.bids,
      "Plan for each house and buy every slot what its plan offers to take at the price");
  command
      ->add_option("--contracts-per-day", o->dispatch.contracts_per_day,
                   "Buy so many of the cheapest hours of each local day; 0 buys none")
      ->excludes(bids)
      ->capture_default_str();
  command->add_option("--nameplate", o->nameplate, "Electrical power of the heat pumps")
      ->capture_default_str();
  command
      ->add_option("--power-percent", o->fraction_percent,
                   "Average power bought, in percent of the nameplate")
      ->capture_default_str();
  command->add_option("--timezone", o->dispatch.timezone, "Whose days: an IANA name")
      ->capture_default_str();
  command->add_flag("--all", o->all, "Print power, snapshots, heartbeats and repeats as well");
  command->footer(
      "Listens to every house, acknowledges what it hears once that is on disk, sends prices and\n"
      "weather every hour, and offers a contract 5 min before each of the cheapest hours. With "
      "--bid\n"
      "it asks each house 6 min before a slot how it stands, plans two days for it, and sells it "
      "what\n"
      "its plan takes at the slot's price; 'atn settle' says what became of it.\n"
      "Ctrl-C ends it in order, exit code 0.\n\n"
      "Examples:\n"
      "  atn run --prices prices.csv --weather weather.csv --timezone America/New_York\n"
      "  atn run --prices prices.csv --weather weather.csv --bid\n"
      "  atn run --json --site maple-12 --contracts-per-day 0      # listen and acknowledge "
      "only\n");
  command->callback([&s, &todo, o] { todo = [&s, o] { return run(s, *o); }; });
}

}  // namespace hearth::atn
