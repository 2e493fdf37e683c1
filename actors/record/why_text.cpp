#include "actors/record/why.hpp"

#include <date/tz.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>

namespace hearth {
namespace {

using json = nlohmann::ordered_json;

std::string local(const why_answer& a, time_point t) {
  const auto utc = date::floor<std::chrono::seconds>(
      date::sys_time<duration>{a.dates.utc(t).time_since_epoch()});
  try {
    return date::format("%a %F %T", date::locate_zone(a.house->timezone)->to_local(utc));
  } catch (const std::runtime_error&) {
    return date::format("%a %F %T UTC", utc);
  }
}

template <class... Amounts>
std::string text_of(const char* format, Amounts... amounts) {
  std::array<char, 160> text{};
  std::snprintf(text.data(), text.size(), format, amounts...);
  return text.data();
}

std::string row(const std::string& what, const std::string& text) {
  return "  " + what + std::string(12 - std::min<std::size_t>(12, what.size()), ' ') + text + "\n";
}

bool is_heat_pump(const why_answer& a) {
  return a.house->plant && (*a.house)[a.house->plant->heat_pump.enable].name == a.channel;
}

/// The rank and what it followed: "local control, by a fresh plan".
std::string rank_of(const decision& d) {
  if (d.by == "local") return "the house itself";
  if (d.by == "contract") return "a contract with the node";
  if (d.by == "grid") return "a request of the grid";
  if (d.by == "admin") return "somebody's hand";
  if (d.by == "safety") return "the interlock, which stands over all";
  return d.by;
}

std::string plan_of(const why_answer& a) {
  const auto* slot = a.plan->at(a.at);
  if (!slot) return {};
  auto out = row("plan", "made " + local(a, a.plan->start) + ": the heat pump " +
                             (slot->part > 0 ? "runs" : "rests") + " in this quarter of an hour");
  out += row("price", text_of("%.1f ¢/kWh, as it was expected", slot->price.in(usd_per_mwh) / 10));
  if (slot->more_otherwise)
    out += row("otherwise", text_of("%s would have cost %.2f USD more in the end",
                                    slot->part > 0 ? "waiting" : "running",
                                    slot->more_otherwise->in(us_dollar)));
  else
    out += row("otherwise", "there was no choice: a run and a rest have a shortest time");
  out += row("store",
             text_of("%.1f °C on average when it ends, as planned", slot->store.in_celsius()));
  for (auto t = a.plan->slot_began(a.at) + a.plan->slot; t < a.plan->end(); t += a.plan->slot)
    if (const auto* next = a.plan->at(t); next && (next->part > 0) != (slot->part > 0)) {
      out += row("next", std::string{next->part > 0 ? "on" : "off"} + " at " + local(a, t));
      break;
    }
  return out;
}

std::string seen_of(const why_answer& a) {
  auto out = std::string{};
  const auto show = [&](channel_id c) {
    const auto& p = (*a.seen)[c];
    const auto& channel = (*a.house)[c];
    auto is = std::string{to_text(p.quality)};
    if (p.quality == quality::good && p.value)
      is = channel.unit == unit::on_off
               ? (p.value->amount != 0 ? "on" : "off")
               : text_of("%.1f ", p.value->amount) + std::string{symbol(channel.unit)};
    out += row("seen", channel.name + " " + is);
  };
  show(*a.house->find_channel(a.channel));
  if (!is_heat_pump(a)) return out;
  const auto& plant = *a.house->plant;
  if (plant.heat_pump.power_meter) show(*plant.heat_pump.power_meter);
  if (plant.outdoor) show(*plant.outdoor);
  if (plant.store) {
    show(plant.store->layers.front());
    if (plant.store->layers.size() > 1) show(plant.store->layers.back());
  }
  for (const auto& z : plant.zones) show(z.temperature_channel);
  return out;
}

}  // namespace

std::string to_text(const why_answer& a) {
  auto out = local(a, a.at) + ": " + a.channel + " ";
  if (!a.standing)
    return out +
           "was not commanded: it is as its hardware has it, or as it was before the log began\n";
  const auto& d = a.standing->what;
  if (a.expired)
    out += "was safe by itself, because nobody had renewed “" + d.what + "”\n";
  else
    out += "was " + d.what + ", by " + rank_of(d) + ": " + d.cause + "\n";
  out += row("since", local(a, a.standing->at));
  if (a.in_charge)
    out += row("in charge", a.in_charge->by + ", " + a.in_charge->what + ": " + a.in_charge->cause);
  if (is_heat_pump(a) && a.plan && d.by == "local") out += plan_of(a);
  if (a.held_back)
    out += row("interlock", local(a, a.held_back->at) + ": " + a.held_back->what.cause);
  else
    out += row("interlock", "has held nothing back since the log began");
  if (a.seen) out += seen_of(a);
  for (const auto& b : a.before)
    out += row("before",
               local(a, b.at) + ": " + b.what.what + " by " + b.what.by + ": " + b.what.cause);
  return out;
}

std::string to_json(const why_answer& a) {
  const auto dated = [&](const dated_decision& d) {
    return json{{"utc", to_iso8601(a.dates.utc(d.at))},
                {"what", d.what.what},
                {"by", d.what.by},
                {"cause", d.what.cause}};
  };
  auto out = json{{"utc", to_iso8601(a.dates.utc(a.at))}, {"channel", a.channel}};
  out["standing"] = a.standing ? dated(*a.standing) : json{};
  out["expired"] = a.expired;
  if (a.in_charge)
    out["in_charge"] = {
        {"rank", a.in_charge->by}, {"mode", a.in_charge->what}, {"cause", a.in_charge->cause}};
  if (const auto* slot = a.plan ? a.plan->at(a.at) : nullptr)
    out["plan"] = {{"made", to_iso8601(a.dates.utc(a.plan->start))},
                   {"on", slot->part > 0},
                   {"price_usd_per_mwh", slot->price.in(usd_per_mwh)},
                   {"store_c", slot->store.in_celsius()},
                   {"otherwise_usd",
                    slot->more_otherwise ? json(slot->more_otherwise->in(us_dollar)) : json{}}};
  if (a.held_back) out["interlock"] = dated(*a.held_back);
  out["before"] = json::array();
  for (const auto& b : a.before) out["before"].push_back(dated(b));
  return out.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace hearth
