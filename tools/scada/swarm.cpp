#include "tools/simulate/swarm.hpp"

#include "layouts/suggest.hpp"
#include "tools/scada/commands.hpp"
#include "tools/scada/hosting.hpp"
#include "tools/scada/trial.hpp"
#include "tools/simulate/shrink.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <deque>
#include <fstream>
#include <iostream>
#include <list>
#include <map>
#include <poll.h>
#include <thread>
#include <unistd.h>

namespace hearth::tools {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using simulate::swarm_case;
using simulate::swarm_ground;
using simulate::violation;
using steady = std::chrono::steady_clock;

/// What breaks one promise mostly has one cause; so many of them are made small.
constexpr int shrunk_of_each_promise = 3;
/// Each try of what hangs takes all our patience.
constexpr int shrinking_tries_of_a_hang = 24;
constexpr std::size_t longest_text = 200;
const std::string no_hang = "no-hang", no_crash = "no-crash";

struct swarm_options {
  std::vector<std::string> layouts;
  std::string weather, prices, seeds = "300", keep;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  double timeout_s = 60;
  bool first = false, no_shrink = false;
};

/// Both ends included.
struct seed_range {
  std::uint64_t first = 1, last = 0;
};

std::optional<std::uint64_t> whole(std::string_view text) {
  auto n = std::uint64_t{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (failure != std::errc{} || end != text.data() + text.size()) return {};
  return n;
}

/// "300" or "301..600".
std::optional<seed_range> parse_seeds(const std::string& text) {
  const auto dots = text.find("..");
  const auto first = dots == std::string::npos ? 1 : whole(text.substr(0, dots));
  const auto last = whole(dots == std::string::npos ? text : text.substr(dots + 2));
  if (!first || !last || *first > *last || *last == UINT64_MAX) {
    std::cerr << "scada swarm: --seeds " << in_quotes(text)
              << " is no range; write 300 or 301..600\n";
    return {};
  }
  return seed_range{*first, *last};
}

std::string to_wire(const std::vector<violation>& broken) {
  auto out = json::array();
  for (const auto& v : broken) out.push_back({v.at.time_since_epoch().count(), v.promise, v.text});
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// What a trial of this plan came to.
std::vector<violation> judged(const result<std::string>& answer, const simulate::season_plan& plan,
                              double timeout_s) {
  if (!answer && answer.error().code == fault_code::timeout) {
    char text[64];
    std::snprintf(text, sizeof text, "not lived through within %g s", timeout_s);
    return {{plan.when.to, no_hang, text}};
  }
  if (!answer) return {{plan.when.to, no_crash, answer.error().detail}};
  auto out = std::vector<violation>{};
  for (const auto& v : json::parse(*answer))
    out.push_back({time_point{duration{v[0].get<std::int64_t>()}}, v[1], v[2]});
  return out;
}

trial trial_of(const simulate::season_plan& plan, double timeout_s) {
  return {[&] { return to_wire(simulate::live_through(plan)); },
          std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>{timeout_s})};
}

/// On one line that can be read, whatever a mad node put into it.
std::string to_text(const violation& v) {
  auto text = v.text.size() > longest_text ? v.text.substr(0, longest_text) + "..." : v.text;
  std::ranges::replace_if(
      text, [](unsigned char c) { return c < ' ' || c > '~'; }, '?');
  return to_iso8601(v.at) + " " + v.promise + ": " + text;
}

/// What is told of a small version of a failure.
std::string shrunk(const swarm_ground& ground, const swarm_case& failing,
                   const std::string& promise, double timeout_s) {
  auto said = std::string{};
  const auto breaks = [&](const simulate::season_plan& plan) -> std::optional<time_point> {
    for (const auto& v : judged(trial_of(plan, timeout_s).wait(), plan, timeout_s)) {
      if (v.promise != promise) continue;
      said = to_text(v);
      return v.at;
    }
    return {};
  };
  const auto tries =
      promise == no_hang ? shrinking_tries_of_a_hang : simulate::most_shrinking_tries;
  const auto small = simulate::shrink(failing.plan, breaks, tries);
  if (!small) return "shrunk  not at all: it was kept when it was tried again\n";
  const auto& plan = small->plan;
  return "shrunk  " + std::to_string(plan.faults.size()) +
         (plan.faults.size() == 1 ? " fault in " : " faults in ") +
         hearth::to_text(plan.when.to - plan.when.from) + ", found in " +
         std::to_string(small->tries) + " tries\n  " + said + "\n  " +
         command_of(ground, {failing.file, plan}) + "\n";
}

class swarm {
 public:
  swarm(const swarm_options& o, swarm_ground ground, seed_range seeds)
      : o_{o}, ground_{std::move(ground)}, seeds_{seeds}, next_{seeds.first} {}

  int run(stop_signals& signals) {
    auto stopped = false;
    while (!stopped) {
      while (jobs_.size() < o_.jobs && begin_one()) {
      }
      if (jobs_.empty()) break;
      wait_for_some();
      for (auto job = jobs_.begin(); job != jobs_.end();)
        if (auto answer = job->process.look()) {
          auto over = std::move(*job);
          job = jobs_.erase(job);
          take(over, *answer);
        } else {
          ++job;
        }
      stopped = signals.wait(0ms).has_value();
      show_progress();
    }
    jobs_.clear();
    for (const auto& f : failures_) tell(f);
    return sum_up(stopped);
  }

 private:
  /// A seed that broke something, while it is made small.
  struct failure {
    std::uint64_t seed;
    swarm_case which;
    std::vector<violation> broken;
    std::string shrunk;
  };
  struct job {
    std::uint64_t seed;
    bool shrinks;
    trial process;
  };

  bool begin_one() {
    for (auto& f : failures_)
      if (std::ranges::none_of(jobs_, [&](const job& j) { return j.seed == f.seed; })) {
        jobs_.push_back(
            {f.seed, true,
             trial{[&] { return shrunk(ground_, f.which, f.broken[0].promise, o_.timeout_s); },
                   24h}});
        return true;
      }
    if (next_ > seeds_.last || (o_.first && failed_ > 0)) return false;
    const auto seed = next_++;
    jobs_.push_back({seed, false, trial_of(draw_case(ground_, seed).plan, o_.timeout_s)});
    return true;
  }

  void wait_for_some() {
    auto all = std::vector<pollfd>{};
    for (const auto& j : jobs_) all.push_back({j.process.handle(), POLLIN, 0});
    ::poll(all.data(), all.size(), 100);
  }

  void take(const job& over, const result<std::string>& answer) {
    if (over.shrinks) {
      const auto f = std::ranges::find(failures_, over.seed, &failure::seed);
      f->shrunk = answer ? *answer : "shrunk  not at all: " + answer.error().detail + "\n";
      tell(*f);
      failures_.erase(f);
      return;
    }
    ++done_;
    auto which = draw_case(ground_, over.seed);
    auto broken = judged(answer, which.plan, o_.timeout_s);
    if (broken.empty()) return;
    ++failed_;
    const auto of_this_promise = ++by_promise_[broken[0].promise];
    auto f = failure{over.seed, std::move(which), std::move(broken), {}};
    if (o_.no_shrink || of_this_promise > shrunk_of_each_promise)
      tell(f);
    else
      failures_.push_back(std::move(f));
  }

  void tell(const failure& f) const {
    auto story = "seed " + std::to_string(f.seed) + " of " + f.which.file + " broke " +
                 f.broken[0].promise + "\n";
    for (const auto& v : f.broken) story += "  " + to_text(v) + "\n";
    for (const auto& s : f.which.plan.faults) story += "  fault " + to_text(s) + "\n";
    story += "again\n  " + command_of(ground_, f.which) + "\n" + f.shrunk;
    if (live_) std::fputs("\r\33[K", stderr);
    std::printf("%s\n", story.c_str());
    std::fflush(stdout);
    if (o_.keep.empty()) return;
    const auto file = std::filesystem::path{o_.keep} /
                      (f.broken[0].promise + "-seed-" + std::to_string(f.seed) + ".txt");
    auto out = std::ofstream{file};
    out << story;
    if (!out.flush()) std::cerr << "scada swarm: " << file.string() << " cannot be written\n";
  }

  [[nodiscard]] double spent_s() const {
    return std::chrono::duration<double>(steady::now() - began_).count();
  }

  /// On a terminal a line that moves, elsewhere one for each tenth.
  void show_progress() {
    const auto all = seeds_.last - seeds_.first + 1;
    const auto part = static_cast<double>(done_) / static_cast<double>(all);
    const auto spent = spent_s();
    if (live_ ? spent - shown_s_ < 0.2 : part < next_tenth_) return;
    shown_s_ = spent;
    while (next_tenth_ <= part) next_tenth_ += 0.1;
    const auto left =
        std::chrono::seconds{part > 0 ? static_cast<std::int64_t>(spent / part * (1 - part)) : 0};
    std::fprintf(stderr, "%s%ju of %ju seeds, %.1f/s, %ju failed, %s to go%s",
                 live_ ? "\r\33[K" : "", std::uintmax_t{done_}, std::uintmax_t{all},
                 static_cast<double>(done_) / spent, std::uintmax_t{failed_},
                 hearth::to_text(left).c_str(), live_ ? "" : "\n");
  }

  int sum_up(bool stopped) const {
    if (live_) std::fputs("\r\33[K", stderr);
    if (stopped)
      std::fprintf(stderr, "scada swarm: stopped before seed %ju\n", std::uintmax_t{next_});
    const auto days = static_cast<double>(done_) * static_cast<double>(ground_.length / 1h) / 24;
    auto broken = std::string{failed_ == 0 ? "every promise was kept" : ""};
    for (const auto& [promise, count] : by_promise_)
      broken += (broken.empty() ? "broken: " : ", ") + promise + " by " + std::to_string(count);
    std::printf("%ju seeds, %.0f simulated days in %.1f s (%.1f days/s): %s\n",
                std::uintmax_t{done_}, days, spent_s(), days / spent_s(), broken.c_str());
    return stopped || failed_ > 0 ? failed_to_run : ok;
  }

  const swarm_options& o_;
  swarm_ground ground_;
  seed_range seeds_;
  std::uint64_t next_, done_ = 0, failed_ = 0;
  std::map<std::string, int> by_promise_;  ///< of the first promise that each seed broke
  std::deque<failure> failures_;           ///< still to be told
  std::list<job> jobs_;
  steady::time_point began_ = steady::now();
  bool live_ = ::isatty(STDERR_FILENO) == 1;
  double shown_s_ = -1, next_tenth_ = 0.1;
};

/// Everything that was read, or nothing once it has been said why not.
std::optional<swarm_ground> read_ground(const swarm_options& o) {
  auto out = swarm_ground{};
  out.weather_file = o.weather;
  out.prices_file = o.prices;
  auto houses = std::map<std::string, std::shared_ptr<const layout>>{};
  for (const auto& file : o.layouts) {
    if (!houses.contains(file)) houses[file] = load_or_complain(file);
    if (!houses[file]) return {};
    out.homes.push_back({file, houses[file]});
  }
  auto weather = load_series(o.weather, weather_columns);
  auto prices = load_series(o.prices, price_columns);
  for (const auto* read : {&weather, &prices})
    for (const auto& d : read->diagnostics) std::cerr << to_text(d);
  if (weather.columns.empty() || prices.columns.empty()) return {};
  out.outdoor = std::make_shared<const series>(std::move(weather.columns.front()));
  out.prices = std::move(prices.columns);
  if (const auto why = useless(out)) {
    std::cerr << "scada swarm: " << *why << "\n";
    return {};
  }
  return out;
}

int run_swarm(const swarm_options& o) {
  const auto seeds = parse_seeds(o.seeds);
  if (!seeds) return wrong_usage;
  auto ground = read_ground(o);
  if (!ground) return wrong_usage;
  auto failure = std::error_code{};
  if (!o.keep.empty()) std::filesystem::create_directories(o.keep, failure);
  if (failure) {
    std::cerr << "scada swarm: " << o.keep << ": " << failure.message() << "\n";
    return wrong_usage;
  }
  auto signals = stop_signals{};
  return swarm{o, std::move(*ground), *seeds}.run(signals);
}

}  // namespace

void add_swarm(CLI::App& app, int& exit) {
  auto* command = app.add_subcommand(
      "swarm", "Live through many seasons of three days in which much goes wrong at once");
  const auto o = std::make_shared<swarm_options>();
  command
      ->add_option("LAYOUT", o->layouts,
                   "Layout files (YAML); one that is named twice is drawn twice as often")
      ->required();
  command->add_option("--weather", o->weather, "CSV: time_utc,outdoor_c")->required();
  command
      ->add_option("--prices", o->prices, "CSV: time_utc,lmp_usd_per_mwh,distribution_usd_per_mwh")
      ->required();
  command->add_option("--seeds", o->seeds, "How many, or from which to which: 300 or 301..600")
      ->take_last()
      ->capture_default_str();
  command->add_option("--jobs", o->jobs, "How many at a time (default: one for each core)")
      ->check(CLI::Range(1, 1024));
  command->add_option("--timeout", o->timeout_s, "Seconds after which a seed hangs")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--keep", o->keep, "A folder for one file of each seed that broke something")
      ->take_last();
  command->add_flag("--first", o->first, "Stop at the first seed that breaks something");
  command->add_flag("--no-shrink", o->no_shrink, "Don't look for fewer faults and less time");
  command->footer(
      "Each seed draws a house, three nights and what goes wrong in them, and is lived through in\n"
      "a process of its own. What breaks a promise is told with the command that does it again.\n"
      "Exit codes: 0 every promise was kept, 1 one was broken or it was stopped before the end,\n"
      "2 it could not begin.");
  command->callback([o, &exit] { exit = run_swarm(*o); });
}

}  // namespace hearth::tools
