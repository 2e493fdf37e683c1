#include "layouts/series.hpp"

#include "layouts/series_even.hpp"
#include "layouts/series_header.hpp"
#include "layouts/series_time.hpp"
#include "layouts/suggest.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

namespace hearth {
namespace {

/// The coldest and the hottest that anybody measured on Earth, with room.
constexpr auto coldest_c = -95.0;
constexpr auto hottest_c = 60.0;

std::optional<double> number_of(std::string_view text) {
  auto value = 0.0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || !std::isfinite(value)) return {};
  return value;
}

/// What programs write where they have no number.
bool says_nothing(std::string_view text) {
  if (text.empty()) return true;
  if (text.size() > 4) return false;
  auto small = std::string{text};
  std::ranges::transform(small, small.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::array nothings{"nan", "na", "n/a", "null", "none", "-", "--"};
  return std::ranges::find(nothings, small) != nothings.end();
}

bool has_decimal_comma(std::string_view text) {
  const auto comma = text.find(',');
  if (comma == std::string_view::npos) return false;
  const auto with_point =
      std::string{text.substr(0, comma)} + "." + std::string{text.substr(comma + 1)};
  return text.size() < 32 && number_of(with_point).has_value();
}

parsed_series unreadable(const std::string& file, std::string message, std::string hint = {}) {
  return {{}, {{file, {1, 1}, std::move(message), std::move(hint)}}};
}

/// Reads one file row by row into `raw_series`.
class series_reader {
 public:
  series_reader(std::span<const std::string_view> wanted, const series_options& options,
                complaints& wrong)
      : wanted_{wanted}, options_{options}, wrong_{wrong} {
    raw_.columns.resize(wanted.size());
  }

  void take(std::string_view text, int line) {
    if (places_.empty()) {
      separator_ = separator_of(text);
      split_row(text, separator_, fields_);
      places_ = find_columns(fields_, line, wanted_, options_, wrong_);
      named_ = fields_.size();
      for (const auto& place : places_)
        found_.emplace_back(place.place < named_ ? fields_[place.place].text : "");
      clock_.emplace(options_, places_.front().unit, found_.front());
      return;
    }
    split_row(text, separator_, fields_);
    ++rows_;
    for (auto extra = named_; extra < fields_.size(); ++extra) {
      if (fields_[extra].text.empty()) continue;
      wrong_.add({line, fields_[extra].column},
                 std::to_string(fields_.size()) + " fields, but the first row names " +
                     std::to_string(named_) + " columns",
                 separator_ == ',' ? "write decimals with a point, and quotes around commas" : "");
      break;
    }
    const auto end = static_cast<int>(text.size()) + 1;
    const auto cell = [&](std::size_t place) {
      return place < fields_.size() ? fields_[place] : csv_field{{}, end};
    };
    take_time(cell(places_.front().place), line);
    for (std::size_t c = 0; c < wanted_.size(); ++c)
      take_value(c, cell(places_[c + 1].place), line);
  }

  [[nodiscard]] bool has_header() const { return !places_.empty(); }
  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] const raw_series& raw() const { return raw_; }
  [[nodiscard]] const series_clock& clock() const { return *clock_; }

 private:
  void take_time(const csv_field& time, int line) {
    const auto before = raw_.rows.empty() ? std::nullopt : std::optional{raw_.rows.back().time};
    auto t = clock_->read(time.text, before);
    has_time_ = t.has_value();
    if (has_time_) {
      raw_.rows.push_back({*t, line, time.column, after_unreadable_});
      after_unreadable_ = false;
    } else {
      after_unreadable_ = true;
      wrong_.add({line, time.column}, std::move(t.error().message), std::move(t.error().hint));
    }
  }

  void take_value(std::size_t c, const csv_field& value, int line) {
    auto& column = raw_.columns[c];
    const auto number = number_of(value.text);
    if (!number && !says_nothing(value.text)) complain_of(c, value, line);
    if (!number && says_nothing(value.text) && has_time_)
      column.absent.push_back({raw_.rows.size() - 1, value.column, value.text});
    const auto ours = number ? converted(*number, places_[c + 1].unit) : 0.0;
    // Water in a tank may be hotter than any air.
    const auto outdoors = wanted_[c] == weather_columns.front();
    if (number && outdoors && (ours < coldest_c || ours > hottest_c))
      complain_of_temperature(c, value, line);
    else if (!std::isfinite(ours))
      complain_of(c, value, line);
    // What is complained of or absent has a number too, so that the rows stay in step; it is
    // never read.
    if (has_time_) column.values.push_back(ours);
  }

  void complain_of(std::size_t c, const csv_field& value, int line) {
    const auto comma = has_decimal_comma(value.text);
    wrong_.add({line, value.column}, in_quotes(value.text) +
                                         (comma ? " has a decimal comma: " : " is no number for ") +
                                         (comma ? "write a point" : std::string{wanted_[c]}));
  }

  void complain_of_temperature(std::size_t c, const csv_field& value, int line) {
    const auto as_named = places_[c + 1].unit == column_unit::as_named;
    wrong_.add({line, value.column},
               in_quotes(value.text) + " is no temperature on Earth for " + std::string{wanted_[c]},
               "leave the cell empty if there is no value" +
                   std::string{as_named && options_.hints == series_hints::of_the_command_line
                                   ? "; are they °F? " + option_for(wanted_[c], found_[c + 1],
                                                                    column_unit::fahrenheit)
                                   : ""});
  }

  std::span<const std::string_view> wanted_;
  const series_options& options_;
  complaints& wrong_;
  char separator_ = ',';
  std::size_t named_ = 0;
  std::vector<found_column> places_;  ///< the time first
  std::vector<std::string> found_;    ///< what the file calls them
  std::optional<series_clock> clock_;
  std::vector<csv_field> fields_;  ///< of the row being read
  bool has_time_ = false;          ///< the row being read
  bool after_unreadable_ = false;
  std::size_t rows_ = 0;
  raw_series raw_;
};

/// What makes a file unreadable as a whole.
std::optional<parsed_series> not_text(std::string_view csv, const std::string& file) {
  if (csv.starts_with("\xFF\xFE") || csv.starts_with("\xFE\xFF"))
    return unreadable(file, "is UTF-16", "save it as UTF-8");
  if (csv.find('\n') == std::string_view::npos && csv.find('\r') != std::string_view::npos)
    return unreadable(file, "its lines end with carriage returns alone",
                      "end them with line feeds");
  return {};
}

}  // namespace

