#include "actors/history/chronicler.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>

namespace hearth {
namespace {

using nlohmann::json;

std::int64_t ms(time_point t) { return t.time_since_epoch().count(); }

/// So that a plan is short: no more digits than anybody can tell apart.
double rounded(double value, double steps) { return std::round(value * steps) / steps; }

std::string text_of(const json& data) {
  return data.dump(-1, ' ', false, json::error_handler_t::replace);
}

double watts(energy e, duration length) {
  return length > duration{} ? e.si() / std::chrono::duration<double>(length).count() : 0.0;
}

/// One that was confirmed is what is left of the one before.
bool confirms(const heat_plan& plan, const std::optional<heat_plan>& before) {
  return before && plan.end() == before->end() && plan.cost == before->cost;
}

/// Until when the slot at `now` and those like it go on.
time_point lasts_until(const heat_plan& plan, const planned_slot* current, time_point now) {
  auto ends = plan.slot_began(now) == plan.start ? plan.start + plan.first
                                                 : plan.slot_began(now) + plan.slot;
  const auto* last = plan.slots.data() + plan.slots.size();
  for (const auto* s = current + 1; s != last && (s->part > 0) == (current->part > 0); ++s)
    ends += plan.slot;
  return ends;
}

chronicle_item item(time_point at, std::string kind, std::string subject, std::string text,
                    const json& data) {
  return {
      0, at, std::move(kind), severity::info, std::move(subject), std::move(text), text_of(data)};
}

chronicle_item words(const state_report& s, const dating& dates, time_point at) {
  return item(at, "state", std::string{to_text(s.in_charge)}, s.cause,
              {{"in_charge", to_text(s.in_charge)},
               {"mode", s.mode},
               {"cause", s.cause},
               {"contract_id", s.contract_id},
               {"since_ms", ms(dates.utc(s.since))}});
}

chronicle_item words(const event& e, time_point at) {
  const auto lease =
      e.kind.starts_with("lease-") || e.kind.starts_with("on-site") || e.kind.starts_with("wish-");
  auto out = item(at, lease ? "lease" : "event", e.kind + " " + e.subject, e.text,
                  {{"kind", e.kind}, {"subject", e.subject}});
  out.severity = e.severity;
  return out;
}

chronicle_item words(const outcome& o, time_point at) {
  return item(at, "outcome", o.request_id, (o.accepted ? "accepted: " : "refused: ") + o.reason,
              {{"request_id", o.request_id}, {"accepted", o.accepted}, {"reason", o.reason}});
}

chronicle_item words(const contract_report& c, time_point at) {
  auto data = json{{"contract_id", c.contract_id},
                   {"status", to_text(c.status)},
                   {"reason", c.reason},
                   {"promised_kwh", c.promised.in(kilowatt_hour)},
                   {"metered_kwh", c.metered.in(kilowatt_hour)}};
  if (c.settled && c.settled->price)
    data["price_usd_per_kwh"] = (*c.settled->price * kilowatt_hour).in(us_dollar);
  return item(at, "contract", c.contract_id,
              "contract " + c.contract_id + " is " + std::string{to_text(c.status)} +
                  (c.reason.empty() ? "" : ": " + c.reason),
              data);
}

}  // namespace

event event_of(const chronicle_item& item) {
  const auto space = item.subject.find(' ');
  const auto subject = space == std::string::npos ? std::string{} : item.subject.substr(space + 1);
  return {item.severity, item.subject.substr(0, space), subject, item.text, item.at};
}

std::string plan_data(const plan_news& news, const dating& dates, bool whole) {
  const auto& plan = news.plan;
  auto data = json{{"start_ms", ms(dates.utc(plan.start))},
                   {"end_ms", ms(dates.utc(plan.end()))},
                   {"cost_usd", rounded(plan.cost.in(us_dollar), 1e4)},
                   {"unserved_kwh", rounded(plan.unserved.in(kilowatt_hour), 1e3)}};
  if (const auto* s = plan.at(news.at)) {
    const auto length = s == plan.slots.data() ? plan.first : plan.slot;
    data["on"] = s->part > 0;
    data["until_ms"] = ms(dates.utc(lasts_until(plan, s, news.at)));
    data["power_w"] = rounded(watts(s->electricity, length), 1);
    data["store_c"] = rounded(s->store.in_celsius(), 100);
    data["price_usd_per_kwh"] = rounded((s->price * kilowatt_hour).in(us_dollar), 1e5);
    if (s->more_otherwise)
      data["more_otherwise_usd"] = rounded(s->more_otherwise->in(us_dollar), 1e4);
  }
  if (!whole) return text_of(data);
  auto& slots = data["slots"];
  slots["first_ms"] = plan.first.count();
  slots["slot_ms"] = plan.slot.count();
  for (std::size_t i = 0; i < plan.slots.size(); ++i) {
    const auto& s = plan.slots[i];
    slots["power_w"].push_back(rounded(watts(s.electricity, i == 0 ? plan.first : plan.slot), 1));
    slots["store_c"].push_back(rounded(s.store.in_celsius(), 100));
    slots["price_usd_per_kwh"].push_back(rounded((s.price * kilowatt_hour).in(us_dollar), 1e5));
  }
  for (const auto& o : news.outlook) {
    slots["outdoor_c"].push_back(rounded(o.outdoor.in_celsius(), 100));
    slots["load_w"].push_back(rounded(o.load.in(watt), 1));
  }
  return text_of(data);
}

chronicler::chronicler(const std::string& timezone, bool exact_dates)
    : calendar_{timezone}, belief_{exact_dates} {}

void chronicler::hear(const body& said, time_point now) {
  if (const auto* s = std::get_if<state_report>(&said)) {
    const auto same = state_ && state_->in_charge == s->in_charge && state_->mode == s->mode &&
                      state_->cause == s->cause && state_->contract_id == s->contract_id;
    state_ = *s;
    if (!same) add({said, {}, false, now});
  } else if (const auto* e = std::get_if<event>(&said)) {
    urgent_ = urgent_ || e->severity == severity::alarm;
    add({said, {}, false, e->at});
  } else if (const auto* c = std::get_if<contract_report>(&said)) {
    // Of one that goes on, how much was metered is in the feeds.
    add({said, {}, false, c->at});
  } else if (std::holds_alternative<outcome>(said)) {
    add({said, {}, false, now});
  }
}

void chronicler::plan(const plan_news& news) {
  auto item = waiting{{}, news, !confirms(news.plan, plan_), news.at};
  plan_ = news.plan;
  item.planned->thermostat.clear();
  add(std::move(item));
}

void chronicler::add(waiting item) {
  waiting_.push_back(std::move(item));
  if (waiting_.size() <= undated) return;
  waiting_.pop_front();
  ++lost_;
}

std::optional<chronicle_item> chronicler::words_of(const waiting& w) {
  const auto& dates = belief_.dates();
  const auto at = dates.utc(w.at);
  if (w.planned) {
    const auto day = calendar_.day_of(at);
    const auto of_day = std::exchange(planned_day_, day) != day;
    auto out = item(at, "plan", of_day ? "day" : w.made_anew ? "made" : "confirmed", {}, {});
    out.data = plan_data(*w.planned, dates, of_day || w.made_anew);
    const auto* now = w.planned->plan.at(w.at);
    if (now == nullptr) return {};
    auto text = std::array<char, 96>{};
    std::snprintf(text.data(), text.size(),
                  "the plan%s: the heat pump is %s, two days are weighed at %.2f USD",
                  w.made_anew ? "" : " is confirmed", now->part > 0 ? "on" : "off",
                  w.planned->plan.cost.in(us_dollar));
    out.text = text.data();
    return out;
  }
  if (const auto* s = std::get_if<state_report>(&w.said)) return words(*s, dates, at);
  if (const auto* e = std::get_if<event>(&w.said)) return words(*e, at);
  if (const auto* o = std::get_if<outcome>(&w.said)) return words(*o, at);
  if (const auto* c = std::get_if<contract_report>(&w.said)) return words(*c, at);
  return {};
}

std::vector<chronicle_item> chronicler::take(time_point now) {
  auto out = std::vector<chronicle_item>{};
  if (!belief_.believed(now)) return out;
  for (const auto& each : waiting_)
    if (auto words = words_of(each)) out.push_back(std::move(*words));
  waiting_.clear();
  urgent_ = false;
  return out;
}

}  // namespace hearth
