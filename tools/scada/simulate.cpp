#include "drivers/simulated/simulated_port.hpp"
#include "layouts/suggest.hpp"
#include "tools/scada/commands.hpp"
#include "tools/scada/hosting.hpp"
#include "tools/simulate/faults.hpp"
#include "tools/simulate/report.hpp"
#include "tools/simulate/season.hpp"
#include "tools/simulate/stand_in.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <unistd.h>
#include <vector>

namespace hearth::tools {
namespace {

using namespace std::chrono_literals;
using stop_clock = std::chrono::steady_clock;

struct simulate_options {
  std::string layout, weather, prices, day_ahead, from, to, time_zone, report, control = "planner";
  std::vector<std::string> columns, fills, faults;
  int step_s = 60;
  std::uint64_t seed = 1;
  bool with_node = false, bid = false;
  bool alone = false;
  bool draws_faults = false;
  bool as_json = false;
  record_options record;
};

/// Everything that was read, or nothing once it has been said why not.
struct world {
  std::shared_ptr<const series> outdoor, sun;
  std::vector<series> prices;
  std::optional<series> day_ahead;
  std::vector<std::string> filled;  ///< what the files did not say
};

bool said(const parsed_series& read, const std::string& file, world& into) {
  for (const auto& d : read.diagnostics) std::cerr << to_text(d);
  for (const auto& f : read.filled) into.filled.push_back(to_text(f, file));
  for (const auto& f : read.filled) std::cerr << to_text(f, file);
  return !read.columns.empty();
}

/// A price file may leave distribution to the layout's tariff; that it does is told.
parsed_series load_prices(const std::string& file, const series_options& how) {
  auto both = load_series(file, price_columns, how);
  const auto lacks = "no column " + in_quotes(price_columns[1]);
  if (std::ranges::find(both.diagnostics, lacks, &diagnostic::message) == both.diagnostics.end())
    return both;
  auto energy = load_series(file, std::span{price_columns}.first(1), how);
  if (!energy.columns.empty())
    std::cerr << file << ": " << lacks
              << ": distribution costs what the layout's tariff says; --column " << price_columns[1]
              << "=NAME if it has another name\n";
  return energy;
}

std::optional<world> read_world(const simulate_options& o) {
  auto how = parse_series_options(o.columns, o.fills, o.time_zone);
  if (!how) {
    std::cerr << "scada simulate: " << how.error() << "\n";
    return {};
  }
  how->hints = series_hints::of_the_command_line;
  auto out = world{};
  auto weather = load_series(o.weather, weather_columns, *how);
  auto prices = load_prices(o.prices, *how);
  const auto both = std::array{said(weather, o.weather, out), said(prices, o.prices, out)};
  if (!both[0] || !both[1]) return {};
  if (!o.day_ahead.empty()) {
    auto expected = load_series(o.day_ahead, day_ahead_columns, *how);
    if (!said(expected, o.day_ahead, out)) return {};
    out.day_ahead = std::move(expected.columns.front());
  }
  out.outdoor = std::make_shared<const series>(std::move(weather.columns.front()));
  out.prices = std::move(prices.columns);
  return out;
}

/// A bound as the user gave it, or the files' own.
std::optional<time_point> bound(const std::string& word, const char* option, time_point otherwise) {
  if (word.empty()) return otherwise;
  const auto at = from_iso8601(word.size() == 10 ? word + "T00:00:00Z" : word);
  if (!at)
    std::cerr << "scada simulate: " << option << " '" << word
              << "' is no time; write 2020-01-15 or 2020-01-15T05:00:00Z\n";
  return at;
}

std::optional<period> period_of(const simulate_options& o, const world& w) {
  auto all = w.prices;
  all.push_back(*w.outdoor);
  if (w.day_ahead) all.push_back(*w.day_ahead);
  const auto common = common_period(all);
  if (!common) {
    std::cerr << "scada simulate: weather and prices have no time in common\n";
    return {};
  }
  const auto from = bound(o.from, "--from", common->from);
  const auto to = bound(o.to, "--to", common->to);
  if (!from || !to) return {};
  if (*from >= *to) {
    const auto named = [](const std::string& word, time_point t) {
      return to_iso8601(t) + (word.empty() ? " (of the files)" : "");
    };
    std::cerr << "scada simulate: --from " << named(o.from, *from) << " must be before --to "
              << named(o.to, *to) << "\n";
    return {};
  }
  const auto asked = period{*from, *to};
  for (const auto& [s, file] :
       {std::pair{static_cast<const series*>(w.outdoor.get()), &o.weather},
        std::pair{static_cast<const series*>(w.prices.data()), &o.prices},
        std::pair{static_cast<const series*>(w.day_ahead ? &*w.day_ahead : nullptr), &o.day_ahead}})
    if (const auto wrong = s != nullptr ? not_covered(*s, *file, asked) : std::nullopt) {
      std::cerr << to_text(*wrong);
      return {};
    }
  return asked;
}

/// How far it is, on stderr: a line that moves where it is a terminal, one per tenth elsewhere.
class progress {
 public:
  progress(std::string what, period when) : what_{std::move(what)}, when_{when} {}

