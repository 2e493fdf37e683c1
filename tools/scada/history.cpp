#include "actors/history/feed_store.hpp"
#include "drivers/ports/posix_history_files.hpp"
#include "tools/scada/commands.hpp"
#include "tools/scada/hosting.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <unistd.h>

namespace hearth::tools {
namespace {

struct history_command {
  std::string layout, folder, state = default_state_folder();
  std::vector<std::string> channels;
  std::string from, to, fold = "average", by, output, target, channel, unit;
  double interval_s = 0;
  std::size_t points = 1000;
  bool json = false, csv = false;
};

int complain(const std::string& what, int code) {
  std::cerr << "scada history: " << what << "\n";
  return code;
}

/// How far it is, on one line that the next such word overwrites; nothing into a file or a pipe.
void show_progress(const std::string& how_far) {
  if (::isatty(STDERR_FILENO) == 1) std::cerr << "\r\x1b[K" << how_far << std::flush;
}

time_point system_now() { return std::chrono::floor<duration>(std::chrono::system_clock::now()); }

/// A history that was found, and what keeps others from writing it.
struct found_history {
  std::unique_ptr<site_claim> claim;
  std::unique_ptr<feed_store> store;
};

/// How the folder's own index says it is kept: a folder is read without its layout.
feed_plan plan_of(const history_command& c, const layout* house) {
  auto plan = feed_plan{};
  if (house) {
    plan.timezone = house->timezone;
    if (house->history) plan.kept = *house->history;
  }
  if (const auto text = std::ifstream{std::filesystem::path{c.folder} / "index"}) {
    auto all = std::string{std::istreambuf_iterator<char>{text.rdbuf()}, {}};
    if (const auto index = index_from(all); index && 60 % index->interval_s == 0 && !house)
      plan.kept.interval = std::chrono::seconds{index->interval_s};
  }
  return plan;
}

/// Opens it, or says why not.
int open_history(history_command& c, bool to_write, found_history& into) {
  auto house = std::shared_ptr<const layout>{};
  if (c.layout.empty() == c.folder.empty())
    return complain("say which history: --layout FILE, or --folder DIR", wrong_usage);
  if (!c.layout.empty()) {
    house = load_or_complain(c.layout);
    if (!house) return wrong_usage;
    c.folder = (std::filesystem::path{c.state} / (house->site + ".history")).string();
    if (to_write) {
      into.claim = std::make_unique<site_claim>(house->site);
      if (!into.claim->held()) {
        site_claim::explain(house->site);
        return already_running;
      }
    }
  }
  auto plan = plan_of(c, house.get());
  plan.read_only = !to_write;
  auto files =
      open_history_files(c.folder, to_write ? history_access::write : history_access::read);
  if (!files)
    return complain(files.error().detail,
                    files.error().code == fault_code::refused ? already_running : failed_to_run);
  auto store = feed_store::open(std::move(*files), plan, system_now());
  if (!store) return complain(to_text(store.error()), failed_to_run);
  into.store = std::move(*store);
  for (const auto& problem : into.store->take_problems()) std::cerr << "note: " << problem << "\n";
  return ok;
}

std::string time_text(const std::optional<time_point>& t) { return t ? to_iso8601(*t) : "-"; }

/// A value as short as it can be read back.
std::string number_text(float value) {
  auto text = std::array<char, 32>{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

int list(const feed_store& store) {
  std::cout << "id\tchannel\tunit\tfirst\tlast\n";
  for (const auto& [id, feed] : store.feeds())
    std::cout << id << "\t" << feed.channel << "\t" << feed.unit << "\t"
              << time_text(store.first(id)) << "\t" << time_text(store.newest(id)) << "\n";
  return ok;
}

/// What the options ask for; nothing, after saying why, if they make no question.
std::optional<history_query> query_from(const history_command& c, const feed_store& store) {
  auto query = history_query{};
  const auto time = [](const std::string& text, const char* option,
                       std::optional<time_point> otherwise) -> std::optional<time_point> {
    if (text.empty()) return otherwise.value_or(time_point{});
    const auto read = from_iso8601(text);
    if (!read)
      complain(std::string{option} + " '" + text + "' is no time; write 2026-01-15T05:00:00Z", 0);
    return read;
  };
  auto last = std::optional<time_point>{};
  for (const auto& [id, feed] : store.feeds()) {
    if (c.channels.empty()) query.channels.push_back(feed.channel);
    if (const auto one = store.newest(id)) last = last ? std::max(*last, *one) : one;
  }
  for (const auto& channel : c.channels) {
    const auto known = std::ranges::any_of(
        store.feeds(), [&](const auto& feed) { return feed.second.channel == channel; });
    if (!known) {
      complain("there is no channel '" + channel + "'; 'scada history list' shows all", 0);
      return {};
    }
    query.channels.push_back(channel);
  }
  if (last) *last += std::chrono::seconds{1};
  const auto from = time(c.from, "--from", store.oldest());
  const auto to = time(c.to, "--to", last);
  if (!from || !to) return {};
  query.from = *from;
  query.to = *to;
  query.points = c.points;
  query.interval = duration{static_cast<std::int64_t>(c.interval_s * 1000)};
  query.by = c.by == "day" ? bucket::day : c.by == "month" ? bucket::month : bucket::interval;
  query.how = c.fold == "lowest"     ? fold::lowest
              : c.fold == "highest"  ? fold::highest
              : c.fold == "integral" ? fold::integral
                                     : fold::average;
  return query;
}

void print_csv(std::ostream& out, const history_answer& answer) {
  out << "time_utc";
  for (const auto& series : answer.series) {
    auto name = series.channel + " (" + series.unit + ")";
    if (name.find_first_of(",\"") != std::string::npos) {
      for (auto at = name.find('"'); at != std::string::npos; at = name.find('"', at + 2))
        name.insert(at, 1, '"');
      name = '"' + name + '"';
    }
    out << "," << name;
  }
  out << "\r\n";
  const auto rows = answer.series.empty() ? 0 : answer.series[0].starts.size();
  for (auto n = std::size_t{0}; n < rows; ++n) {
    out << to_iso8601(answer.series[0].starts[n]);
    for (const auto& series : answer.series)
      out << "," << (series.values[n] ? number_text(*series.values[n]) : "");
    out << "\r\n";
  }
}

void print_json(std::ostream& out, const history_answer& answer) {
  auto all = nlohmann::ordered_json{};
  all["interval_s"] = answer.interval == duration{0}
                          ? nlohmann::ordered_json{}
                          : nlohmann::ordered_json(answer.interval / std::chrono::seconds{1});
  all["series"] = nlohmann::ordered_json::array();
  for (const auto& series : answer.series) {
    auto one = nlohmann::ordered_json{{"channel", series.channel}, {"unit", series.unit}};
    one["starts_ms"] = nlohmann::ordered_json::array();
    for (const auto start : series.starts)
      one["starts_ms"].push_back(start.time_since_epoch().count());
    one["values"] = nlohmann::ordered_json::array();
    for (const auto& value : series.values)
      one["values"].push_back(value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json{});
    all["series"].push_back(std::move(one));
  }
  out << all.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n";
}

int write_out(const history_command& c, const feed_store& store) {
  const auto query = query_from(c, store);
  if (!query) return wrong_usage;
  if (query->by != bucket::interval && c.layout.empty())
    std::cerr << "note: days and months are those of UTC, for a folder does not know its house's "
                 "time zone; --layout does\n";
  const auto answer = store.ask(*query);
  if (!answer) return complain(answer.error().detail, wrong_usage);
  auto file = std::ofstream{};
  if (!c.output.empty()) file.open(c.output, std::ios::binary);
  auto& out = c.output.empty() ? std::cout : file;
  if (c.json)
    print_json(out, *answer);
  else
    print_csv(out, *answer);
  out.flush();
  if (!out)
    return complain("cannot write " + (c.output.empty() ? "the output" : c.output), failed_to_run);
  return ok;
}

int take_along(const history_command& c, const feed_store& store) {
  auto into = open_history_files(c.target, history_access::transfer);
  if (!into) return complain(into.error().detail, failed_to_run);
  const auto interval = duration{static_cast<std::int64_t>(c.interval_s * 1000)};
  auto notes = std::string{};
  auto names = std::string{"id\tchannel\tunit\tslots\tinterval_s\n"};
  for (const auto& [id, feed] : store.feeds()) {
    const auto stem = std::to_string(id);
    for (const auto* suffix : {".meta", ".dat"}) {
      const auto there = (*into)->size(stem + suffix);
      if (there && *there)
        return complain(c.target + "/" + stem + suffix + " is there already and stays as it is",
                        wrong_usage);
    }
    show_progress(std::to_string(id) + " of " + std::to_string(store.feeds().size()));
    const auto written = store.write_phpfina(id, interval, **into, stem);
    if (!written)
      return complain(written.error().detail, written.error().code == fault_code::unsupported
                                                  ? wrong_usage
                                                  : failed_to_run);
    names += stem + "\t" + feed.channel + "\t" + feed.unit + "\t" + std::to_string(written->slots) +
             "\t" + std::to_string(written->interval_s) + "\n";
    if (written->coarser)
      notes += "note: of " + feed.channel + " nothing finer is left than " +
               std::to_string(written->interval_s) + " s\n";
    else if (written->slots == 0)
      notes += "note: nothing was ever measured of " + feed.channel + "\n";
  }
  show_progress({});
  std::cerr << notes << store.feeds().size() << " feeds written\n";
  if (auto done = (*into)->write("feeds.tsv", 0, names); !done)
    return complain(done.error().detail, failed_to_run);
  return ok;
}

int take_over(const history_command& c, feed_store& store) {
  auto file = std::filesystem::path{c.target};
  if (file.extension() == ".meta" || file.extension() == ".dat") file.replace_extension();
  auto from =
      open_history_files(file.has_parent_path() ? file.parent_path() : ".", history_access::read);
  if (!from) return complain(from.error().detail, failed_to_run);
  const auto size = (*from)->size(file.filename().string() + ".meta");
  if (!size || !*size) return complain("there is no " + file.string() + ".meta", wrong_usage);
  auto unit = c.unit;
  for (const auto& [id, feed] : store.feeds())
    if (feed.channel == c.channel && unit.empty()) unit = feed.unit;
  const auto id = store.declare(c.channel, unit);
  if (!id) return complain(id.error().detail, wrong_usage);
  const auto taken =
      store.read_phpfina(*id, **from, file.filename().string(), system_now(),
                         [](std::uint64_t n) { show_progress(std::to_string(n) + " slots"); });
  show_progress({});
  if (!taken)
    return complain(taken.error().detail,
                    taken.error().code == fault_code::io ? failed_to_run : wrong_usage);
  std::cout << *taken << " slots taken over as " << c.channel << "\n";
  return ok;
}

int look_through(feed_store& store, bool heals) {
  const auto report = store.check(
      system_now(), [](std::uint64_t n) { show_progress(std::to_string(n) + " pages"); });
  if (!report) return complain(report.error().detail, failed_to_run);
  show_progress({});
  for (const auto& problem : report->problems) std::cout << problem << "\n";
  std::cout << report->pages << " pages read, " << report->rotten << " rotten, " << report->healed
            << " healed\n";
  if (!heals && report->rotten > 0)
    std::cout << "'scada history heal' folds what can be folded again\n";
  return report->rotten == report->healed ? ok : failed_to_run;
}

/// What is on the disk, and what a day and ten years of this house come to.
int budget(const feed_store& store, const history_layout& kept) {
  const auto status = store.status(system_now());
  const auto feeds = static_cast<double>(status.feeds);
  const auto per_day = [](duration interval) {
    return 86'400'000.0 / static_cast<double>(interval.count());
  };
  const auto days = [](duration d) { return static_cast<double>(d.count()) / 86'400'000.0; };
  const auto mb = [](double bytes) { return bytes / 1e6; };
  const auto finest = 4 * per_day(kept.interval);
  const auto minutes = 4 * 1440.0, quarters = 16 * 96.0, hours = 16 * 24.0;
  const auto ten_years = 3652.5;
  const auto each = finest * days(kept.keep_finest) + minutes * days(kept.keep_minutes) +
                    quarters * days(kept.keep_quarters) + hours * ten_years;
  std::printf("feeds\t%.0f\n", feeds);
  std::printf("on disk now\t%.1f MB\n", mb(static_cast<double>(status.bytes)));
  std::printf("one channel, one year by the hour\t%.2f MB\n", mb(hours * 365.25));
  std::printf("one channel after ten years\t%.1f MB\n", mb(each));
  std::printf("all of them after ten years\t%.0f MB\n", mb(each * feeds));
  std::printf("values written in a day, log and feeds\t%.1f MB\n",
              mb((2 * finest + minutes + quarters + hours) * feeds));
  return ok;
}

}  // namespace

void add_history(CLI::App& app, int& exit) {
  auto* command = app.add_subcommand("history", "List, export, take along, take over, check feeds");
  const auto c = std::make_shared<history_command>();
  command->require_subcommand(1);
  command->add_option("--layout", c->layout, "The layout of the house whose history it is");
  command->add_option("--state", c->state, "The folder of what survives its restarts")
      ->capture_default_str();
  command->add_option("--folder", c->folder, "Or the history's folder itself, SITE.history");
  command->footer(
      "Reading works beside a running scada; import and heal want it stopped.\n"
      "  scada history --folder maine.history list\n"
      "  scada history --folder maine.history export power --from 2026-01-01 --interval 3600\n"
      "  scada history --layout maine.yaml phpfina feeds/\n"
      "Exit codes: 0 done, 1 the disk said no or pages stay rotten, 2 a question that cannot be\n"
      "answered, 3 another program writes this history.");

  const auto add = [&](const char* name, const char* about, bool writes, auto work) {
    auto* sub = command->add_subcommand(name, about);
    sub->fallthrough();
    sub->callback([c, &exit, writes, work] {
      auto found = found_history{};
      exit = open_history(*c, writes, found);
      if (exit == ok) exit = work(*c, *found.store);
    });
    return sub;
  };
  add("list", "All channels: id, name, unit, first and last value, tab-separated", false,
      [](const history_command&, feed_store& store) { return list(store); });
  auto* out = add("export", "Values as CSV or JSON", false,
                  [](const history_command& k, feed_store& store) { return write_out(k, store); });
  out->add_option("CHANNEL", c->channels, "Which (default: all)");
  out->add_option("--from", c->from, "2026-01-15T05:00:00Z or 2026-01-15 (default: the first)");
  out->add_option("--to", c->to, "Until then, excluded (default: the last)");
  out->add_option("--interval", c->interval_s, "Seconds a row (default: what makes --points)")
      ->check(CLI::Range(0.0, 1e9));
  out->add_option("--points", c->points, "Rows, about (default: 1000)")
      ->check(CLI::Range(1, 1'000'000));
  out->add_option(
         "--by", c->by,
         "Rows of a day or month instead: of the house's time zone with --layout, else of UTC")
      ->check(CLI::IsMember({"day", "month"}));
  out->add_option("--fold", c->fold,
                  "average, lowest, highest or integral (Wh of W, and of a counter of Wh)")
      ->check(CLI::IsMember({"average", "lowest", "highest", "integral"}));
  auto* csv = out->add_flag("--csv", c->csv, "CSV, RFC 4180 (the default)");
  out->add_flag("--json", c->json, "One JSON object")->excludes(csv);
  out->add_option("-o,--output", c->output, "Into this file (default: the standard output)");
  auto* along =
      add("phpfina", "Write a PHPFina pair per channel, and feeds.tsv with their names", false,
          [](const history_command& k, feed_store& store) { return take_along(k, store); });
  along->add_option("DIR", c->target, "Into this folder")->required();
  along
      ->add_option("--interval", c->interval_s,
                   "Seconds: 60, 900 and 3600 reach back further (default: the finest)")
      ->check(CLI::Range(0.0, 1e9));
  auto* over = add("import", "Take a PHPFina feed over; what is measured already stays", true,
                   [](const history_command& k, feed_store& store) { return take_over(k, store); });
  over->add_option("FEED", c->target, "DIR/ID.meta")->required();
  over->add_option("--as", c->channel, "The channel it becomes")->required();
  over->add_option("--unit", c->unit, "Its unit, such as W (default: the channel's)");
  add("check", "Read every page and hold it against its checksum", false,
      [](const history_command&, feed_store& store) { return look_through(store, false); });
  add("heal", "The same, and fold what can be folded again from finer feeds", true,
      [](const history_command&, feed_store& store) { return look_through(store, true); });
  auto* sizes =
      command->add_subcommand("budget", "What is on the disk, and what ten years come to");
  sizes->fallthrough();
  sizes->callback([c, &exit] {
    auto found = found_history{};
    exit = open_history(*c, false, found);
    if (exit != ok) return;
    const auto house = c->layout.empty() ? nullptr : load_or_complain(c->layout);
    exit = budget(*found.store, plan_of(*c, house.get()).kept);
  });
}

}  // namespace hearth::tools
