#include "actors/planner/heat_planner.hpp"

#include "actors/planner/hours_ahead.hpp"
#include "protocol/limits.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <utility>

namespace hearth {
namespace {

using namespace std::chrono_literals;

constexpr duration slot = plan_slot;
constexpr duration hour = 1h;
constexpr std::size_t hours_of_day = 24;
/// A store whose mean is within this of what was planned is as planned.
constexpr auto as_planned = 0.75 * kelvin;
/// For a house that was never told nor felt the weather.
constexpr auto assumed_outdoor = celsius(0);

}  // namespace

heat_planner::heat_planner(std::shared_ptr<const layout> house)
    : house_{std::move(house)},
      prices_{house_->tariff, house_->timezone},
      charged_{house_->tariff, house_->timezone} {
  if (!house_->plant || !house_->plant->store) return;
  learner_.emplace(house_);
  rooms_.resize(house_->plant->zones.size());
}

void heat_planner::redate(const dating& dates) {
  news_ = news_ || dates.known() != dates_.known();
  // A correction moves the borders of slots; what a slot of another date was like as a whole nobody
  // has seen.
  const auto moved = dates.offset - dates_.offset;
  if (shadow_slot_ && std::chrono::abs(moved) <= thermostat_shadow::as_one)
    *shadow_slot_ -= moved;
  else if (moved != duration{})
    shadow_slot_.reset();
  if (std::chrono::abs(moved) > hour / 2)
    for (auto& room : rooms_) room.forget_hours();
  dates_ = dates;
  prices_.redate(dates);
  charged_.redate(dates);
}

void heat_planner::hear(const body& said, time_point now) {
  if (const auto* p = std::get_if<prices>(&said)) {
    prices_.learn(*p, now);
    charged_.learn(*p);
    news_ = true;
  } else if (const auto* w = std::get_if<weather>(&said)) {
    weather_ = *w;
    news_ = true;
  }
}

std::optional<temperature> heat_planner::forecast(time_point t) const {
  return forecast_at(weather_, dates_.utc(t));
}

/// What to expect of the air so many hours on: the forecast, corrected by what the thermometer says
/// now; without one, that the weather stays as it is.
temperature heat_planner::outdoor_in(time_point now, std::size_t hours) const {
  const auto there = forecast(now + hour * static_cast<std::int64_t>(hours));
  if (!there) {
    if (air_hour_) return air_.ahead(hours);
    return outdoor_.value_or(assumed_outdoor);
  }
  const auto here = forecast(now);
  if (!here || !outdoor_) return *there;
  return corrected(*there, *here, *outdoor_, hours);
}

void heat_planner::feel_the_air(const snapshot& now) {
  const auto& channel = house_->plant->outdoor;
  outdoor_ = channel ? now.good<temperature>(*channel) : std::nullopt;
  if (outdoor_ && !is_weather(*outdoor_)) outdoor_.reset();
  if (!outdoor_ || !dates_.known()) return;
  const auto this_hour = time_point{std::chrono::floor<std::chrono::hours>(dates_.utc(now.at))};
  if (air_hour_ == this_hour) return;
  // Hours that nobody felt are as expected; a day of them says nothing any more.
  if (air_hour_ && this_hour > *air_hour_ && this_hour - *air_hour_ <= 24h)
    for (auto missed = *air_hour_ + hour; missed < this_hour; missed += hour)
      air_.learn(air_.ahead(1));
  else if (air_hour_)
    air_ = {};
  air_.learn(*outdoor_);
  air_hour_ = this_hour;
}

std::optional<std::string> heat_planner::obstacle_to_a_plan(time_point now) const {
  if (!dates_.known()) return "the date is unknown";
  if (!store_) return "no store temperature can be trusted";
  if (!running_) return "nobody can see whether the heat pump runs";
  // A house that has just begun and is cold heats as soon as its compressor may; a plan could only
  // have it start with a quarter of an hour, and must see such a start.
  const auto rested = house_->plant->heat_pump.min_off + command_margin + 2 * house_->pace.control;
  if (!plan_ && !*running_ && now - *changed_ < rested)
    return "the compressor has not rested yet since the house began";
  return learner_->misfit();
}

/// A call for heat heats its room while the store is warm enough and nobody else heats.
void heat_planner::look_at_rooms(const snapshot& now, std::size_t hour) {
  const auto air = outdoor_ ? outdoor_ : forecast(now.at);
  const auto warm = air && store_ && store_->top >= learner_->model().required_at(*air);
  for (std::size_t i = 0; i < rooms_.size(); ++i)
    rooms_[i].observe(house_->plant->zones[i], now, air, hour, warm && !hands_off_);
}

/// Once a day what was learned, and at once whether the house is understood.
void heat_planner::keep_diary(time_point now) {
  if (const auto misfit = learner_->misfit(); misfit.has_value() != misunderstood_) {
    misunderstood_ = misfit.has_value();
    events_.push_back({misfit ? severity::warning : severity::info,
                       misfit ? "house-misunderstood" : "house-understood", "planner",
                       misfit ? *misfit + "; no plans are made until it is understood"
                              : "the house behaves as it was learned again; plans are made",
                       now});
  }
  if (!dates_.known()) return;
  const auto day = time_point{std::chrono::floor<std::chrono::days>(dates_.utc(now))};
  if (std::exchange(told_day_, day).value_or(day) == day) return;
  auto text = std::string{"learned of this house:"};
  for (const auto& n : learner_->numbers()) {
    std::array<char, 96> one{};
    std::snprintf(one.data(), one.size(), " %s %.2f ± %.2f%s%s;", n.name.c_str(), n.value, n.doubt,
                  n.unit.empty() ? "" : " ", n.unit.c_str());
    text += one.data();
  }
  text.back() = '.';
  events_.push_back({severity::info, "house-learned", "planner", text, now});
}

heat_problem heat_planner::problem(time_point now, const standing& is) const {
  auto world = hours_ahead{hour_of_day(dates_.utc(now)), {}, prices_.ahead(now, plan_hours + 1)};
  for (std::size_t h = 0; h <= plan_hours; ++h) world.outdoor.push_back(outdoor_in(now, h));
  return problem_of(heat_model{is.model}, is.usual_beyond, world,
                    now - slot_start(now, hour, dates_));
}

std::optional<standing> heat_planner::standing_to_sell_by(time_point now) const {
  // Nobody should promise the energy of a machine that was never seen to run.
  return learner_ && learner_->knows_the_heat_pump() ? stands(now) : std::nullopt;
}

std::optional<standing> heat_planner::stands(time_point now) const {
  if (!learner_ || !store_ || !running_ || learner_->misfit()) return {};
  auto model = learner_->model();
  // Whatever the mean says: a top that is not hot enough means that the store is empty.
  const auto required = model.required_at(outdoor_in(now, 0));
  if (store_->top < required && required > room_warmth)
    model.drained =
        std::clamp((required - store_->mean) / (required - room_warmth), 0.0, model.drained);
  // The pump first, then the compressor, then its meter.
  const auto ticks = house_->plant->heat_pump.pump ? 3 : 2;
  model.start_lag = ticks * house_->pace.control + limits::poll_every_default;
  auto out =
      standing{now, store_->mean, store_->top, *running_, now - *changed_, outdoor_, model, {}};
  for (std::size_t h = 0; h < hours_of_day; ++h)
    out.usual_beyond.push_back(learner_->usual_beyond(h));
  return out;
}

/// The latest plan, if the slot that ended went as planned.
std::optional<heat_plan> heat_planner::confirmed(time_point slot_began) const {
  if (!plan_ || news_ || slot_began - *thought_ >= hour) return {};
  const auto* before = plan_->at(slot_began - duration{1});
  if (!before || (before->part > 0) != *running_) return {};
  const auto off_by = store_->mean - before->store;
  if (off_by > as_planned || -off_by > as_planned) return {};
  return plan_->from(slot_began);
}

/// When a slot has ended, what a thermostat would have done in it.
void heat_planner::shadow(time_point now) {
  const auto slot_now = slot_start(now, slot, dates_);
  if (shadow_slot_ && *shadow_slot_ != slot_now && dates_.known()) {
    const auto began = *shadow_slot_;
    if (store_ && running_ && !learner_->misfit() && slot_now - began == slot) {
      const auto model = learner_->model();
      const auto outdoor =
          felt_ > 0 ? celsius(felt_k_ / static_cast<double>(felt_)) : outdoor_in(now, 0);
      const auto load =
          model.load_at(outdoor) + learner_->usual_beyond(hour_of_day(dates_.utc(began)));
      thermostat_.live(model, {began, slot, outdoor, std::max(load, power{}), charged_.total(began),
                               store_->mean, *running_, made_of_.end_worth});
    } else {
      thermostat_.forget();
    }
  }
  if (shadow_slot_ != slot_now) {
    shadow_slot_ = slot_now;
    felt_k_ = 0;
    felt_ = 0;
  }
  if (!outdoor_) return;
  felt_k_ += outdoor_->in_celsius();
  ++felt_;
}

plan_news heat_planner::news(const heat_plan& made, time_point now) {
  auto out = plan_news{now, made, made_of_.slots, thermostat_.take(), {}};
  for (const auto& room : rooms_) out.rooms.push_back(room.learned());
  // One that was confirmed is what is left of the one before.
  const auto gone = out.outlook.size() - std::min(out.outlook.size(), made.slots.size());
  out.outlook.erase(out.outlook.begin(), out.outlook.begin() + static_cast<std::ptrdiff_t>(gone));
  return out;
}

std::optional<heat_plan> heat_planner::look(const snapshot& now) {
  if (!learner_) return {};
  feel_the_air(now);
  store_ = estimate_store(*house_->plant->store, now);
  const auto running = now.good<bool>(house_->plant->heat_pump.enable);
  if (running && running_ && *running != *running_) {
    changed_ = now.at;
    // Whoever switched it: a plan that does not know of it might want it back at once.
    const auto* planned = plan_ ? plan_->at(now.at) : nullptr;
    news_ = news_ || (planned && (planned->part > 0) != *running);
  }
  if (running && !changed_) changed_ = now.at;
  running_ = running;
  const auto hour = hour_of_day(dates_.utc(now.at));
  learner_->observe(now, store_, hour);
  look_at_rooms(now, hour);
  keep_diary(now.at);
  shadow(now.at);
  const auto this_slot = slot_start(now.at, slot, dates_);
  if (planned_ == this_slot && !news_) return {};
  obstacle_ = obstacle_to_a_plan(now.at);
  if (obstacle_) return {};
  planned_ = this_slot;
  if (auto same = confirmed(this_slot)) return plan_ = std::move(same);
  news_ = false;
  thought_ = now.at;
  const auto is = stands(now.at);
  if (!is) return {};
  made_of_ = problem(now.at, *is);
  return plan_ = plan_heat(heat_model{is->model}, made_of_,
                           {is->mean, is->running, is->since_change}, now.at);
}

}  // namespace hearth
