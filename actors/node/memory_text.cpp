#include "actors/node/memory_text.hpp"

#include "actors/node/json_words.hpp"
#include "actors/node/limits.hpp"

#include <array>
#include <stdexcept>

namespace hearth {
namespace {

using json_words::json;

std::string dump(const json& j) { return j.dump(-1, ' ', false, json::error_handler_t::replace); }

/// What an older version of this program did not write is as it was made.
template <class T>
void read_optional(const json& j, const char* key, T& into) {
  if (const auto found = j.find(key); found != j.end()) into = found->get<T>();
}
template <class T>
void read_optional(const json& j, const char* key, T& into, auto from) {
  if (const auto found = j.find(key); found != j.end() && !found->is_null()) into = from(*found);
}

template <class T>
json optional_of(const std::optional<T>& value) {
  return value ? json_words::of(*value) : json{};
}

double seconds(duration d) { return std::chrono::duration<double>(d).count(); }

json site_part(const site_memory& m) {
  return {{"boot_id", m.boot_id},
          {"birth", optional_of(m.last_birth)},
          {"birth_sent", to_iso8601(m.last_birth_sent)},
          {"birth_id", m.last_birth_id},
          {"heard_ever", m.heard_ever},
          {"last_heard", to_iso8601(m.last_heard)},
          {"state", optional_of(m.state)},
          {"last_outcome", optional_of(m.last_outcome)},
          {"last_outcome_sent", to_iso8601(m.last_outcome_sent)},
          {"backlog", m.last_backlog ? json_words::of(body{*m.last_backlog}) : json{}},
          {"backlog_heard", to_iso8601(m.last_backlog_heard)},
          {"layout_hash", m.layout_hash},
          {"messages", m.counters.messages},
          {"reports", m.counters.reports},
          {"duplicates", m.counters.duplicates},
          {"refused", m.counters.refused},
          {"deferred", m.counters.deferred},
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
  m.counters = {j.at("messages").get<std::uint64_t>(),
                j.at("reports").get<std::uint64_t>(),
                j.at("duplicates").get<std::uint64_t>(),
                j.at("refused").get<std::uint64_t>(),
                0,
                j.at("overflowed").get<std::uint64_t>()};
  read_optional(j, "deferred", m.counters.deferred);
  read_optional(j, "birth_id", m.last_birth_id);
  read_optional(j, "last_outcome_sent", m.last_outcome_sent, json_words::time_from);
  read_optional(j, "backlog", m.last_backlog, json_words::backlog_from);
  read_optional(j, "backlog_heard", m.last_backlog_heard, json_words::time_from);
  read_optional(j, "layout_hash", m.layout_hash);
  m.settled_energy = json_words::number_from(j.at("settled_energy_wh")) * watt_hour;
  m.settled_cost = json_words::number_from(j.at("settled_cost_usd")) * us_dollar;
}

constexpr std::string_view boot_prefix = "boot ";

json boot_part(const known_boot& b) {
  auto j = json{{"heard", b.heard.text()}, {"told", b.told}, {"order", b.order}};
  if (b.ended) j["ended"] = true;
  if (!b.lost.runs().empty()) j["lost"] = b.lost.text();
  if (!b.refused.runs().empty()) j["refused"] = b.refused.text();
  if (b.counts_live) j["counts_live"] = true;
  return j;
}

sequence_set sequences_from(const json& j) {
  auto set = sequence_set::from_text(j.get<std::string>());
  if (!set) throw std::invalid_argument{"no runs of sequence numbers"};
  return std::move(*set);
}

known_boot boot_from(const json& j) {
  auto b = known_boot{};
  b.heard = sequences_from(j.at("heard"));
  b.told = j.at("told").get<std::uint64_t>();
  b.order = j.at("order").get<std::uint64_t>();
  if (b.told > node_limits::sequence_highest) throw std::invalid_argument{"no sequence number"};
  read_optional(j, "ended", b.ended);
  read_optional(j, "lost", b.lost, sequences_from);
  read_optional(j, "refused", b.refused, sequences_from);
  read_optional(j, "counts_live", b.counts_live);
  return b;
}

/// Version 1 kept all boots in one part, and its houses numbered live messages too.
void read_sequences(site_memory& m, const json& j) {
  for (const auto& one : j) {
    auto b = known_boot{};
    b.heard = sequences_from(one.at("heard"));
    b.counts_live = true;
    m.boots.restore(one.at("boot_id").get<std::string>(), std::move(b));
  }
}

json channels_of(const std::map<std::string, known_channel>& channels, bool former, json out) {
  for (const auto& [name, c] : channels) {
    auto j = json{{"channel", name}};
    j.update(json_words::of(c.value));
    j["quality"] = to_text(c.quality);
    j["at"] = to_iso8601(c.at);
    j["max_age_s"] = std::chrono::duration_cast<std::chrono::seconds>(c.max_age).count();
    j["energy_so_far_wh"] = c.energy_so_far.in(watt_hour);
    j["cost_so_far_usd"] = c.cost_so_far.in(us_dollar);
    if (former) j["former"] = true;
    out.push_back(std::move(j));
  }
  return out;
}

json channels_part(const site_memory& m) {
  return channels_of(m.former_channels, true, channels_of(m.channels, false, json::array()));
}

void read_channels(site_memory& m, const json& j) {
  for (const auto& one : j) {
    auto& where = one.contains("former") ? m.former_channels : m.channels;
    auto& c = where[one.at("channel").get<std::string>()];
    c.value = json_words::value_from(one);
    c.quality = json_words::quality_from(one.at("quality"));
    c.at = json_words::time_from(one.at("at"));
    c.energy_so_far = json_words::number_from(one.at("energy_so_far_wh")) * watt_hour;
    c.cost_so_far = json_words::number_from(one.at("cost_so_far_usd")) * us_dollar;
    read_optional(one, "max_age_s", c.max_age,
                  [](const json& s) { return std::chrono::seconds{s.get<std::uint32_t>()}; });
  }
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
  for (const auto& e : m.events) {
    out.push_back(json_words::of(e.said));
    if (e.undated) out.back()["undated"] = true;
  }
  return out;
}

void read_events(site_memory& m, const json& j) {
  for (const auto& one : j)
    m.events.push_back({json_words::event_from(one), one.contains("undated")});
}

json losses_part(const site_memory& m) {
  auto out = json::array();
  for (const auto& l : m.losses) out.push_back(json_words::of(body{l}));
  return out;
}

void read_losses(site_memory& m, const json& j) {
  for (const auto& one : j) m.losses.push_back(json_words::loss_from(one));
}

struct part_row {
  memory_part part;
  json (*write)(const site_memory&);
  void (*read)(site_memory&, const json&);
};
constexpr std::array<part_row, memory_parts> rows{{
    {memory_part::site, site_part, read_site},
    {memory_part::channels, channels_part, read_channels},
    {memory_part::contracts, contracts_part, read_contracts},
    {memory_part::events, events_part, read_events},
    {memory_part::losses, losses_part, read_losses},
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
          {"contracted_cost_usd", m.contracted_cost().in(us_dollar)},
          {"missing", m.boots.missing()},
          {"lost", m.boots.lost()},
          {"waiting", m.last_backlog ? json(m.last_backlog->waiting) : json{}}};
}

}  // namespace

std::string text_of(const site_memory& house, memory_part part) {
  return dump(rows[static_cast<std::size_t>(part)].write(house));
}

std::vector<stored_part> parts_of(const site_memory& house, parts_wanted wanted) {
  auto out = std::vector<stored_part>{};
  const auto all = wanted == parts_wanted::all;
  for (const auto& row : rows)
    if (all || (house.changed & (1U << static_cast<unsigned>(row.part))) != 0)
      out.push_back({house.site, std::string{to_text(row.part)}, text_of(house, row.part)});
  const auto add = [&](const std::string& id, const known_boot& boot) {
    out.push_back({house.site, std::string{boot_prefix} + id, dump(boot_part(boot))});
  };
  if (all)
    for (const auto& [id, boot] : house.boots.all()) add(id, boot);
  else
    for (const auto& id : house.boots.unsaved()) add(id, house.boots.all().at(id));
  return out;
}

std::optional<fault> read_part(site_memory& house, std::string_view part, std::string_view text) {
  try {
    const auto content = json::parse(text);
    if (part.starts_with(boot_prefix)) {
      const auto id = std::string{part.substr(boot_prefix.size())};
      return house.boots.restore(id, boot_from(content)), std::nullopt;
    }
    if (part == "sequences") return read_sequences(house, content), std::nullopt;
    for (const auto& row : rows)
      if (to_text(row.part) == part) return row.read(house, content), std::nullopt;
    return fault{fault_code::malformed, "'" + std::string{part} + "' is no part of a memory"};
  } catch (const std::exception& e) {
    return fault{fault_code::malformed, "what is stored as '" + std::string{part} + "' of site '" +
                                            house.site + "' cannot be read: " + e.what()};
  }
}

std::string text_of(const settled_contract& s) {
  return dump({{"entered", json_words::of(s.entered)}, {"sold", optional_of(s.sold)}});
}

result<settled_contract> settled_from(std::string_view text) {
  try {
    const auto j = json::parse(text);
    auto out = settled_contract{json_words::contract_report_from(j.at("entered")), {}};
    if (!j.at("sold").is_null()) out.sold = json_words::contract_from(j.at("sold"));
    if (!out.entered.settled) throw std::invalid_argument{"nothing is settled there"};
    return out;
  } catch (const std::exception& e) {
    return failed(fault_code::malformed,
                  std::string{"a settled contract cannot be read: "} + e.what());
  }
}

std::string json_summary(const site_memory& house, time_point now) {
  return dump(summary(house, now));
}

std::string json_of(const site_memory& house, time_point now) {
  auto j = summary(house, now);
  for (const auto& [name, c] : house.channels) {
    const auto s = staleness_of(c, now, house.presence_at(now));
    j["channels"][name] = {{"quality", to_text(s.quality)},
                           {"age_s", s.age ? json(seconds(*s.age)) : json{}}};
  }
  for (const auto& row : rows) j["memory"][std::string{to_text(row.part)}] = row.write(house);
  for (const auto& [id, boot] : house.boots.all()) j["memory"]["boots"][id] = boot_part(boot);
  return dump(j);
}

}  // namespace hearth
