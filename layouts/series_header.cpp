#include "layouts/series_header.hpp"

#include "layouts/series.hpp"
#include "layouts/suggest.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

namespace hearth {
namespace {

/// Words in the names that others give to columns like ours, in small letters.
struct usual_word {
  std::string_view column_ending;
  std::string_view word;
};
constexpr std::array usual_words{
    usual_word{"time_utc", "time"},
    usual_word{"time_utc", "date"},
    usual_word{"time_utc", "utc"},
    usual_word{"time_utc", "epoch"},
    usual_word{"_c", "temp"},
    usual_word{"_c", "outdoor"},
    usual_word{"_c", "outside"},
    usual_word{"_c", "dry"},
    usual_word{"_usd_per_mwh", "lmp"},
    usual_word{"_usd_per_mwh", "price"},
    usual_word{"_usd_per_mwh", "usd"},
    usual_word{"_usd_per_mwh", "rate"},
    usual_word{"_usd_per_mwh", "cents"},
};

std::vector<std::string> names_in(const std::vector<csv_field>& header) {
  auto names = std::vector<std::string>{};
  for (const auto& f : header) names.emplace_back(f.text);
  return names;
}

/// The column of theirs that is most likely our `column`.
std::optional<std::string> likely(std::string_view column, const std::vector<std::string>& names) {
  if (auto near = nearest(column, names)) return near;
  for (const auto& usual : usual_words) {
    if (!column.ends_with(usual.column_ending)) continue;
    for (const auto& name : names) {
      auto small = name;
      std::ranges::transform(small, small.begin(),
                             [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      if (small.find(usual.word) != std::string::npos) return name;
    }
  }
  return {};
}

/// The unit that their name tells, if it is one this column may have and is not what ours says.
std::optional<column_unit> other_unit(std::string_view column, std::string_view found) {
  const auto told = unit_told_by(found);
  const auto units = units_for(column);
  if (!told || std::ranges::find(units, *told) == units.end() || units.front() == *told) return {};
  return told;
}

/// Finds the columns one by one in the header of one file.
class header_reader {
 public:
  header_reader(const std::vector<csv_field>& header, int line, const series_options& options,
                complaints& wrong)
      : header_{header}, names_{names_in(header)}, line_{line}, options_{options}, wrong_{wrong} {}

  found_column find(std::string_view column) {
    const auto choice = choice_of(column);
    const auto name = choice ? std::string_view{choice->found} : column;
    const auto place = place_of(name);
    if (!place) {
      wrong_.add({line_, 1}, "no column " + in_quotes(name), missing_hint(column));
      return {};
    }
    if (const auto again =
            std::find(names_.begin() + static_cast<std::ptrdiff_t>(*place) + 1, names_.end(), name);
        again != names_.end()) {
      const auto& twice = header_[static_cast<std::size_t>(again - names_.begin())];
      wrong_.add({line_, twice.column}, "column " + in_quotes(name) + " stands there twice");
    }
    if (choice && choice->unit == column_unit::as_named)
      if (const auto told = other_unit(column, name))
        wrong_.add({line_, header_[*place].column},
                   "column " + in_quotes(name) + " seems to be in " + std::string{name_of(*told)},
                   "say which it is: " + option_for(column, name, *told) +
                       ", or :" + std::string{name_of(units_for(column).front())});
    return {*place, choice ? choice->unit : column_unit::as_named};
  }

 private:
  [[nodiscard]] std::optional<std::size_t> place_of(std::string_view name) const {
    const auto found = std::find(names_.begin(), names_.end(), name);
    if (found == names_.end()) return {};
    return static_cast<std::size_t>(found - names_.begin());
  }
  /// Files of one simulation may call their times differently: the choice that this one has.
  [[nodiscard]] const column_choice* choice_of(std::string_view column) const {
    const column_choice* last = nullptr;
    for (const auto& c : options_.columns) {
      if (c.column != column) continue;
      if (column != series_time_column || place_of(c.found)) return &c;
      last = &c;
    }
    return place_of(column) ? nullptr : last;
  }
  [[nodiscard]] std::string missing_hint(std::string_view column) const {
    if (names_.size() == 1 && names_.front().empty()) return {};
    auto all = std::string{};
    for (const auto& name : names_) all += (all.empty() ? "" : ", ") + name;
    auto hint = "the first row names these: " + in_quotes(all);
    if (options_.hints == series_hints::of_the_file) return hint;
    const auto likely_name = likely(column, names_);
    hint += likely_name
                ? "; perhaps " + option_for(column, *likely_name, other_unit(column, *likely_name))
                : "; say which it is: --column " + std::string{column} + "=NAME";
    return hint;
  }

  const std::vector<csv_field>& header_;
  std::vector<std::string> names_;
  int line_;
  const series_options& options_;
  complaints& wrong_;
};

}  // namespace

std::string option_for(std::string_view column, std::string_view found,
                       std::optional<column_unit> unit) {
  auto word = std::string{column} + "=" + std::string{found};
  if (unit) word += ":" + std::string{name_of(*unit)};
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '=' || c == ':' || c == '-' || c == '.';
  };
  return "--column " + (std::ranges::all_of(word, plain) ? word : in_quotes(word));
}

void complaints::add(position at, std::string message, std::string hint) {
  if (list_.size() < room_ + series_diagnostics)
    list_.push_back({file_, at, std::move(message), std::move(hint)});
  else
    ++unlisted_;
}

std::vector<diagnostic> complaints::take() {
  std::ranges::stable_sort(list_, {}, [](const diagnostic& d) {
    return std::pair{d.at.line, d.at.column};
  });
  if (list_.size() > series_diagnostics) {
    unlisted_ += list_.size() - series_diagnostics;
    list_.resize(series_diagnostics);
  }
  if (unlisted_ > 0)
    list_.back().message += std::string{" (and "} + (enough() ? "more than " : "") +
                            std::to_string(unlisted_) + " more in this file)";
  return std::move(list_);
}

std::string_view trimmed_field(std::string_view text) {
  const auto blank = std::string_view{" \t\r"};
  const auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

char separator_of(std::string_view first_row) {
  auto best = ',';
  auto most = std::ranges::count(first_row, ',');
  for (const auto candidate : {';', '\t'}) {
    const auto found = std::ranges::count(first_row, candidate);
    if (found > most) {
      best = candidate;
      most = found;
    }
  }
  return best;
}

void split_row(std::string_view line, char separator, std::vector<csv_field>& fields) {
  constexpr auto most_fields = std::size_t{4096};
  fields.clear();
  auto begin = std::size_t{0};
  auto quoted = false;
  for (std::size_t i = 0; i <= line.size() && fields.size() < most_fields; ++i) {
    if (i < line.size() && line[i] == '"') quoted = !quoted;
    if (i < line.size() && (line[i] != separator || quoted)) continue;
    auto text = trimmed_field(line.substr(begin, i - begin));
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
      text = trimmed_field(text.substr(1, text.size() - 2));
    fields.push_back({text, static_cast<int>(begin) + 1});
    begin = i + 1;
  }
}

std::vector<found_column> find_columns(const std::vector<csv_field>& header, int line,
                                       std::span<const std::string_view> wanted,
                                       const series_options& options, complaints& wrong) {
  auto reader = header_reader{header, line, options, wrong};
  auto found = std::vector{reader.find(series_time_column)};
  for (const auto column : wanted) found.push_back(reader.find(column));
  return found;
}

}  // namespace hearth
