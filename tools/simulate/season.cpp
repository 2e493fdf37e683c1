#include "tools/simulate/season.hpp"

#include "actors/local_control.hpp"
#include "actors/node/outlook.hpp"
#include "actors/tariff.hpp"
#include "tools/simulate/bound_book.hpp"
#include "tools/simulate/event_hash.hpp"
#include "tools/simulate/stand_in.hpp"
#include "tools/simulate/virtual_house.hpp"

#include <algorithm>
#include <utility>

namespace hearth::simulate {
namespace {

/// Colder than the setpoint by more than this is a loss of comfort.
constexpr auto comfort_band = 0.5 * kelvin;

/// The layout as this plan wants it: on stand-ins, and without a timer's reason to wait if it is to
/// be a thermostat.
std::shared_ptr<const layout> house_of(const season_plan& plan) {
  auto out = on_stand_ins(*plan.house, plan.step);
  out.simulation->seed = plan.seed;
  if (plan.control == control::thermostat) out.tariff.windows.clear();
  return std::make_shared<const layout>(std::move(out));
}

node_options options_of(const season_plan& plan) {
  auto out = node_options{.boot_id = "node", .sites = {plan.house->site}, .dispatch = {}};
  out.dispatch.emplace();
  out.dispatch->timezone = plan.house->timezone;
  out.dispatch->nameplate = plan.house->plant->heat_pump.max_power;
  if (!plan.contracts) out.dispatch->contracts_per_day = 0;
  return out;
}

/// What an hour costs, from the price file and, where it has no distribution, from the layout.
class price_list {
 public:
  explicit price_list(const season_plan& plan)
      : known_{prices_of(plan.prices)}, tariff_{plan.house->tariff, plan.house->timezone} {}

  [[nodiscard]] std::optional<energy_price> at(time_point t) const {
    const auto price = price_at(known_, t);
    if (!price || !known_.distribution.empty()) return price;
    return *price + tariff_.distribution(t);
  }
  [[nodiscard]] const prices& known() const { return known_; }

 private:
  prices known_;
  tariff tariff_;
};

/// Follows the heat pump from start to stop.
class run_watch {
 public:
  void look(bool running, time_point now, season_totals& into) {
    if (running && !since_) {
      since_ = now;
      ++into.heat_pump_starts;
    } else if (!running && since_) {
      const auto length = now - *since_;
      into.shortest_run = std::min(into.shortest_run.value_or(length), length);
      since_.reset();
    }
  }

 private:
  std::optional<time_point> since_;
};

class counted_season final : public season {
 public:
  counted_season(season_plan plan, std::shared_ptr<const layout> house)
      : plan_{std::move(plan)},
        prices_{plan_},
        layout_{std::move(house)},
        plant_{std::make_shared<simulated_house>(
            simulated::plant{*layout_->plant, *layout_->simulation, plan_.outdoor, plan_.sun})},
        house_{plan_of_house()} {
    // What happened in the first instant belongs to the first slot.
    before_ = look();
    record_.totals.store_start = before_.store().heat();
    slot_began_ = before_;
    best_.emplace(*layout_->plant, *layout_->simulation, before_);
  }

  bool live() override {
    if (now() >= plan_.when.to) return false;
    const auto slot_start = now();
    const auto slot_end = std::min(slot_start + slot_length, plan_.when.to);
    while (now() < slot_end) {
      const auto from = now();
      if (house_.node() != nullptr) house_.tick_node();
      house_.live_until(std::min(from + plan_.step, slot_end));
      count(from);
    }
    keep_slot(slot_start);
    return true;
  }

  [[nodiscard]] time_point now() const override { return house_.now(); }

  season_record record() override {
    auto out = record_;
    const auto plant = look();
    const auto books = plant.books();
    auto& t = out.totals;
    t.electricity = books.electric_in;
    t.heat_delivered = books.emitted;
    t.heat_lost = books.lost_store + books.lost_pipes;
    t.store_end = plant.store().heat();
    t.balance_error = books.imbalance();
    if (t.unpriced > energy{})
      t.bound = failed(fault_code::not_ready, "a part of the time has no price");
    else
      t.bound = best_->least_cost(plant).map([](const bound_answer& b) { return b.cost; });
    if (house_.node() != nullptr) t.messages = house_.node()->messages();
    t.event_log_sha256 = log_.hex();
    auto watched = watch_;
    watched.end(now());
    out.violations = watched.violations();
    return out;
  }