std::optional<double> series::at(time_point t) const {
  if (t < start || t >= end()) return {};
  return values[static_cast<std::size_t>((t - start) / step)];
}

double series::repeated_at(time_point t) const {
  const auto length = end() - start;
  const auto offset = (t - start) % length;
  return values[static_cast<std::size_t>((offset < duration{} ? offset + length : offset) / step)];
}

parsed_series parse_series(std::string_view csv, const std::string& file,
                           std::span<const std::string_view> columns,
                           const series_options& options) {
  if (csv.starts_with("\xEF\xBB\xBF")) csv.remove_prefix(3);
  if (auto refused = not_text(csv, file)) return std::move(*refused);
  if (!options.time_zone.empty())
    if (auto unknown = wrong_time_zone(options.time_zone))
      return unreadable(file, std::move(unknown->message), std::move(unknown->hint));

  auto wrong = complaints{file};
  auto reader = series_reader{columns, options, wrong};
  for (auto line = 1; !csv.empty() && !wrong.enough(); ++line) {
    const auto end = std::min(csv.find('\n'), csv.size());
    const auto text = csv.substr(0, end);
    csv.remove_prefix(std::min(end + 1, csv.size()));
    if (trimmed_field(text).empty()) continue;
    const auto is_header = !reader.has_header();
    reader.take(text, line);
    if (is_header && !wrong.none()) return {{}, wrong.take()};
  }
  if (!reader.has_header()) return unreadable(file, "the file is empty");
  if (reader.rows() < 2 && wrong.none())
    return unreadable(file, "fewer than two rows: how long a row holds is unknown");

  wrong.next_pass();
  auto parsed = even_series(reader.raw(), columns, options, reader.clock(), wrong);
  if (wrong.none()) return parsed;
  return {{}, wrong.take()};
}

parsed_series load_series(const std::filesystem::path& file,
                          std::span<const std::string_view> columns,
                          const series_options& options) {
  const auto name = file.string();
  auto error = std::error_code{};
  if (!std::filesystem::is_regular_file(file, error))
    return unreadable(name, error ? "cannot be read: " + error.message() : "is not a file");
  const auto size = std::filesystem::file_size(file, error);
  if (error) return unreadable(name, "cannot be read: " + error.message());
  if (size > series_file_bytes)
    return unreadable(name, "is larger than " + std::to_string(series_file_bytes >> 20) + " MiB");
  auto in = std::ifstream{file, std::ios::binary};
  auto text = std::string(size, '\0');
  in.read(text.data(), static_cast<std::streamsize>(size));
  if (!in) return unreadable(name, "cannot be read: check its permissions");
  return parse_series(text, name, columns, options);
}

std::optional<period> common_period(std::span<const series> all) {
  if (all.empty()) return {};
  auto common = period{all.front().start, all.front().end()};
  for (const auto& s : all) common = {std::max(common.from, s.start), std::min(common.to, s.end())};
  if (common.from >= common.to) return {};
  return common;
}

std::optional<diagnostic> not_covered(const series& s, const std::string& file,
                                      const period& asked) {
  if (asked.from >= s.start && asked.to <= s.end()) return {};
  const auto from = std::max(asked.from, s.start);
  const auto to = std::min(asked.to, s.end());
  const auto span = [](time_point a, time_point b) {
    return to_iso8601(a) + " to " + to_iso8601(b);
  };
  const auto options = [](time_point a, time_point b) {
    return "--from " + to_iso8601(a) + " --to " + to_iso8601(b);
  };
  return diagnostic{file,
                    {},
                    "has " + span(s.start, s.end()) + ", but " + span(asked.from, asked.to) +
                        " is asked for: write " +
                        (from < to ? options(from, to) : options(s.start, s.end())) +
                        " or give a file that has it",
                    {}};
}

}  // namespace hearth
