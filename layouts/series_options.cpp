#include "layouts/series_options.hpp"

#include "layouts/quantity.hpp"
#include "layouts/suggest.hpp"
#include "layouts/time_zone.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>

namespace hearth {
namespace {

using enum column_unit;

struct unit_entry {
  column_unit unit;
  std::string_view name;
  double factor;  ///< our number = (theirs + offset) * factor
  double offset;
};

constexpr std::array units{
    unit_entry{as_named, "as named", 1, 0},
    unit_entry{celsius, "celsius", 1, 0},
    unit_entry{fahrenheit, "fahrenheit", 5.0 / 9.0, -32},
    unit_entry{kelvin, "kelvin", 1, -273.15},
    unit_entry{usd_per_mwh, "usd_per_mwh", 1, 0},
    unit_entry{usd_per_kwh, "usd_per_kwh", 1000, 0},
    unit_entry{cents_per_kwh, "cents_per_kwh", 10, 0},
    unit_entry{iso8601, "iso8601", 1, 0},
    unit_entry{epoch_s, "epoch_s", 1, 0},
    unit_entry{epoch_ms, "epoch_ms", 1, 0},
};
static_assert(units.back().unit == epoch_ms &&
              units.size() == static_cast<std::size_t>(epoch_ms) + 1);

constexpr std::array temperature_units{celsius, fahrenheit, kelvin};
constexpr std::array price_units{usd_per_mwh, usd_per_kwh, cents_per_kwh};
constexpr std::array time_units{iso8601, epoch_s, epoch_ms};

/// How others end the names of their columns, in small letters.
struct told_unit {
  std::string_view ending;
  column_unit unit;
};
constexpr std::array told_units{
    told_unit{"_f", fahrenheit},
    told_unit{"°f", fahrenheit},
    told_unit{"(f)", fahrenheit},
    told_unit{"[f]", fahrenheit},
    told_unit{"degf", fahrenheit},
    told_unit{"fahrenheit", fahrenheit},
    told_unit{"(°f)", fahrenheit},
    told_unit{"[°f]", fahrenheit},
    told_unit{"_k", kelvin},
    told_unit{"(k)", kelvin},
    told_unit{"kelvin", kelvin},
    told_unit{"usd_per_kwh", usd_per_kwh},
    told_unit{"usd/kwh", usd_per_kwh},
    told_unit{"$/kwh", usd_per_kwh},
    told_unit{"cents", cents_per_kwh},
    told_unit{"cents_per_kwh", cents_per_kwh},
    told_unit{"cents/kwh", cents_per_kwh},
    told_unit{"c/kwh", cents_per_kwh},
    told_unit{"¢/kwh", cents_per_kwh},
    told_unit{"usd/kwh)", usd_per_kwh},
    told_unit{"$/kwh)", usd_per_kwh},
    told_unit{"cents/kwh)", cents_per_kwh},
    told_unit{"epoch_ms", epoch_ms},
    told_unit{"unix_ms", epoch_ms},
    told_unit{"epoch", epoch_s},
    told_unit{"epoch_s", epoch_s},
    told_unit{"unix", epoch_s},
    told_unit{"unixtime", epoch_s},
};

std::vector<std::string> texts(std::span<const std::string_view> names) {
  return {names.begin(), names.end()};
}

tl::unexpected<std::string> wrong(std::string_view option, std::string_view word,
                                  const std::string& why) {
  return tl::unexpected(std::string{option} + " " + in_quotes(word) + ": " + why);
}

bool is_known(std::string_view column) {
  return std::ranges::find(series_columns, column) != series_columns.end();
}

std::string no_such_column(std::string_view column) {
  return "there is no column " + in_quotes(column) + " to read; " +
         suggestion(column, texts(series_columns), listing::always);
}

constexpr auto column_form = "write it like outdoor_c=NAME or outdoor_c=NAME:fahrenheit";
constexpr auto fill_form = "write it like previous, linear:6h or outdoor_c=linear:6h";

}  // namespace

std::string_view name_of(column_unit u) { return units[static_cast<std::size_t>(u)].name; }

std::span<const column_unit> units_for(std::string_view column) {
  if (column == series_time_column) return time_units;
  if (column.ends_with("_c")) return temperature_units;
  if (column.ends_with("_usd_per_mwh")) return price_units;
  return {};
}

double converted(double number, column_unit from) {
  const auto& row = units[static_cast<std::size_t>(from)];
  return (number + row.offset) * row.factor;
}

std::optional<column_unit> unit_told_by(std::string_view column) {
  auto small = std::string{column};
  std::ranges::transform(small, small.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const auto& told : told_units)
    if (small.ends_with(told.ending)) return told.unit;
  return {};
}

std::string_view name_of(fill_rule r) {
  switch (r) {
  case fill_rule::refuse: return "refuse";
  case fill_rule::previous: return "previous";
  case fill_rule::linear: return "linear";
  }
  return "";
}

series_fill series_options::fill_of(std::string_view column) const {
  auto found = series_fill{};
  for (const auto& fill : fills)
    if (fill.column == column || (fill.column.empty() && found.column.empty())) found = fill;
  return found;
}

tl::expected<column_choice, std::string> parse_column_choice(std::string_view word) {
  constexpr auto option = "--column";
  const auto equals = word.find('=');
  if (equals == std::string_view::npos || equals == 0 || equals + 1 == word.size())
    return wrong(option, word, column_form);
  auto choice =
      column_choice{std::string{word.substr(0, equals)}, std::string{word.substr(equals + 1)}};
  if (!is_known(choice.column)) return wrong(option, word, no_such_column(choice.column));

  const auto colon = choice.found.rfind(':');
  if (colon == std::string::npos) return choice;
  const auto unit = std::string_view{choice.found}.substr(colon + 1);
  auto fitting = std::vector<std::string>{};
  for (const auto u : units_for(choice.column)) fitting.emplace_back(name_of(u));
  const auto row = std::ranges::find(units, unit, &unit_entry::name);
  const auto fits = std::ranges::find(fitting, unit) != fitting.end();
  if (row == units.end() || row->unit == as_named) {
    // A colon may be part of a column's name; a slip of the finger is not.
    if (!nearest(unit, fitting)) return choice;
    return wrong(
        option, word,
        "unknown unit " + in_quotes(unit) + "; " + suggestion(unit, fitting, listing::always));
  }
  if (!fits)
    return wrong(option, word,
                 choice.column + " cannot be in " + std::string{unit} + "; " +
                     suggestion(unit, fitting, listing::always));
  if (colon == 0) return wrong(option, word, column_form);
  choice.unit = row->unit;
  choice.found.resize(colon);
  return choice;
}

tl::expected<series_fill, std::string> parse_series_fill(std::string_view word) {
  constexpr auto option = "--fill";
  auto fill = series_fill{};
  auto rest = word;
  if (const auto equals = rest.find('='); equals != std::string_view::npos) {
    fill.column = rest.substr(0, equals);
    rest.remove_prefix(equals + 1);
    if (!is_known(fill.column) || fill.column == series_time_column)
      return wrong(option, word, no_such_column(fill.column));
  }
  const auto colon = rest.find(':');
  const auto rule = rest.substr(0, colon);
  if (rule == "previous") {
    fill.rule = fill_rule::previous;
  } else if (rule == "linear") {
    fill.rule = fill_rule::linear;
  } else {
    const auto near = nearest(rule, {"previous", "linear"});
    return wrong(option, word, (near ? "did you mean " + in_quotes(*near) + "? " : "") + fill_form);
  }
  if (colon == std::string_view::npos) return fill;
  const auto limit = parse_quantity(rest.substr(colon + 1), dimension::duration);
  if (!limit) return wrong(option, word, limit.error().message + "; " + limit.error().hint);
  constexpr auto most = 10.0 * 366 * 24 * 3600;
  if (*limit <= 0 || *limit > most)
    return wrong(option, word, "the longest gap must be between 1 s and ten years");
  fill.longest = duration{std::llround(*limit * 1000)};
  return fill;
}

tl::expected<series_options, std::string> parse_series_options(
    const std::vector<std::string>& column_words, const std::vector<std::string>& fill_words,
    const std::string& time_zone) {
  auto options = series_options{};
  options.hints = series_hints::of_the_command_line;
  for (const auto& word : column_words) {
    auto choice = parse_column_choice(word);
    if (!choice) return tl::unexpected(choice.error());
    // Files may call their times differently, but each of the other columns stands in one file.
    const auto again = std::ranges::find(options.columns, choice->column, &column_choice::column);
    if (choice->column != series_time_column && again != options.columns.end())
      return wrong("--column", word, choice->column + " is already " + in_quotes(again->found));
    options.columns.push_back(std::move(*choice));
  }
  for (const auto& word : fill_words) {
    auto fill = parse_series_fill(word);
    if (!fill) return tl::unexpected(fill.error());
    if (std::ranges::find(options.fills, fill->column, &series_fill::column) != options.fills.end())
      return wrong("--fill", word,
                   (fill->column.empty() ? "every column" : fill->column) + " has a rule already");
    options.fills.push_back(std::move(*fill));
  }
  if (!time_zone.empty()) {
    if (const auto unknown = wrong_time_zone(time_zone))
      return tl::unexpected("--time-zone: " + unknown->message + "; " + unknown->hint);
    options.time_zone = time_zone;
  }
  return options;
}

}  // namespace hearth