 private:
  house_plan plan_of_house() {
    return {.house = layout_,
            .plant = plant_,
            .from = plan_.when.from,
            .journal = {},
            .node =
                [this](const house_clock& clock) {
                  return std::make_unique<virtual_node>(
                      options_of(plan_), outlook{prices_.known(), weather_of(*plan_.outdoor)},
                      [clock] { return clock.now(); });
                },
            .log = [this](const event& e) { note(e); },
            .statement_observer = [this](const body& said) { hear(said); },
            .spoil =
                [this](std::unique_ptr<port> sound) {
                  return make_faulty_port(std::move(sound), plan_.faults,
                                          [this](const relay_write& w) { watch_.wrote(w); });
                },
            .seed = plan_.seed};
  }

  simulated::plant look() {
    // Asking for a point lets the plant live until now.
    (void)plant_->read("outdoor", now());
    return plant_->truth();
  }

  void note(const event& e) {
    log_.add(e);
    watch_.happened(e);
    if (e.kind == "interlock") ++record_.totals.interlock_interventions;
    if (e.severity == severity::alarm) ++record_.totals.alarms;
    if (e.severity != severity::info && record_.events.size() < events_kept)
      record_.events.push_back(e);
  }

  void hear(const body& said) {
    if (const auto* state = std::get_if<state_report>(&said)) in_charge_ = state->in_charge;
  }

  void count(time_point from) {
    const auto plant = look();
    watch_.look(plant, now());
    auto& t = record_.totals;
    const auto used = plant.heat_pump_energy() - before_.heat_pump_energy();
    if (const auto price = prices_.at(from)) {
      t.energy_cost += used * *price;
      best_->add(before_, plant, *price, now() - from);
    } else {
      t.unpriced += used;
    }
    runs_.look(plant.phase() != simulated::heat_pump_phase::off, now(), t);
    t.in_charge[in_charge_] += now() - from;
    const auto hours = std::chrono::duration<double, std::ratio<3600>>(now() - from).count();
    for (std::size_t z = 0; z < plant.zone_count(); ++z) {
      const auto* wanted = std::get_if<temperature>(&layout_->plant->zones[z].setpoint);
      if (wanted == nullptr) continue;
      const auto missing = *wanted - comfort_band - plant.room(z);
      t.comfort_below_k_h += std::max(0.0, missing.in(kelvin)) * hours;
    }
    before_ = plant;
  }

  void keep_slot(time_point start) {
    const auto& end = before_;
    const auto length = std::chrono::duration<double>(now() - start);
    const auto was = slot_began_.books(), is = end.books();
    auto& slot = record_.slots.emplace_back();
    slot.at = start;
    slot.outdoor = end.outdoor();
    slot.price = prices_.at(start);
    slot.heat_pump = (is.electric_in - was.electric_in) / length;
    slot.house = (end.house_energy() - slot_began_.house_energy()) / length;
    slot.made = (is.made - was.made) / length;
    slot.delivered = (is.emitted - was.emitted) / length;
    for (std::size_t i = 0; i < end.layer_count(); ++i) slot.layers.push_back(end.layer(i));
    for (std::size_t z = 0; z < end.zone_count(); ++z) slot.rooms.push_back(end.room(z));
    slot.in_charge = in_charge_;
    slot_began_ = end;
  }

  season_plan plan_;
  price_list prices_;
  std::shared_ptr<const layout> layout_;
  std::shared_ptr<simulated_house> plant_;
  watch watch_{layout_, plan_.faults};
  season_record record_;
  std::optional<bound_book> best_;
  event_hash log_;
  authority in_charge_ = authority::local;
  run_watch runs_;
  virtual_house house_;  ///< speaks to all of the above, so it goes first
  simulated::plant before_{*layout_->plant, *layout_->simulation, plan_.outdoor, plan_.sun};
  simulated::plant slot_began_ = before_;
};

}  // namespace

std::string_view to_text(control c) { return c == control::timer ? "timer" : "thermostat"; }

result<std::unique_ptr<season>> season::begin(season_plan plan) {
  if (!plan.house->plant)
    return failed(fault_code::unsupported, "the layout has no 'plant': there is nothing to heat");
  auto house = house_of(plan);
  return std::make_unique<counted_season>(std::move(plan), std::move(house));
}

}  // namespace hearth::simulate
