#include "layouts/series_time.hpp"

#include "layouts/series_header.hpp"
#include "layouts/suggest.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace hearth {
namespace {

/// The years 1900 to 2199: what is outside is no weather or price of a house, and in milliseconds
/// instead of seconds everything is.
constexpr auto earliest = time_point{std::chrono::sys_days{std::chrono::year{1900} / 1 / 1}};
constexpr auto latest = time_point{std::chrono::sys_days{std::chrono::year{2200} / 1 / 1}};

std::optional<double> epoch_number(std::string_view text) {
  auto value = 0.0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc{} || stop != end || !std::isfinite(value)) return {};
  return value;
}

std::optional<time_point> from_epoch(double number, double to_ms) {
  const auto ms = number * to_ms;
  const auto bound = [](time_point t) { return static_cast<double>(t.time_since_epoch().count()); };
  if (ms < bound(earliest) || ms >= bound(latest)) return {};
  return time_point{duration{std::llround(ms)}};
}

/// "2020-01-15 05:00" and what else a clock on the wall shows, as if it were UTC.
std::optional<time_point> from_wall(std::string_view text) {
  constexpr auto date_alone = std::size_t{10};
  auto with_zone = std::array<char, 40>{};
  if (text.size() <= date_alone) return from_iso8601(text);
  if (text.size() >= with_zone.size()) return {};
  const auto end = std::ranges::copy(text, with_zone.begin()).out;
  *end = 'Z';
  return from_iso8601({with_zone.data(), text.size() + 1});
}

}  // namespace

series_clock::series_clock(const series_options& options, column_unit unit, std::string_view column)
    : hints_{options.hints},
      unit_{unit},
      column_{column},
      zone_{options.time_zone},
      clock_{options.time_zone.empty() ? "UTC" : options.time_zone} {}

tl::expected<time_point, series_clock::unreadable> series_clock::read(
    std::string_view text, std::optional<time_point> after) {
  if (unit_ == column_unit::epoch_s || unit_ == column_unit::epoch_ms) {
    const auto number = epoch_number(text);
    const auto t =
        number ? from_epoch(*number, unit_ == column_unit::epoch_s ? 1000 : 1) : std::nullopt;
    if (t) return *t;
    return tl::unexpected(no_time(text));
  }
  // A date alone is midnight where the clock hangs.
  const auto states_zone = zone_.empty() || text.size() > 10;
  if (const auto t = states_zone ? from_iso8601(text) : std::nullopt) return *t;
  const auto wall = from_wall(text);
  if (!wall || zone_.empty()) return tl::unexpected(no_time(text));
  if (const auto t = clock_.to_utc(*wall, after)) return *t;
  return tl::unexpected(unreadable{
      in_quotes(text) + " does not exist in " + zone_ + ", where clocks are set forward then",
      winter_hint(*wall)});
}

std::string series_clock::note_on(time_point from, time_point to) const {
  if (zone_.empty() || !clock_.is_set_back(from, to)) return {};
  const auto hint = winter_hint(from - std::chrono::hours{24});
  return "clocks of " + zone_ + " are set back then, and the file has the repeated hour once" +
         (hint.empty() ? "" : "; " + hint);
}

std::string series_clock::winter_hint(time_point near) const {
  const auto zone = clock_.without_summer_time(near);
  return zone ? "if its clock knows no summer time: --time-zone " + *zone : "";
}

series_clock::unreadable series_clock::no_time(std::string_view text) const {
  if (text.empty()) return {"no time", {}};
  const auto for_file = hints_ == series_hints::of_the_file;
  const auto as = [&](std::optional<column_unit> unit) {
    return option_for(series_time_column, column_, unit);
  };
  auto hint = std::string{"write UTC times like 2020-01-15T05:00:00Z"};
  if (!for_file) hint += ", or local ones like 2020-01-15 05:00 and --time-zone America/New_York";
  if (unit_ == column_unit::epoch_s || unit_ == column_unit::epoch_ms) {
    const auto seconds = unit_ == column_unit::epoch_s;
    const auto number = epoch_number(text);
    // Who mistakes one for the other is off by a thousand.
    if (number && from_epoch(*number, seconds ? 1 : 1000))
      return {in_quotes(text) + " is no time in " + (seconds ? "seconds" : "milliseconds") +
                  " since 1970",
              "it would be one in " + std::string{seconds ? "milli" : ""} +
                  "seconds: " + as(seconds ? column_unit::epoch_ms : column_unit::epoch_s)};
    return {in_quotes(text) + " is no time since 1970",
            from_iso8601(text) ? "it is ISO 8601: " + as({}) : ""};
  }
  if (from_wall(text))
    return {in_quotes(text) + " states no time zone",
            for_file ? hint
                     : "say whose clock it is: --time-zone America/New_York, or --time-zone UTC"};
  if (const auto number = epoch_number(text); number && !for_file && *number > 1e8)
    return {in_quotes(text) + " is no time",
            "if it counts from 1970: " +
                as(*number < 1e11 ? column_unit::epoch_s : column_unit::epoch_ms)};
  return {in_quotes(text) + " is no time", hint};
}

}  // namespace hearth
