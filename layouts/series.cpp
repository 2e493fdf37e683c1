#include "layouts/series.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

namespace hearth {
namespace {

struct field {
  std::string_view text;
  int column = 1;  ///< where it starts, from 1
};

std::string_view trimmed(std::string_view text) {
  const auto blank = std::string_view{" \t\r"};
  const auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

std::string_view unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return text;
  return trimmed(text.substr(1, text.size() - 2));
}

/// The fields of one line; a comma between quotes separates nothing.
std::vector<field> fields_of(std::string_view line) {
  auto fields = std::vector<field>{};
  auto begin = std::size_t{0};
  auto quoted = false;
  for (std::size_t i = 0; i <= line.size(); ++i) {
    if (i < line.size() && line[i] == '"') quoted = !quoted;
    if (i < line.size() && (line[i] != ',' || quoted)) continue;
    fields.push_back(
        {unquoted(trimmed(line.substr(begin, i - begin))), static_cast<int>(begin) + 1});
    begin = i + 1;
  }
  return fields;
}

std::optional<double> number_of(std::string_view text) {
  auto value = 0.0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || !std::isfinite(value)) return {};
  return value;
}

/// What the user wrote, short enough for a message.
std::string shown(std::string_view text) {
  constexpr auto longest = std::size_t{40};
  return "'" + std::string{text.substr(0, longest)} + (text.size() > longest ? "…'" : "'");
}

/// Collects what is wrong with one file and stops listing when the list helps no more.
class complaints {
 public:
  explicit complaints(std::string file) : file_{std::move(file)} {}

  void add(position at, std::string message, std::string hint = {}) {
    if (list_.size() < series_diagnostics)
      list_.push_back({file_, at, std::move(message), std::move(hint)});
    else
      ++unlisted_;
  }
  [[nodiscard]] bool none() const { return list_.empty(); }
  std::vector<diagnostic> take() {
    if (unlisted_ > 0)
      list_.back().message += " (and " + std::to_string(unlisted_) + " more in this file)";
    return std::move(list_);
  }

 private:
  std::string file_;
  std::vector<diagnostic> list_;
  std::size_t unlisted_ = 0;
};

/// Where the wanted columns stand in the header; the time column comes first.
std::vector<std::size_t> find_columns(const std::vector<field>& header, int line,
                                      std::span<const std::string_view> wanted, complaints& wrong) {
  auto names = std::string{};
  for (const auto& f : header) names += (names.empty() ? "" : ", ") + std::string{f.text};
  auto places = std::vector<std::size_t>{};
  const auto find = [&](std::string_view name) {
    const auto is_it = [&](const field& f) { return f.text == name; };
    const auto found = std::find_if(header.begin(), header.end(), is_it);
    if (found == header.end())
      wrong.add({line, 1}, "no column '" + std::string{name} + "'",
                names.empty() ? "" : "the first row names these: " + shown(names));
    else if (const auto again = std::find_if(found + 1, header.end(), is_it); again != header.end())
      wrong.add({line, again->column}, "column '" + std::string{name} + "' stands there twice");
    places.push_back(static_cast<std::size_t>(found - header.begin()));
  };
  find("time_utc");
  for (const auto name : wanted) find(name);
  return places;
}

/// Checks that the rows' times are evenly spaced, learning the step from the first two.
class time_column {
 public:
  void take(time_point t, position at, complaints& wrong) {
    if (!last_) {
      start_ = t;
    } else if (t == *last_) {
      wrong.add(at, "time " + to_iso8601(t) + " stands there twice");
    } else if (t < *last_) {
      wrong.add(at, "time " + to_iso8601(t) + " is before the row above it",
                "sort the rows by time");
    } else if (step_ == duration{}) {
      step_ = t - *last_;
    } else if (t - *last_ != step_) {
      const auto gap = t - *last_ > step_;
      wrong.add(at,
                (gap ? "gap of " : "only ") + to_text(t - *last_) +
                    " after the row above; the first rows are " + to_text(step_) + " apart",
                gap ? "fill in the rows from " + to_iso8601(*last_ + step_) : "");
    }
    last_ = t;
  }
  /// A row whose time can't be read counts as one step, so that it isn't complained of as a gap
  /// too.
  void skip() {
    if (last_) *last_ += step_;
  }
  [[nodiscard]] time_point start() const { return start_; }
  [[nodiscard]] duration step() const { return step_; }

 private:
  std::optional<time_point> last_;
  time_point start_;
  duration step_{};
};

parsed_series unreadable(const std::string& file, std::string message) {
  return {{}, {{file, {1, 1}, std::move(message), {}}}};
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
                           std::span<const std::string_view> columns) {
  if (csv.starts_with("\xEF\xBB\xBF")) csv.remove_prefix(3);
  auto wrong = complaints{file};
  auto places = std::vector<std::size_t>{};
  auto times = time_column{};
  auto values = std::vector<std::vector<double>>(columns.size());
  auto rows = std::size_t{0};

  for (auto line = 1; !csv.empty(); ++line) {
    const auto end = std::min(csv.find('\n'), csv.size());
    const auto text = csv.substr(0, end);
    csv.remove_prefix(std::min(end + 1, csv.size()));
    if (trimmed(text).empty()) continue;
    const auto fields = fields_of(text);
    if (places.empty()) {
      places = find_columns(fields, line, columns, wrong);
      if (!wrong.none()) return {{}, wrong.take()};
      continue;
    }
    ++rows;
    const auto cell = [&](std::size_t place) {
      return place < fields.size() ? fields[place] : field{{}, static_cast<int>(text.size()) + 1};
    };
    const auto time = cell(places.front());
    if (const auto t = from_iso8601(time.text)) {
      times.take(*t, {line, time.column}, wrong);
    } else {
      times.skip();
      wrong.add({line, time.column},
                time.text.empty() ? "no time" : shown(time.text) + " is no time",
                "write UTC times like 2020-01-15T05:00:00Z");
    }
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const auto value = cell(places[c + 1]);
      if (const auto number = number_of(value.text))
        values[c].push_back(*number);
      else
        wrong.add({line, value.column},
                  (value.text.empty() ? "no value" : shown(value.text) + " is no number") +
                      " for " + std::string{columns[c]});
    }
  }

  if (places.empty()) return unreadable(file, "the file is empty");
  if (rows < 2 && wrong.none())
    return unreadable(file, "fewer than two rows: how long a row holds is unknown");
  if (!wrong.none()) return {{}, wrong.take()};
  auto parsed = parsed_series{};
  for (auto& column : values)
    parsed.columns.push_back({times.start(), times.step(), std::move(column)});
  return parsed;
}

parsed_series load_series(const std::filesystem::path& file,
                          std::span<const std::string_view> columns) {
  const auto name = file.string();
  auto error = std::error_code{};
  if (!std::filesystem::is_regular_file(file, error))
    return unreadable(name, error ? "cannot be read: " + error.message() : "is not a file");
  const auto size = std::filesystem::file_size(file, error);
  if (error) return unreadable(name, "cannot be read: " + error.message());
  if (size > series_file_bytes)
    return unreadable(name, "is larger than " + std::to_string(series_file_bytes >> 20) + " MiB");
  auto in = std::ifstream{file, std::ios::binary};
  const auto text = std::string{std::istreambuf_iterator<char>{in}, {}};
  if (!in) return unreadable(name, "cannot be read: check its permissions");
  return parse_series(text, name, columns);
}

}  // namespace hearth
