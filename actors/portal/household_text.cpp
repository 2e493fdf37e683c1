#include "actors/portal/household_text.hpp"

#include "actors/portal/strict_json.hpp"
#include "protocol/limits.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <initializer_list>

namespace hearth {
namespace {

constexpr auto kinds =
    std::array{wish_kind::setpoint, wish_kind::boost, wish_kind::holiday, wish_kind::hands_off};

/// What a newer program says besides must not be lost by writing down the rest.
bool says_only(const nlohmann::json& row, std::initializer_list<std::string_view> words) {
  for (const auto& [word, what] : row.items())
    if (std::ranges::find(words, word) == words.end()) return false;
  return true;
}

std::optional<std::int64_t> whole_from(const nlohmann::json& number, std::int64_t least,
                                       std::int64_t most) {
  if (!number.is_number_integer()) return {};
  const auto is = number.get<std::int64_t>();
  if (is < least || is > most) return {};
  return is;
}

std::optional<time_point> moment_from(const nlohmann::json& ms) {
  const auto is = whole_from(ms, 0, limits::latest_date.time_since_epoch().count());
  return is ? std::optional{time_point{duration{*is}}} : std::nullopt;
}

std::optional<schedule_entry> entry_from(const nlohmann::json& row) {
  if (!says_only(row, {"days", "from", "setpoint_c"})) return {};
  auto out = schedule_entry{};
  for (const auto& day : row.at("days")) {
    const auto number = whole_from(day, 1, 7);
    if (!number) return {};
    out.days[static_cast<std::size_t>(*number - 1)] = true;
  }
  const auto from = time_of_day_from(row.at("from").get<std::string>());
  if (!from) return {};
  out.from = *from;
  out.setpoint = celsius(row.at("setpoint_c").get<double>());
  return out;
}

std::optional<household_wish> wish_from(const nlohmann::json& row) {
  if (!says_only(row, {"id", "kind", "zone", "setpoint_c", "by", "since_ms", "until_ms"}))
    return {};
  const auto kind = wish_kind_from(row.at("kind").get<std::string>());
  const auto since = moment_from(row.at("since_ms"));
  const auto until = moment_from(row.at("until_ms"));
  if (!kind || !since || !until) return {};
  auto out = household_wish{.id = row.at("id").get<std::string>(),
                            .kind = *kind,
                            .zone = row.at("zone").get<std::string>(),
                            .by = row.at("by").get<std::string>(),
                            .since = *since,
                            .until = *until};
  if (row.contains("setpoint_c")) out.setpoint = celsius(row["setpoint_c"].get<double>());
  return out;
}

}  // namespace

std::optional<wish_kind> wish_kind_from(std::string_view text) {
  for (const auto kind : kinds)
    if (to_text(kind) == text) return kind;
  return {};
}

std::optional<std::chrono::minutes> time_of_day_from(std::string_view text) {
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4))
    return {};
  const auto hour = (text[0] - '0') * 10 + (text[1] - '0');
  const auto minute = (text[3] - '0') * 10 + (text[4] - '0');
  if (hour > 23 || minute > 59) return {};
  return std::chrono::minutes{hour * 60 + minute};
}

std::string time_of_day_text(std::chrono::minutes since_midnight) {
  auto text = std::array<char, 16>{};
  std::snprintf(text.data(), text.size(), "%02d:%02d",
                static_cast<int>(since_midnight.count() / 60 % 24),
                static_cast<int>(since_midnight.count() % 60));
  return text.data();
}

nlohmann::json schedule_json(const std::vector<schedule_entry>& entries) {
  auto all = nlohmann::json::array();
  for (const auto& e : entries) {
    auto days = nlohmann::json::array();
    for (std::size_t i = 0; i < e.days.size(); ++i)
      if (e.days[i]) days.push_back(i + 1);
    all.push_back({{"days", std::move(days)},
                   {"from", time_of_day_text(e.from)},
                   {"setpoint_c", e.setpoint.in_celsius()}});
  }
  return all;
}

std::string household_to_text(const household& all) {
  auto schedules = nlohmann::json::object();
  for (const auto& [zone, entries] : all.schedules) schedules[zone] = schedule_json(entries);
  auto wishes = nlohmann::json::array();
  for (const auto& w : all.wishes) {
    auto row = nlohmann::json{{"id", w.id},
                              {"kind", to_text(w.kind)},
                              {"zone", w.zone},
                              {"by", w.by},
                              {"since_ms", w.since.time_since_epoch().count()},
                              {"until_ms", w.until.time_since_epoch().count()}};
    if (w.setpoint) row["setpoint_c"] = w.setpoint->in_celsius();
    wishes.push_back(std::move(row));
  }
  return nlohmann::json{{"schedules", std::move(schedules)}, {"wishes", std::move(wishes)}}.dump(
      -1, ' ', false, nlohmann::json::error_handler_t::replace);
}

result<household> household_from_text(const std::string& text) {
  const auto not_ours = [] {
    return failed(fault_code::malformed, "what is kept of schedules and wishes cannot be read");
  };
  const auto read = nlohmann::json::parse(text, nullptr, false);
  if (!read.is_object() || !says_only(read, {"schedules", "wishes"})) return not_ours();
  auto out = household{};
  try {
    for (const auto& [zone, rows] : read.at("schedules").items())
      for (const auto& row : rows) {
        auto entry = entry_from(row);
        if (!entry) return not_ours();
        out.schedules[zone].push_back(*entry);
      }
    for (const auto& row : read.at("wishes")) {
      auto wish = wish_from(row);
      if (!wish) return not_ours();
      out.wishes.push_back(std::move(*wish));
    }
  } catch (const nlohmann::json::exception&) {
    return not_ours();
  }
  return out;
}

}  // namespace hearth
