#include "actors/kept_contracts.hpp"

#include "actors/node/json_words.hpp"

#include <stdexcept>

namespace hearth {

using json_words::json;

bool kept_contracts::same_as(const kept_contracts& other) const {
  if (pending != other.pending || active.has_value() != other.active.has_value()) return false;
  return !active ||
         (active->terms == other.active->terms && active->used_up == other.active->used_up);
}

std::string text_of(const kept_contracts& k) {
  auto j = json{{"at", to_iso8601(k.at)}, {"pending", json::array()}};
  for (const auto& c : k.pending) j["pending"].push_back(json_words::of(c));
  if (k.active)
    j["active"] = {{"terms", json_words::of(k.active->terms)},
                   {"metered_wh", k.active->metered.in(watt_hour)},
                   {"unmetered_ms", k.active->unmetered.count()},
                   {"used_up", k.active->used_up}};
  return j.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::optional<kept_contracts> kept_contracts_from(const std::string& text) {
  try {
    const auto j = json::parse(text);
    auto out = kept_contracts{json_words::time_from(j.at("at")), {}, {}};
    for (const auto& c : j.at("pending")) out.pending.push_back(json_words::contract_from(c));
    if (j.contains("active")) {
      const auto& a = j.at("active");
      out.active = kept_running{json_words::contract_from(a.at("terms")),
                                json_words::number_from(a.at("metered_wh")) * watt_hour,
                                duration{a.at("unmetered_ms").get<std::int64_t>()},
                                a.at("used_up").get<bool>()};
    }
    return out;
  } catch (const std::exception&) {
    return {};
  }
}

}  // namespace hearth
