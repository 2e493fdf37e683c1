#include "actors/portal/json_answer.hpp"
#include "actors/portal/parameters.hpp"
#include "actors/portal/past_json.hpp"
#include "actors/portal/portal_desk.hpp"

#include <array>

/// The past: read strictly, asked of the history, rendered.
namespace hearth {
namespace {

constexpr std::size_t most_channels = 32;
constexpr std::int64_t most_points = 10'000;
/// Numbers in one answer, of all channels: a megabyte of text.
constexpr std::int64_t most_numbers = 100'000;
constexpr std::int64_t most_items = 1'000;
constexpr auto longest_interval_s = std::int64_t{366} * 86'400;

constexpr auto folds =
    std::array{std::pair{"average", fold::average}, std::pair{"lowest", fold::lowest},
               std::pair{"highest", fold::highest}, std::pair{"integral", fold::integral}};

/// What kinds of items there are, besides those of later versions.
std::vector<std::string> kinds_of(parameters& given) { return given.texts("kind", 16); }

/// Buckets of equal length, or days, or months.
void read_buckets(parameters& given, const asked_window& window, std::int64_t channels, bucket& by,
                  duration& interval) {
  const auto word = given.one_of("by", {"interval", "day", "month"});
  const auto seconds = given.integer("interval_s", 1, longest_interval_s);
  if (word == "interval" || (seconds && !word)) by = bucket::interval;
  if (word == "day") by = bucket::day;
  if (word == "month") by = bucket::month;
  if (seconds && by != bucket::interval)
    given.blame("interval_s", "days and months have their own lengths");
  if (!seconds) return;
  interval = std::chrono::seconds{*seconds};
  const auto buckets = (window.to - window.from) / interval + 1;
  if (buckets > most_points || buckets * channels > most_numbers)
    given.blame("interval_s", "that would be " + std::to_string(buckets) +
                                  " values a channel; ask for longer intervals or less time");
}

struct read_history_query {
  history_query what;
  std::optional<web_response> wrong;
};

read_history_query history_query_of(const visit& v) {
  auto given = parameters{v.asked};
  auto out = history_query{};
  out.channels = given.texts("channel", most_channels);
  if (out.channels.empty()) given.blame("channel", "name at least one");
  for (const auto& name : out.channels)
    if (name.empty() || name.size() > 128) given.blame("channel", "this is no channel's name");
  const auto channels = std::max<std::int64_t>(1, static_cast<std::int64_t>(out.channels.size()));
  if (const auto window = window_of(given, longest_window)) {
    out.from = window->from;
    out.to = window->to;
    read_buckets(given, *window, channels, out.by, out.interval);
  }
  if (const auto points = given.integer("points", 1, most_points)) {
    if (*points * channels > most_numbers)
      given.blame("points",
                  "at most " + std::to_string(most_numbers / channels) + " for so many channels");
    out.points = static_cast<std::size_t>(*points);
  } else {
    out.points = std::min<std::size_t>(out.points, most_numbers / channels);
  }
  auto words = std::vector<std::string_view>{};
  for (const auto& [word, how] : folds) words.push_back(word);
  const auto how = given.one_of("fold", words);
  for (const auto& [word, meant] : folds)
    if (how == word) out.how = meant;
  return {std::move(out), given.wrong()};
}

/// The names that the house's history has are not known here: what it left out is unknown.
std::optional<web_response> unknown_channel(const history_query& asked, const history_answer& got) {
  if (got.series.size() >= asked.channels.size()) return {};
  for (const auto& name : asked.channels) {
    const auto is_named = [&](const history_series& s) { return s.channel == name; };
    if (std::none_of(got.series.begin(), got.series.end(), is_named))
      return problem(404, "the history has no channel of this name: " + name, "channel");
  }
  return {};
}

}  // namespace

web_response no_answer_in_time() {
  return problem(503, "whoever knows this is busy or not there; try again in a moment");
}

web_response why_not(const fault& f) {
  if (f.code == fault_code::unsupported) return problem(404, to_text(f));
  // What is wrong with the question stays wrong, however often it is asked.
  const auto is_asked_wrongly = f.code == fault_code::overflow ||
                                f.code == fault_code::out_of_range || f.code == fault_code::refused;
  return problem(is_asked_wrongly ? 422 : 503, to_text(f));
}

reply serve_history(portal_desk&, const visit& v) {
  auto read = history_query_of(v);
  if (read.wrong) return std::move(*read.wrong);
  return asked_of_history{
      read.what, or_why_not<history_answer>([asked = read.what](const history_answer& got) {
        if (auto unknown = unknown_channel(asked, got)) return std::move(*unknown);
        return web_response{
            200,
            {{"Content-Type", "application/json; charset=utf-8"}, {"Cache-Control", "no-store"}},
            history_json_text(got)};
      })};
}

reply serve_history_csv(portal_desk& desk, const visit& v) {
  auto read = history_query_of(v);
  if (read.wrong) return std::move(*read.wrong);
  const auto file =
      desk.view.house().site + "-" + to_iso8601(read.what.from).substr(0, 10) + ".csv";
  return asked_of_history{
      read.what, or_why_not<history_answer>([asked = read.what, file](const history_answer& got) {
        if (auto unknown = unknown_channel(asked, got)) return std::move(*unknown);
        return web_response{200,
                            {{"Content-Type", "text/csv; charset=utf-8; header=present"},
                             {"Content-Disposition", "attachment; filename=\"" + file + "\""},
                             {"Cache-Control", "no-store"}},
                            history_csv_text(got)};
      })};
}

reply serve_chronicle(portal_desk&, const visit& v) {
  auto given = parameters{v.asked};
  auto asked = chronicle_query{};
  asked.kinds = kinds_of(given);
  for (const auto& kind : asked.kinds)
    if (kind.empty() || kind.size() > 64) given.blame("kind", "this is no kind of item");
  const auto least = given.one_of("severity", {"info", "warning", "alarm"});
  if (least == "warning") asked.at_least = severity::warning;
  if (least == "alarm") asked.at_least = severity::alarm;
  if (const auto before = given.integer("before", 1, INT64_MAX))
    asked.before = static_cast<std::uint64_t>(*before);
  if (const auto limit = given.integer("limit", 1, most_items))
    asked.most = static_cast<std::size_t>(*limit);
  if (const auto window = window_of(given, longest_window)) {
    asked.from = window->from;
    asked.to = window->to;
  }
  if (auto wrong = given.wrong()) return std::move(*wrong);
  return asked_of_chronicle{std::move(asked), or_why_not<chronicle_page>([](const auto& page) {
                              return json(200, page_json(page));
                            })};
}

reply serve_moment(portal_desk&, const visit& v) {
  auto given = parameters{v.asked};
  const auto at = given.time("at_ms");
  if (!at) given.blame("at_ms", "it is missing");
  if (auto wrong = given.wrong()) return std::move(*wrong);
  return asked_of_moment{{*at}, or_why_not<moment_answer>([](const auto& known) {
                           return json(200, moment_json(known));
                         })};
}

reply serve_money(portal_desk&, const visit& v) {
  auto given = parameters{v.asked};
  auto asked = money_query{};
  if (const auto window = window_of(given, longest_window)) {
    asked.from = window->from;
    asked.to = window->to;
    read_buckets(given, *window, 1, asked.by, asked.interval);
    if (asked.by == bucket::interval && asked.interval <= duration{0})
      given.blame("interval_s", "say how long each row is, or by=day, or by=month");
  }
  if (auto wrong = given.wrong()) return std::move(*wrong);
  return asked_of_money{
      asked, or_why_not<money_answer>([](const auto& all) { return json(200, money_json(all)); })};
}

}  // namespace hearth