  void show(time_point now) {
    const auto part = static_cast<double>((now - when_.from).count()) /
                      static_cast<double>((when_.to - when_.from).count());
    const auto spent = std::chrono::duration<double>(stop_clock::now() - began_).count();
    if (live_ ? spent - shown_s_ < 0.2 && part < 1 : part < next_) return;
    shown_s_ = spent;
    while (next_ <= part) next_ += 0.1;
    const auto filled = static_cast<int>(part * width);
    std::fprintf(stderr, "%s%-10s [%s%s] %3.0f %%  %s  %.0f s to go%s", live_ ? "\r" : "",
                 what_.c_str(), std::string(static_cast<std::size_t>(filled), '#').c_str(),
                 std::string(static_cast<std::size_t>(width - filled), '.').c_str(), 100 * part,
                 to_iso8601(now).substr(0, 10).c_str(), part > 0 ? spent / part - spent : 0.0,
                 live_ && part < 1 ? "  " : "\n");
  }

 private:
  static constexpr int width = 40;
  std::string what_;
  period when_;
  bool live_ = ::isatty(STDERR_FILENO) == 1;
  stop_clock::time_point began_ = stop_clock::now();
  double shown_s_ = -1;
  double next_ = 0.1;
};

/// What went wrong, and what should not have followed from it.
void print_misfortune(const simulate::season_plan& plan,
                      const std::vector<simulate::violation>& broken) {
  for (const auto& s : plan.faults) std::fprintf(stderr, "fault      %s\n", to_text(s).c_str());
  for (const auto& v : broken)
    std::fprintf(stderr, "BROKEN     %s %s: %s\n", to_iso8601(v.at).c_str(), v.promise.c_str(),
                 v.text.c_str());
  std::fprintf(stderr, "promises   %s\n",
               broken.empty() ? "all kept" : (std::to_string(broken.size()) + " broken").c_str());
}

/// Lives through it; nothing where a signal came first, with what there is by then in `so_far`.
result<bool> live(const simulate::season_plan& plan, const char* what, stop_signals& signals,
                  simulate::season_record& so_far) {
  auto lived = simulate::season::begin(plan);
  if (!lived) return tl::make_unexpected(lived.error());
  auto bar = progress{what, plan.when};
  auto stopped = false;
  while (!stopped && (*lived)->live()) {
    bar.show((*lived)->now());
    stopped = signals.wait(0ms).has_value();
  }
  if (stopped)
    std::cerr << "\nscada simulate: stopped at " << to_iso8601((*lived)->now()) << " of '" << what
              << "'\n";
  so_far = (*lived)->record();
  return !stopped;
}

/// Faults as they were asked for: each by name, and drawn.
std::optional<std::vector<simulate::fault_spell>> faults_of(const simulate_options& o,
                                                            const layout& house,
                                                            const period& when) {
  auto out = std::vector<simulate::fault_spell>{};
  for (const auto& words : o.faults) {
    auto spell = simulate::parse_fault(words);
    if (!spell) {
      std::cerr << "scada simulate: --fault " << spell.error().detail << "\n";
      return {};
    }
    out.push_back(std::move(*spell));
  }
  if (!o.draws_faults || !house.plant) return out;
  const auto lived_in = simulate::on_stand_ins(house, std::chrono::seconds{o.step_s});
  const auto targets = simulate::targets_of(lived_in);
  std::ranges::move(simulate::draw_faults(targets, when, o.seed), std::back_inserter(out));
  return out;
}

/// What the same weather would have cost under another control; a fault says why nobody knows.
result<money> cost_under(simulate::control who, simulate::season_plan plan, stop_signals& signals) {
  plan.control = who;
  plan.contracts = plan.bids = false;
  plan.faults.clear();
  plan.recording = {};
  const auto name = std::string{to_text(who)};
  auto theirs = simulate::season_record{};
  const auto whole = live(plan, name.c_str(), signals, theirs);
  if (!whole) return tl::make_unexpected(whole.error());
  if (!*whole) return failed(fault_code::not_ready, "the simulation was stopped");
  return theirs.totals.energy_cost;
}

simulate::run_record record_of(const simulate_options& o, const simulate::season_plan& plan,
                               simulate::season_record lived, time_point until) {
  auto r = simulate::run_record{};
  r.site = plan.house->site;
  r.layout = std::filesystem::path{o.layout}.filename();
  r.layout_hash = plan.house->hash;
  r.version = HEARTH_VERSION;
  r.control = to_text(plan.control);
  r.with_node = plan.contracts;
  if (!plan.faults.empty()) r.faults = std::to_string(plan.faults.size()) + " faults";
  r.seed = plan.seed;
  r.time_zone = plan.house->timezone;
  r.from = plan.when.from;
  r.to = until;
  r.slots = std::move(lived.slots);
  r.events = std::move(lived.events);
  r.totals = std::move(lived.totals);
  r.baselines.bound = std::move(lived.bound);
  return r;
}

/// Puts the baselines in; false where a signal came first.
bool compare(simulate::run_record& r, const simulate_options& o, const simulate::season_plan& plan,
             stop_signals& signals) {
  if (o.alone) return true;
  for (const auto who : {simulate::control::timer, simulate::control::thermostat}) {
    auto& into = who == simulate::control::timer ? r.baselines.timer : r.baselines.thermostat;
    const auto itself = who == plan.control && !plan.contracts && plan.faults.empty();
    into = itself ? result<money>{r.totals.energy_cost} : cost_under(who, plan, signals);
    if (!into) return false;
  }
  return true;
}

int simulate_house(const simulate_options& o) {
  const auto house = load_or_complain(o.layout);
  if (!house) return wrong_usage;
  const auto world = read_world(o);
  if (!world) return wrong_usage;
  const auto when = period_of(o, *world);
  if (!when) return wrong_usage;
  auto faults = faults_of(o, *house, *when);
  if (!faults) return wrong_usage;
  auto signals = stop_signals{};
  const auto plan = simulate::season_plan{
      .house = house,
      .outdoor = world->outdoor,
      .sun = world->sun,
      .prices = world->prices,
      .day_ahead = world->day_ahead,
      .when = *when,
      .step = std::chrono::seconds{o.step_s},
      .control = simulate::control_named(o.control).value_or(simulate::control::planner),
      .contracts = o.with_node || o.bid,
      .bids = o.bid,
      .seed = o.seed,
      .faults = std::move(*faults),
      .recording = recording_of(o.record)};
  const auto began = stop_clock::now();
  auto lived = simulate::season_record{};
  const auto done = live(plan, "simulated", signals, lived);
  if (!done) {
    std::cerr << "scada simulate: " << o.layout << ": " << to_text(done.error()) << "\n";
    return wrong_usage;
  }
  if (!*done) std::cerr << "scada simulate: this is what there is by then\n";
  const auto wall = stop_clock::now() - began;
  const auto broken = lived.violations;
  const auto until =
      plan.when.from + simulate::slot_length * static_cast<std::int64_t>(lived.slots.size());
  auto r = record_of(o, plan, std::move(lived), std::min(until, plan.when.to));
  r.filled = world->filled;
  r.wall = wall;
  const auto compared = *done && compare(r, o, plan, signals);
  std::cout << (o.as_json ? summary_json(r) : summary_text(r)) << std::flush;
  if (!plan.faults.empty() || !broken.empty()) print_misfortune(plan, broken);
  if (!o.report.empty()) {
    if (const auto written = simulate::write_report(o.report, r); !written) {
      std::cerr << "scada simulate: " << to_text(written.error()) << "\n";
      return failed_to_run;
    }
    std::cerr << "report in " << o.report << ": open report.html in a browser\n";
  }
  return compared && broken.empty() ? ok : failed_to_run;
}

}  // namespace

void add_simulate(CLI::App& app, int& exit) {
  auto* command = app.add_subcommand(
      "simulate", "Live through weeks or years of weather and prices in a simulated plant");
  const auto o = std::make_shared<simulate_options>();
  command->add_option("LAYOUT", o->layout, "Layout file (YAML); its devices are stood in for")
      ->required();
  command->add_option("--weather", o->weather, "CSV: time_utc,outdoor_c")->required();
  command
      ->add_option("--prices", o->prices,
                   "CSV: time_utc,lmp_usd_per_mwh[,distribution_usd_per_mwh]")
      ->required();
  command->add_option("--day-ahead", o->day_ahead,
                      "CSV: time_utc,day_ahead_usd_per_mwh; the node plans by these prices");
  command->add_option("--from", o->from, "First moment: 2020-01-15 or 2020-01-15T05:00:00Z");
  command->add_option("--to", o->to, "Where it ends (default: with the files)");
  command->add_option("--control", o->control, "Who decides")
      ->check(CLI::IsMember{{"planner", "timer", "thermostat"}})
      ->capture_default_str();
  command->add_flag("--with-node", o->with_node,
                    "The node buys the cheapest hours of each day, as atn does");
  command->add_flag("--bid", o->bid, "The node plans and bids for every slot, as 'atn run --bid'");
  command->add_flag("--faults", o->draws_faults,
                    "Sensors, relays, bus, link, node, clock, actors, power and disk fail, drawn\n"
                    "from the seed; promises are watched");
  command->add_option("--fault", o->faults,
                      "KIND BEGIN SECONDS AMOUNT [PART]: this goes wrong (docs/simulate/swarm.md)");
  command->add_option("--report", o->report,
                      "Folder for report.html, summary.json and series.csv; made if need be");
  add_record_options(*command, o->record);
  command->add_flag("--json", o->as_json, "Print summary.json instead of sentences");
  command->add_flag("--alone", o->alone, "Don't live through it again with timer and thermostat");
  command->add_option("--step", o->step_s, "Seconds between two decisions")
      ->check(CLI::Range{1, 300})
      ->capture_default_str();
  command->add_option("--seed", o->seed, "Of noise and jitter")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--column", o->columns, "OURS=THEIRS[:UNIT] where a file has other names");
  command->add_option("--fill", o->fills, "previous|linear[:LIMIT] fills gaps of the files");
  command->add_option("--time-zone", o->time_zone, "Of times in the files that state none");
  command->footer(
      "The actors are those of `scada run`; plant, node and time are simulated.\n"
      "Exit codes: 0 lived to the end, 1 stopped before or a promise was broken, 2 it could not\n"
      "begin.");
  command->callback([o, &exit] { exit = simulate_house(*o); });
}

}  // namespace hearth::tools
