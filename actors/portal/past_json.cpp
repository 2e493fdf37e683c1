#include "actors/portal/past_json.hpp"

#include "actors/portal/now_json.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace hearth {
namespace {

using json_value = nlohmann::json;

template <class Number>
void write_number(std::string& out, Number amount) {
  auto text = std::array<char, 32>{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), amount).ptr;
  out.append(text.data(), end);
}

void write_value(std::string& out, const std::optional<float>& value, std::string_view absent) {
  if (value && std::isfinite(*value))
    write_number(out, *value);
  else
    out += absent;
}

std::string in_quotes_of_json(const std::string& text) {
  return json_value(text).dump(-1, ' ', false, json_value::error_handler_t::replace);
}

/// A field of a table; a spreadsheet takes none of it for a formula.
std::string csv_field(const std::string& text) {
  auto out = std::string{"\""};
  if (!text.empty() && std::string_view{"=+-@\t\r"}.find(text.front()) != std::string_view::npos)
    out += '\'';
  for (const auto c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

bool is_regular(const history_series& s, duration interval) {
  if (interval <= duration{0} || s.starts.empty()) return false;
  for (std::size_t i = 1; i < s.starts.size(); ++i)
    if (s.starts[i] - s.starts[i - 1] != interval) return false;
  return true;
}

void write_series(std::string& out, const history_series& s, duration interval) {
  out += "{\"channel\":" + in_quotes_of_json(s.channel) + ",\"unit\":" + in_quotes_of_json(s.unit);
  if (is_regular(s, interval)) {
    out += ",\"start_ms\":";
    write_number(out, in_ms(s.starts.front()));
  } else {
    out += ",\"starts_ms\":[";
    for (std::size_t i = 0; i < s.starts.size(); ++i) {
      if (i > 0) out += ',';
      write_number(out, in_ms(s.starts[i]));
    }
    out += ']';
  }
  out += ",\"values\":[";
  for (std::size_t i = 0; i < s.values.size(); ++i) {
    if (i > 0) out += ',';
    write_value(out, s.values[i], "null");
  }
  out += "]}";
}

json_value maybe_item(const std::optional<chronicle_item>& item) {
  return item ? item_json(*item) : json_value{};
}

json_value usd(const std::optional<money>& amount) {
  return amount ? json_value(in_usd(*amount)) : json_value{};
}

json_value kwh(const std::optional<energy>& amount) {
  return amount ? json_value(rounded(amount->in(kilowatt_hour), 4)) : json_value{};
}

/// Where the two cannot be compared, the thermostat is taken to have done what the house did.
json_value row_json(const money_row& row) {
  auto saved = std::optional<money>{}, compared = std::optional<money>{};
  auto thermostat = std::optional<money>{};
  auto thermostat_used = std::optional<energy>{};
  if (const auto& both = row.compared) {
    saved = both->thermostat - both->cost;
    compared = both->cost;
    thermostat = row.cost.value_or(both->cost) + *saved;
    thermostat_used = row.used.value_or(both->used) + both->thermostat_used - both->used;
  }
  return {{"start_ms", in_ms(row.start)},
          {"end_ms", in_ms(row.end)},
          {"used_kwh", kwh(row.used)},
          {"cost_usd", usd(row.cost)},
          {"thermostat_kwh", kwh(thermostat_used)},
          {"thermostat_usd", usd(thermostat)},
          {"saved_usd", usd(saved)},
          {"compared_usd", usd(compared)},
          {"compared_slots", row.compared ? row.compared->slots : 0},
          {"slots", row.slots},
          {"unknown_slots", row.unknown},
          {"covered", rounded(row.covered, 4)}};
}

}  // namespace

std::string history_json_text(const history_answer& all) {
  auto out = std::string{"{\"interval_s\":"};
  if (all.interval > duration{0})
    write_number(out, std::chrono::duration<double>{all.interval}.count());
  else
    out += "null";
  out += ",\"series\":[";
  for (std::size_t i = 0; i < all.series.size(); ++i) {
    if (i > 0) out += ',';
    write_series(out, all.series[i], all.interval);
  }
  return out + "]}";
}

std::string history_csv_text(const history_answer& all) {
  auto out = std::string{"time_utc"};
  for (const auto& s : all.series) out += "," + csv_field(s.channel + " [" + s.unit + "]");
  out += "\r\n";
  auto next = std::vector<std::size_t>(all.series.size(), 0);
  for (;;) {
    auto row = std::optional<time_point>{};
    for (std::size_t i = 0; i < next.size(); ++i)
      if (next[i] < all.series[i].starts.size())
        row = std::min(row.value_or(all.series[i].starts[next[i]]), all.series[i].starts[next[i]]);
    if (!row) return out;
    out += to_iso8601(*row);
    for (std::size_t i = 0; i < next.size(); ++i) {
      out += ',';
      const auto& s = all.series[i];
      if (next[i] < s.starts.size() && s.starts[next[i]] == *row)
        write_value(out, s.values[next[i]++], "");
    }
    out += "\r\n";
  }
}

json_value item_json(const chronicle_item& item) {
  auto data = json_value::parse(item.data, nullptr, false);
  return {{"number", item.number},
          {"at_ms", in_ms(item.at)},
          {"kind", item.kind},
          {"severity", to_text(item.severity)},
          {"subject", item.subject},
          {"text", item.text},
          {"data", data.is_discarded() ? json_value{} : std::move(data)}};
}

json_value page_json(const chronicle_page& page) {
  auto items = json_value::array();
  for (const auto& item : page.items) items.push_back(item_json(item));
  return {{"items", std::move(items)}, {"more", page.more}};
}

json_value moment_json(const moment_answer& known) {
  auto values = json_value::object();
  for (const auto& [channel, value] : known.values)
    values[channel] = value && std::isfinite(*value) ? json_value(*value) : json_value{};
  auto alarms = json_value::array();
  for (const auto& item : known.open_alarms) alarms.push_back(item_json(item));
  return {{"at_ms", in_ms(known.at)},
          {"resolution_s", std::chrono::duration<double>{known.resolution}.count()},
          {"values", std::move(values)},
          {"state", maybe_item(known.state)},
          {"plan", maybe_item(known.plan)},
          {"alarms", std::move(alarms)}};
}

json_value money_json(const money_answer& all) {
  auto rows = json_value::array();
  for (const auto& row : all.rows) rows.push_back(row_json(row));
  return {{"rows", std::move(rows)}, {"total", row_json(all.total)}, {"method", "/help/money"}};
}

}  // namespace hearth
