#include "actors/node/memory_text.hpp"

#include "actors/node/json_words.hpp"
#include "actors/node/limits.hpp"

#include <array>
#include <stdexcept>

namespace hearth {
namespace {

using json_words::json;

std::string dump(const json& j) { return j.dump(-1, ' ', false, json::error_handler_t::replace); }

template <class T>
json optional_of(const std::optional<T>& value) {
  return value ? json_words::of(*value) : json{};
}

json site_part(const site_memory& m) {
  return {{"boot_id", m.boot_id},
          {"birth", optional_of(m.last_birth)},
          {"birth_sent", to_iso8601(m.last_birth_sent)},
          {"heard_ever", m.heard_ever},
          {"last_heard", to_iso8601(m.last_heard)},
          {"state", optional_of(m.state)},
          {"last_outcome", optional_of(m.last_outcome)},
          {"messages", m.counters.messages},
          {"reports", m.counters.reports},
          {"duplicates", m.counters.duplicates},
          {"refused", m.counters.refused},
          {"overflowed", m.counters.overflowed},
          {"settled_energy_wh", m.settled_energy.in(watt_hour)},
          {"settled_cost_usd", m.settled_cost.in(us_dollar)}};
}

void read_site(site_memory& m, const json& j) {
  m.boot_id = j.at("boot_id").get<std::string>();
  if (!j.at("birth").is_null()) m.last_birth = json_words::birth_from(j.at("birth"));
  m.last_birth_sent = json_words::time_from(j.at("birth_sent"));
  m.heard_ever = j.at("heard_ever").get<bool>();
  m.last_heard = json_words::time_from(j.at("last_heard"));
  if (!j.at("state").is_null()) m.state = json_words::state_from(j.at("state"));
  if (!j.at("last_outcome").is_null())
    m.last_outcome = json_words::outcome_from(j.at("last_outcome"));
  m.counters = {j.at("messages").get<std::uint64_t>(), j.at("reports").get<std::uint64_t>(),
                j.at("duplicates").get<std::uint64_t>(), j.at("refused").get<std::uint64_t>(),
                j.at("overflowed").get<std::uint64_t>()};
  m.settled_energy = json_words::number_from(j.at("settled_energy_wh")) * watt_hour;
  m.settled_cost = json_words::number_from(j.at("settled_cost_usd")) * us_dollar;
}

json sequences_part(const site_memory& m) {
  auto out = json::array();
  for (const auto& [boot, heard] : m.heard)
    out.push_back({{"boot_id", boot}, {"heard", heard.text()}});
  return out;
}

void read_sequences(site_memory& m, const json& j) {
  for (const auto& one : j) {
    auto heard = sequence_set::from_text(one.at("heard").get<std::string>());
    if (!heard) throw std::invalid_argument{"no runs of sequence numbers"};
    m.heard.emplace_back(one.at("boot_id").get<std::string>(), std::move(*heard));
  }
}

json channels_part(const site_memory& m) {
  auto out = json::array();
  for (const auto& [name, c] : m.channels) {
    auto j = json{{"channel", name}};
    j.update(json_words::of(c.value));
    j["quality"] = to_text(c.quality);
    j["at"] = to_iso8601(c.at);
    j["energy_so_far_wh"] = c.energy_so_far.in(watt_hour);
    j["cost_so_far_usd"] = c.cost_so_far.in(us_dollar);
    out.push_back(std::move(j));
  }
  return out;
}

void read_channels(site_memory& m, const json& j) {
  for (const auto& one : j)
    m.channels[one.at("channel").get<std::string>()] = {
        json_words::value_from(one), json_words::quality_from(one.at("quality")),
        json_words::time_from(one.at("at")),
        json_words::number_from(one.at("energy_so_far_wh")) * watt_hour,
        json_words::number_from(one.at("cost_so_far_usd")) * us_dollar};
}

json contracts_part(const site_memory& m) {
  auto out = json::array();
  for (const auto& [id, c] : m.contracts)
    out.push_back({{"contract_id", id},
                   {"offered", optional_of(c.offered)},
                   {"sent", c.sent ? json(to_iso8601(*c.sent)) : json{}},
                   {"reported", optional_of(c.reported)},
                   {"price_usd_per_mwh", c.price ? json(c.price->in(usd_per_mwh)) : json{}}});
  return out;
}

void read_contracts(site_memory& m, const json& j) {
  for (const auto& one : j) {
    auto& c = m.contracts[one.at("contract_id").get<std::string>()];
    if (!one.at("offered").is_null()) c.offered = json_words::contract_from(one.at("offered"));
    if (!one.at("sent").is_null()) c.sent = json_words::time_from(one.at("sent"));
    if (!one.at("reported").is_null())
      c.reported = json_words::contract_report_from(one.at("reported"));
    if (!one.at("price_usd_per_mwh").is_null())
      c.price = one.at("price_usd_per_mwh").get<double>() * usd_per_mwh;
  }
}

json events_part(const site_memory& m) {
  auto out = json::array();
  for (const auto& e : m.events) out.push_back(json_words::of(e));
  return out;
}

void read_events(site_memory& m, const json& j) {
  for (const auto& one : j) m.events.push_back(json_words::event_from(one));
}

struct part_row {
  memory_part part;
  json (*write)(const site_memory&);
  void (*read)(site_memory&, const json&);
};
constexpr std::array<part_row, memory_parts> rows{{
    {memory_part::site, site_part, read_site},
    {memory_part::sequences, sequences_part, read_sequences},
    {memory_part::channels, channels_part, read_channels},
    {memory_part::contracts, contracts_part, read_contracts},
    {memory_part::events, events_part, read_events},
}};

json summary(const site_memory& m, time_point now) {
  const auto* c = m.in_force(now);
  return {{"site", m.site},
          {"presence", to_text(m.presence_at(now))},
          {"last_heard", m.heard_ever ? json(to_iso8601(m.last_heard)) : json{}},
          {"boot_id", m.boot_id},
          {"in_charge", m.state ? json(to_text(m.state->in_charge)) : json{}},
          {"contract_id", c != nullptr ? json(c->offered->id) : json{}},
          {"contracted_energy_wh", m.contracted_energy().in(watt_hour)},
          {"contracted_cost_usd", m.contracted_cost().in(us_dollar)}};
}

}  // namespace

std::string text_of(const site_memory& house, memory_part part) {
  return dump(rows[static_cast<std::size_t>(part)].write(house));
}

std::optional<fault> read_part(site_memory& house, std::string_view part, std::string_view text) {
  for (const auto& row : rows) {
    if (to_text(row.part) != part) continue;
    try {
      row.read(house, json::parse(text));
      return {};
    } catch (const std::exception& e) {
      return fault{fault_code::malformed, "what is stored as '" + std::string{part} +
                                              "' of site '" + house.site +
                                              "' cannot be read: " + e.what()};
    }
  }
  return fault{fault_code::malformed, "'" + std::string{part} + "' is no part of a memory"};
}

std::string json_summary(const site_memory& house, time_point now) {
  return dump(summary(house, now));
}

std::string json_of(const site_memory& house, time_point now) {
  auto j = summary(house, now);
  j["missing"] = house.missing();
  for (const auto& row : rows) j["memory"][std::string{to_text(row.part)}] = row.write(house);
  return dump(j);
}

}  // namespace hearth
