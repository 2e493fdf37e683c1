// The dispatch section of the plan: a plot to look at and a table to read.
#include "actors/plan_text.hpp"
#include "actors/tariff.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iomanip>
#include <sstream>

namespace hearth::plan_text {
namespace {

/// Quarters of an hour in one column of the plot and in one row of the table.
constexpr std::size_t rows_per_column = 2;
constexpr std::size_t rows_per_line = 4;
constexpr auto plot_height = 3;

const std::vector<std::string>& blocks(bool ascii) {
  static const auto unicode = std::vector<std::string>{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  static const auto plain = std::vector<std::string>{" ", ".", ".", ":", ":", "+", "+", "#", "#"};
  return ascii ? plain : unicode;
}

std::string fixed(double value, int digits, int width = 0) {
  auto text = std::ostringstream{};
  text << std::fixed << std::setprecision(digits) << std::setw(width) << value;
  return text.str();
}

using pick = std::function<std::optional<double>(const preview_row&)>;

/// One value per column: the mean of its rows.
std::vector<std::optional<double>> columns_of(const preview& ahead, const pick& value) {
  auto columns = std::vector<std::optional<double>>{};
  for (std::size_t i = 0; i < ahead.rows.size(); i += rows_per_column) {
    auto sum = 0.0;
    auto count = 0;
    for (auto j = i; j < std::min(i + rows_per_column, ahead.rows.size()); ++j)
      if (const auto v = value(ahead.rows[j])) {
        sum += *v;
        ++count;
      }
    columns.push_back(count ? std::optional{sum / count} : std::nullopt);
  }
  return columns;
}

/// `plot_height` lines of bars between `low` and `high`; an absent value leaves its column blank.
std::string bars(const std::vector<std::optional<double>>& values, double low, double high,
                 const std::string& name, const std::string& unit_name, int digits, bool ascii) {
  const auto& glyphs = blocks(ascii);
  const auto steps = static_cast<int>(glyphs.size()) - 1;
  auto out = std::string{};
  for (auto line = plot_height - 1; line >= 0; --line) {
    auto label = std::string(13, ' ');
    if (line == plot_height - 1)
      label = name + std::string(13 - std::min<std::size_t>(13, name.size()), ' ');
    const auto edge = line == plot_height - 1 ? high : low;
    out += "  " + label + (line == 1 ? std::string(7, ' ') : fixed(edge, digits, 7)) + " ";
    for (const auto& v : values) {
      const auto span = std::max(high - low, 1e-9);
      const auto level = v ? (*v - low) / span * plot_height * steps - line * steps : 0.0;
      out += glyphs[static_cast<std::size_t>(
          std::clamp(static_cast<int>(std::lround(level)), 0, steps))];
    }
    out += line == plot_height - 1 ? " " + unit_name + "\n" : "\n";
  }
  return out;
}

std::string plot(const preview& ahead, const std::string& name, const std::string& unit_name,
                 int digits, bool from_zero, bool ascii, const pick& value) {
  const auto columns = columns_of(ahead, value);
  auto low = std::optional<double>{};
  auto high = std::optional<double>{};
  for (const auto& c : columns)
    if (c) {
      low = low ? std::min(*low, *c) : *c;
      high = high ? std::max(*high, *c) : *c;
    }
  if (!low) return {};
  if (from_zero) low = std::min(0.0, *low);
  return bars(columns, *low, *high, name, unit_name, digits, ascii);
}

std::string time_axis(const preview& ahead, const tariff& clock) {
  auto axis = std::string(22, ' ');
  for (std::size_t i = 0; i < ahead.rows.size(); i += 6 * rows_per_line) {
    const auto column = 22 + i / rows_per_column;
    axis.resize(std::max(axis.size(), column), ' ');
    axis += "|" + clock.local_text(ahead.rows[i].at);
  }
  return axis + "\n";
}

std::string cell(std::optional<double> value, int digits, int width) {
  if (!value) return std::string(static_cast<std::size_t>(width) - 1, ' ') + "-";
  return fixed(*value, digits, width);
}

std::optional<double> degrees(const std::optional<temperature>& t) {
  if (!t) return {};
  return t->in_celsius();
}

std::string table(const preview& ahead, const tariff& clock) {
  auto out = std::string{
      "  local      outdoor    price  heat pump  store top   mean  coldest room  in charge and "
      "why\n"
      "                  °C  USD/MWh         kW         °C     °C  K off setpoint\n"};
  for (std::size_t i = 0; i + rows_per_line <= ahead.rows.size(); i += rows_per_line) {
    auto drawn = power{};
    for (auto j = i; j < i + rows_per_line; ++j) drawn += ahead.rows[j].heat_pump;
    const auto& r = ahead.rows[i];
    const auto price = r.price ? r.price : std::optional{r.distribution};
    out += "  " + clock.local_text(r.at) + "  " + fixed(r.outdoor.in_celsius(), 1, 7) + "  " +
           cell(price->in(usd_per_mwh), 1, 7) + "  " +
           fixed((drawn / static_cast<double>(rows_per_line)).in(kilowatt), 2, 9) + "  " +
           cell(degrees(r.store_top), 1, 9) + "  " + cell(degrees(r.store_mean), 1, 5) + "  " +
           cell(r.coldest ? std::optional{r.coldest->in(kelvin)} : std::nullopt, 2, 12) + "  " +
           std::string{to_text(r.in_charge)} + ": " + r.cause + "\n";
  }
  return out;
}

}  // namespace

std::string dispatch(const layout& house, const preview& ahead, bool ascii) {
  const auto clock = tariff{house.tariff, house.timezone};
  auto out = std::string{"\nThe next 48 h of dispatch, as the house would decide by itself\n"};
  for (const auto& a : ahead.assumptions) out += "  assumes " + a + "\n";
  out += "\n";
  out += plot(ahead, "price", "USD/MWh", 0, true, ascii, [](const preview_row& r) {
    return std::optional{r.price.value_or(r.distribution).in(usd_per_mwh)};
  });
  out += plot(ahead, "heat pump", "kW", 1, true, ascii,
              [](const preview_row& r) { return std::optional{r.heat_pump.in(kilowatt)}; });
  out += plot(ahead, "store mean", "°C", 1, false, ascii,
              [](const preview_row& r) { return degrees(r.store_mean); });
  out += plot(ahead, "outdoor", "°C", 1, false, ascii,
              [](const preview_row& r) { return std::optional{r.outdoor.in_celsius()}; });
  out += time_axis(ahead, clock) + "\n" + table(ahead, clock);
  out += "\n  heat pump: " + fixed(ahead.electricity.in(kilowatt_hour), 1) + " kWh in " +
         std::to_string(ahead.starts) + " starts";
  if (ahead.cost) out += ", " + fixed(ahead.cost->in(us_dollar), 2) + " USD";
  return out + "\n";
}

std::string dispatch_tsv(const preview& ahead) {
  auto out = std::string{
      "time_utc\toutdoor_c\tprice_usd_per_mwh\theat_pump_w\tstore_top_c\tstore_mean_c\tcoldest_"
      "k\tin_charge\tcause\n"};
  const auto value = [](std::optional<double> v, int digits) {
    return v ? fixed(*v, digits) : std::string{};
  };
  for (const auto& r : ahead.rows) {
    const auto price = r.price ? std::optional{r.price->in(usd_per_mwh)} : std::nullopt;
    const auto coldest = r.coldest ? std::optional{r.coldest->in(kelvin)} : std::nullopt;
    out += to_iso8601(r.at) + "\t" + fixed(r.outdoor.in_celsius(), 2) + "\t" + value(price, 2) +
           "\t" + fixed(r.heat_pump.in(watt), 0) + "\t" + value(degrees(r.store_top), 2) + "\t" +
           value(degrees(r.store_mean), 2) + "\t" + value(coldest, 2) + "\t" +
           std::string{to_text(r.in_charge)} + "\t" + r.cause + "\n";
  }
  return out;
}

}  // namespace hearth::plan_text
