#include "actors/record/log_words.hpp"

#include "actors/node/json_words.hpp"
#include "protocol/limits.hpp"

#include <stdexcept>

namespace hearth::log_words {
namespace {

/// Times of a log lie within some three hundred years of 1970, and no length is more than ten times
/// that, so that no sum of a few of them leaves the clock.
constexpr std::int64_t farthest_ms = 10'000'000'000'000;
constexpr std::int64_t longest_ms = 10 * farthest_ms;

constexpr std::string_view hex_digits = "0123456789abcdef";

/// The enumerator up to `last` whose word is `word`.
template <class Enum>
Enum word_from(const json& j, Enum last) {
  const auto& word = j.get_ref<const std::string&>();
  for (auto i = 0U; i <= static_cast<unsigned>(last); ++i)
    if (to_text(static_cast<Enum>(i)) == word) return static_cast<Enum>(i);
  throw std::invalid_argument{"'" + word + "' is no word known here"};
}

std::string text_at(const json& j, const char* key) {
  const auto found = j.find(key);
  return found != j.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::string words_of(const json& j) {
  return j.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string shown(const json& amount, const std::string& unit) {
  if (unit == symbol(hearth::unit::on_off)) return amount.get<double>() != 0 ? "on" : "off";
  if (unit == symbol(hearth::unit::fraction)) return words_of(amount);
  return words_of(amount) + " " + unit;
}

}  // namespace

std::string line_of(const json& j) { return words_of(j) + "\n"; }

json of(const tariff_layout& t) {
  auto windows = json::array();
  for (const auto& w : t.windows)
    windows.push_back(json::array({w.from.count(), w.to.count(), w.weekdays_only, w.price.si()}));
  return {{"energy", t.energy ? json(t.energy->si()) : json{}},
          {"distribution", t.distribution.si()},
          {"windows", std::move(windows)}};
}

json of(const command& c, const layout& house, time_point input) {
  auto out = json{{"to", house[c.target].name},
                  {"value", c.value.amount},
                  {"unit", symbol(c.value.unit)},
                  {"by", to_text(c.source)},
                  {"why", c.cause},
                  {"life_ms", (c.expires - c.issued).count()}};
  if (c.issued != input) out["late_ms"] = (c.issued - input).count();
  return out;
}

json of(const heat_plan& plan) {
  auto slots = json::array();
  for (const auto& s : plan.slots)
    slots.push_back(
        json::array({s.part, s.electricity.si(), s.store.in_celsius(), s.unserved.si(),
                     s.price.si(), s.more_otherwise ? json(s.more_otherwise->si()) : json{}}));
  return {{"start", plan.start.time_since_epoch().count()},
          {"slot_ms", plan.slot.count()},
          {"first_ms", plan.first.count()},
          {"cost", plan.cost.si()},
          {"unserved", plan.unserved.si()},
          {"start_takes_ms", plan.start_takes.count()},
          {"slots", std::move(slots)}};
}

json of(const household& wanted) {
  auto schedules = json::object();
  for (const auto& [zone, entries] : wanted.schedules) {
    auto& weekly = schedules[zone] = json::array();
    for (const auto& e : entries)
      weekly.push_back(json::array({e.days, e.from.count(), e.setpoint.in_celsius()}));
  }
  auto wishes = json::array();
  for (const auto& w : wanted.wishes)
    wishes.push_back({{"id", w.id},
                      {"kind", to_text(w.kind)},
                      {"zone", w.zone},
                      {"setpoint_c", w.setpoint ? json(w.setpoint->in_celsius()) : json{}},
                      {"by", w.by},
                      {"since", w.since.time_since_epoch().count()},
                      {"until", w.until.time_since_epoch().count()}});
  return {{"schedules", std::move(schedules)}, {"wishes", std::move(wishes)}};
}

json of(const body& said) {
  auto out = json{{"say", kind_of(said)}};
  out.update(json_words::of(said));
  return out;
}

decision command_from(const json& j, time_point input) {
  if (!j.at("value").is_number()) throw std::invalid_argument{"a command without a value"};
  auto out = decision{};
  out.kind = "command";
  out.subject = j.at("to").get<std::string>();
  out.what = shown(j.at("value"), j.at("unit").get<std::string>());
  out.by = j.at("by").get<std::string>();
  out.cause = j.at("why").get<std::string>();
  out.words = out.content = words_of(j);
  auto late = duration{};
  if (j.contains("late_ms")) {
    late = duration_from(j.at("late_ms"));
    auto content = j;
    content.erase("late_ms");
    out.content = words_of(content);
  }
  out.expires = input + late + duration_from(j.at("life_ms"));
  return out;
}

decision statement_from(const json& j) {
  auto out = decision{};
  out.kind = j.at("say").get<std::string>();
  out.words = words_of(j);
  if (out.kind == "event") {
    out.subject = text_at(j, "subject");
    out.what = text_at(j, "kind");
    out.by = text_at(j, "severity");
    out.cause = text_at(j, "text");
  } else if (out.kind == "state") {
    out.what = text_at(j, "mode");
    out.by = text_at(j, "in_charge");
    out.cause = text_at(j, "cause");
  } else if (out.kind == "contract") {
    out.subject = text_at(j, "contract_id");
    out.what = text_at(j, "status");
    out.cause = text_at(j, "reason");
  } else if (out.kind == "outcome") {
    out.subject = text_at(j, "request_id");
    out.what = j.value("accepted", false) ? "accepted" : "refused";
    out.cause = text_at(j, "reason");
  } else {
    out.subject = text_at(j, "contract_id");
  }
  return out;
}

tariff_layout tariff_from(const json& j) {
  const auto price = [](const json& si) { return energy_price::from_si(si.get<double>()); };
  const auto minutes = [](const json& since_midnight) {
    const auto number = whole_number_from(since_midnight);
    if (number < 0 || number > 24 * 60) throw std::invalid_argument{"a day has no such minute"};
    return std::chrono::minutes{number};
  };
  auto out = tariff_layout{};
  if (!j.at("energy").is_null()) out.energy = price(j.at("energy"));
  out.distribution = price(j.at("distribution"));
  for (const auto& w : j.at("windows"))
    out.windows.push_back(
        {minutes(w.at(0)), minutes(w.at(1)), w.at(2).get<bool>(), price(w.at(3))});
  return out;
}

heat_plan plan_from(const json& j) {
  auto out = heat_plan{.start = time_from(j.at("start")),
                       .slot = duration_from(j.at("slot_ms")),
                       .first = duration_from(j.at("first_ms")),
                       .slots = {},
                       .cost = money::from_si(j.at("cost").get<double>()),
                       .unserved = energy::from_si(j.at("unserved").get<double>()),
                       .start_takes = {}};
  if (out.slot <= duration{} || out.first <= duration{} || out.first > out.slot)
    throw std::invalid_argument{"a plan in slots of no length"};
  if (j.contains("start_takes_ms")) out.start_takes = duration_from(j.at("start_takes_ms"));
  for (const auto& s : j.at("slots")) {
    auto more = std::optional<money>{};
    if (!s.at(5).is_null()) more = money::from_si(s.at(5).get<double>());
    out.slots.push_back({s.at(0).get<double>(), energy::from_si(s.at(1).get<double>()),
                         celsius(s.at(2).get<double>()), energy::from_si(s.at(3).get<double>()),
                         energy_price::from_si(s.at(4).get<double>()), more});
  }
  if (out.slots.size() > limits::series_slots) throw std::invalid_argument{"an endless plan"};
  return out;
}

household household_from(const json& j) {
  auto out = household{};
  for (const auto& [zone, entries] : j.at("schedules").items()) {
    auto& weekly = out.schedules[zone];
    for (const auto& e : entries) {
      auto one = schedule_entry{};
      if (e.at(0).size() != one.days.size()) throw std::invalid_argument{"a week has seven days"};
      for (std::size_t day = 0; day < one.days.size(); ++day)
        one.days[day] = e.at(0).at(day).get<bool>();
      const auto from = whole_number_from(e.at(1));
      if (from < 0 || from >= 24 * 60) throw std::invalid_argument{"a day has no such minute"};
      one.from = std::chrono::minutes{from};
      one.setpoint = celsius(e.at(2).get<double>());
      weekly.push_back(one);
    }
  }
  for (const auto& w : j.at("wishes")) {
    auto setpoint = std::optional<temperature>{};
    if (!w.at("setpoint_c").is_null()) setpoint = celsius(w.at("setpoint_c").get<double>());
    out.wishes.push_back({w.at("id").get<std::string>(),
                          word_from(w.at("kind"), wish_kind::hands_off),
                          w.at("zone").get<std::string>(), setpoint, w.at("by").get<std::string>(),
                          time_from(w.at("since")), time_from(w.at("until"))});
  }
  return out;
}

std::int64_t whole_number_from(const json& j) {
  if (!j.is_number_integer()) throw std::invalid_argument{words_of(j) + " is no whole number"};
  return j.get<std::int64_t>();
}

duration duration_from(const json& j) {
  const auto ms = whole_number_from(j);
  if (ms < -longest_ms || ms > longest_ms)
    throw std::invalid_argument{std::to_string(ms) + " ms is longer than anything lasts"};
  return duration{ms};
}

time_point time_from(const json& j) {
  const auto since_1970 = duration_from(j);
  if (std::chrono::abs(since_1970) > duration{farthest_ms})
    throw std::invalid_argument{words_of(j) + " is a time that nobody lives in"};
  return time_point{since_1970};
}

json of(const result<measured>& value, unit expected) {
  if (!value) return {{"fault", to_text(value.error().code)}, {"detail", value.error().detail}};
  if (value->unit == expected) return value->amount;
  return {{"amount", value->amount}, {"unit", symbol(value->unit)}};
}

result<measured> value_from(const json& j, unit expected) {
  if (j.is_number()) return measured{j.get<double>(), expected};
  if (j.contains("fault"))
    return failed(word_from(j.at("fault"), fault_code::unsupported),
                  j.at("detail").get<std::string>());
  const auto counted_in = unit_from_symbol(j.at("unit").get<std::string>());
  if (!counted_in || !j.at("amount").is_number()) throw std::invalid_argument{"no value"};
  return measured{j.at("amount").get<double>(), *counted_in};
}

quality quality_from(const json& j) { return word_from(j, quality::never); }

dating dating_from(const json& j) {
  return {duration_from(j.at("offset_ms")), word_from(j.at("trust"), date_trust::good),
          word_from(j.at("source"), date_source::node)};
}

std::string hex_of(std::string_view bytes) {
  auto hex = std::string{};
  hex.reserve(2 * bytes.size());
  for (const auto byte : bytes) {
    hex += hex_digits[static_cast<unsigned char>(byte) >> 4];
    hex += hex_digits[static_cast<unsigned char>(byte) & 15];
  }
  return hex;
}

std::optional<std::string> bytes_of(std::string_view hex) {
  if (hex.size() % 2 != 0) return {};
  auto bytes = std::string{};
  bytes.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const auto high = hex_digits.find(hex[i]);
    const auto low = hex_digits.find(hex[i + 1]);
    if (high == hex_digits.npos || low == hex_digits.npos) return {};
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

}  // namespace hearth::log_words
