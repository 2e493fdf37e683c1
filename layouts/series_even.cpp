#include "layouts/series_even.hpp"

#include "layouts/suggest.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace hearth {
namespace {

std::string both(const std::string& first, const std::string& second) {
  return first.empty() || second.empty() ? first + second : first + "; " + second;
}

std::string counted(std::size_t n, const std::string& what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

/// The distance that most of the first rows have, so that a gap at the beginning isn't taken for
/// it. No rows of a house are a year apart; where no rows follow each other the file is refused
/// whatever the step is.
duration usual_step(const std::vector<raw_row>& rows) {
  constexpr auto looked_at = std::size_t{1000};
  constexpr auto longest = duration{std::chrono::days{366}};
  auto seen = std::vector<std::pair<duration, int>>{};
  for (std::size_t i = 1; i < rows.size() && i < looked_at; ++i) {
    const auto step = rows[i].time - rows[i - 1].time;
    if (step <= duration{} || step > longest || rows[i].after_unreadable) continue;
    const auto known = std::ranges::find(seen, step, &std::pair<duration, int>::first);
    if (known == seen.end())
      seen.emplace_back(step, 1);
    else
      ++known->second;
  }
  const auto most = std::ranges::max_element(seen, {}, &std::pair<duration, int>::second);
  return most == seen.end() ? std::chrono::hours{1} : most->first;
}

/// Places of a column for which the file has no value.
struct hole {
  std::int64_t from = 0;
  std::int64_t to = 0;
  std::size_t next_row = 0;             ///< the first one that has a value again
  const absent_cell* absent = nullptr;  ///< the first empty cell; none: whole rows are missing
  std::optional<double> before{}, after{};

  [[nodiscard]] std::size_t rows() const { return static_cast<std::size_t>(to - from); }
};

/// Puts the values of one file on its even steps.
class evener {
 public:
  evener(const raw_series& raw, std::span<const std::string_view> names,
         const series_options& options, const series_clock& clock, complaints& wrong)
      : raw_{raw},
        names_{names},
        options_{options},
        clock_{clock},
        wrong_{wrong},
        step_{usual_step(raw.rows)},
        told_(raw.rows.size() + 1, false) {
    places_.reserve(raw.rows.size());
    for (std::size_t i = 0; i < raw.rows.size(); ++i)
      places_.push_back(i == 0 ? 0 : places_.back() + steps_to(i));
  }

  parsed_series all() {
    auto parsed = parsed_series{};
    for (std::size_t c = 0; c < names_.size(); ++c) {
      rule_ = options_.fill_of(names_[c]);
      filled_ = {std::string{names_[c]}, rule_.rule, 0, 0, {}, {}};
      parsed.columns.push_back({raw_.rows.front().time, step_, values_of(c)});
      if (filled_.gaps > 0) parsed.filled.push_back(std::move(filled_));
    }
    return parsed;
  }

 private:
  [[nodiscard]] time_point time_at(std::int64_t place) const {
    return raw_.rows.front().time + step_ * place;
  }
  [[nodiscard]] std::string stretch(const hole& h) const {
    return "from " + to_iso8601(time_at(h.from)) + " until " + to_iso8601(time_at(h.to));
  }

  /// Steps from the row above to this one; complains if that isn't a whole number of them.
  std::int64_t steps_to(std::size_t i) {
    const auto& row = raw_.rows[i];
    const auto& above = raw_.rows[i - 1];
    const auto apart = row.time - above.time;
    const auto at = position{row.line, row.column};
    if (apart == duration{}) {
      wrong_.add(at, "time " + to_iso8601(row.time) + " stands there twice",
                 "keep one of the lines " + std::to_string(above.line) + " and " +
                     std::to_string(row.line));
    } else if (apart < duration{}) {
      wrong_.add(at, "time " + to_iso8601(row.time) + " is before the row above it",
                 "sort the rows by time");
    } else if (apart % step_ != duration{} && !row.after_unreadable) {
      told_[i] = true;
      wrong_.add(
          at,
          (apart > step_ ? "gap of " : "only ") + to_text(apart) + " after line " +
              std::to_string(above.line) + "; most rows are " + to_text(step_) + " apart",
          both("bring the rows to even steps", clock_.note_on(above.time + duration{1}, row.time)));
    }
    // What comes too soon counts as the next row: those after it may be right again.
    return apart > duration{} && apart < step_ ? 1 : apart / step_;
  }

  std::vector<double> values_of(std::size_t c) {
    const auto& column = raw_.columns[c];
    auto out = std::vector<double>{};
    out.reserve(raw_.rows.size());
    auto next = std::int64_t{0};
    auto absent = column.absent.begin();
    const auto* first_absent = static_cast<const absent_cell*>(nullptr);
    const auto close = [&](std::int64_t to, std::size_t row, std::optional<double> after) {
      if (to <= next) return;
      const auto before = out.empty() ? std::nullopt : std::optional{out.back()};
      settle({next, to, row, first_absent, before, after}, c, out);
    };
    for (std::size_t i = 0; i < raw_.rows.size(); ++i) {
      if (absent != column.absent.end() && absent->row == i) {
        if (first_absent == nullptr) first_absent = &*absent;
        ++absent;
        continue;
      }
      close(places_[i], i, column.values[i]);
      first_absent = nullptr;
      out.push_back(column.values[i]);
      next = std::max(next, places_[i] + 1);
    }
    close(places_.back() + 1, raw_.rows.size(), {});
    return out;
  }

  /// A missing hour may be one that a clock shows twice; a longer gap has another cause.
  [[nodiscard]] std::string note_on(const hole& h) const {
    const auto short_enough = step_ * (h.to - h.from) <= std::chrono::hours{1};
    return short_enough ? clock_.note_on(time_at(h.from), time_at(h.to)) : "";
  }

  /// Fills a hole, or says why not.
  void settle(const hole& h, std::size_t c, std::vector<double>& out) {
    const auto hindrance = why_not(h);
    if (!hindrance) return fill(h, out);
    if (h.absent != nullptr) {
      const auto& cell = *h.absent;
      const auto name = std::string{names_[c]};
      wrong_.add({raw_.rows[cell.row].line, cell.column},
                 (cell.text.empty() ? "no value for " + name
                                    : in_quotes(cell.text) + " is no number for " + name) +
                     (h.rows() == 1 ? "" : " in " + counted(h.rows(), "row") + ", " + stretch(h)),
                 *hindrance);
      return;
    }
    // Missing rows are missing in every column, and one whose time nobody can read is told of.
    if (told_[h.next_row] || raw_.rows[h.next_row].after_unreadable) return;
    told_[h.next_row] = true;
    const auto& row = raw_.rows[h.next_row];
    wrong_.add({row.line, row.column},
               "gap of " + to_text(step_ * static_cast<std::int64_t>(h.rows() + 1)) +
                   " after line " + std::to_string(raw_.rows[h.next_row - 1].line) +
                   "; most rows are " + to_text(step_) + " apart: " + counted(h.rows(), "row") +
                   (h.rows() == 1 ? " is" : " are") + " missing, " + stretch(h),
               both(*hindrance, note_on(h)));
  }

  /// What keeps a hole from being filled, as a hint; nothing if it may be.
  [[nodiscard]] std::optional<std::string> why_not(const hole& h) const {
    const auto length = step_ * static_cast<std::int64_t>(h.rows());
    const auto by_option = options_.hints == series_hints::of_the_command_line;
    const auto whole_hours = (length + std::chrono::minutes{59}) / std::chrono::hours{1};
    const auto limit = length <= series_default_fill ? "" : ":" + std::to_string(whole_hours) + "h";
    if (!h.before) return "nothing stands before it to fill it from: begin the file later";
    if (rule_.rule == fill_rule::refuse) {
      if (!by_option)
        return h.absent != nullptr ? "" : "fill in the rows from " + to_iso8601(time_at(h.from));
      return "fill it with --fill previous" + limit +
             (h.after ? " or --fill linear" + limit : std::string{});
    }
    if (rule_.rule == fill_rule::linear && !h.after)
      return "nothing stands after it to draw a line to: end the file earlier, or --fill previous";
    if (length > rule_.longest)
      return "it is longer than the " + to_text(rule_.longest) +
             " that may be filled: to fill it nevertheless, --fill " +
             (rule_.column.empty() ? "" : rule_.column + "=") + std::string{name_of(rule_.rule)} +
             ":" + std::to_string(whole_hours) + "h";
    if (filled_.rows + h.rows() > series_filled_rows)
      return "more than " + std::to_string(series_filled_rows) + " rows would be filled";
    return {};
  }

  void fill(const hole& h, std::vector<double>& out) {
    const auto last = static_cast<double>(h.rows() + 1);
    for (std::size_t i = 1; i <= h.rows(); ++i) {
      const auto way = rule_.rule == fill_rule::linear ? static_cast<double>(i) / last : 0.0;
      out.push_back(*h.before * (1 - way) + h.after.value_or(0.0) * way);
    }
    const auto line =
        h.absent != nullptr ? raw_.rows[h.absent->row].line : raw_.rows[h.next_row].line;
    ++filled_.gaps;
    filled_.rows += h.rows();
    filled_.longest = std::max(filled_.longest, step_ * static_cast<std::int64_t>(h.rows()));
    if (filled_.listed.size() < series_filled_gaps)
      filled_.listed.push_back({line, time_at(h.from), time_at(h.to), h.rows(), note_on(h)});
  }

  const raw_series& raw_;
  std::span<const std::string_view> names_;
  const series_options& options_;
  const series_clock& clock_;
  complaints& wrong_;
  duration step_;
  std::vector<std::int64_t> places_;
  std::vector<bool> told_;  ///< what is wrong with the time from the row above to this one
  series_fill rule_;        ///< of the column at hand
  filled_column filled_;    ///< of the column at hand
};

}  // namespace

std::string to_text(const filled_column& filled, const std::string& file) {
  auto text = file + ": " + counted(filled.rows, "row") + " of " + filled.column + " filled (" +
              std::string{name_of(filled.rule)} + ") in " + counted(filled.gaps, "gap") +
              ", the longest " + to_text(filled.longest) + "\n";
  for (const auto& gap : filled.listed)
    text += file + ":" + std::to_string(gap.line) + ": filled " + counted(gap.rows, "row") +
            ", from " + to_iso8601(gap.from) + " until " + to_iso8601(gap.to) +
            (gap.note.empty() ? "" : "; " + gap.note) + "\n";
  if (filled.gaps > filled.listed.size())
    text += file + ": filled " + counted(filled.gaps - filled.listed.size(), "gap") + " more\n";
  return text;
}

parsed_series even_series(const raw_series& raw, std::span<const std::string_view> names,
                          const series_options& options, const series_clock& clock,
                          complaints& wrong) {
  if (raw.rows.empty()) return {};
  return evener{raw, names, options, clock, wrong}.all();
}

}  // namespace hearth
