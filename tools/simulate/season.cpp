#include "tools/simulate/season.hpp"

#include "actors/node/outlook.hpp"
#include "actors/tariff.hpp"
#include "drivers/ports/sqlite_journal.hpp"
#include "tools/simulate/faulty_port.hpp"
#include "tools/simulate/stand_in.hpp"
#include "tools/simulate/tally.hpp"
#include "tools/simulate/torn_disk.hpp"
#include "tools/simulate/virtual_house.hpp"
#include "tools/simulate/virtual_node.hpp"
#include "tools/simulate/watch.hpp"

#include <algorithm>
#include <utility>

namespace hearth::simulate {
namespace {

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
  out.dispatch->bids = plan.contracts && plan.bids;
  return out;
}

/// What the node knows: the weather as it will be, prices as they are expected, and that of the
/// hour that is.
outlook outlook_of(const season_plan& plan) {
  auto expected = plan.prices;
  if (!plan.day_ahead) return {prices_of(expected), weather_of(*plan.outdoor)};
  expected.front() = *plan.day_ahead;
  return {prices_of(expected), weather_of(*plan.outdoor), prices_of(plan.prices)};
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

 private:
  prices known_;
  tariff tariff_;
};

class lived_season final : public season {
 public:
  lived_season(season_plan plan, std::shared_ptr<const layout> house)
      : plan_{std::move(plan)},
        prices_{plan_},
        layout_{std::move(house)},
        plant_{std::make_shared<simulated_house>(
            simulated::plant{*layout_->plant, *layout_->simulation, plan_.outdoor, plan_.sun})},
        now_{plan_.when.from},
        watch_{layout_, misfortune{plan_.faults}, journal_bytes},
        disk_{plan_.seed},
        node_{options_of(plan_), outlook_of(plan_), [this] { return now(); }, node_troubles()},
        tally_{layout_, plant_->truth(), now_, slot_length} {
    open_relays(*layout_, *plant_);
    // The plant's clock starts here.
    (void)plant_->read("outdoor", now_);
    for (const auto& s : plan_.faults) {
      changes_.push_back(s.when.from);
      changes_.push_back(s.when.to);
    }
    std::ranges::sort(changes_);
    power_up();
  }

  bool live() override {
    if (now() >= plan_.when.to) return false;
    const auto slot_start = now();
    const auto slot_end = std::min(slot_start + slot_length, plan_.when.to);
    while (now() < slot_end) {
      const auto from = now();
      change(from);
      if (layout_->link) node_.tick();
      pass_until(std::min({from + plan_.step, slot_end, next_change(from)}));
      const auto plant = look();
      tally_.passed(from, now(), plant, prices_.at(from));
      watch_.plant.look(plant, now());
      if (layout_->link) watch_.link.look(picture(), now());
    }
    tally_.end_slot(slot_start, now(), prices_.at(slot_start));
    return true;
  }

  [[nodiscard]] time_point now() const override { return house_ ? house_->now() : now_; }

  season_record record() override {
    auto out = season_record{.totals = tally_.totals(),
                             .slots = tally_.slots(),
                             .events = tally_.events(),
                             .bound = tally_.bound(),
                             .violations = watch_.judged(now())};
    if (layout_->link) out.totals.messages = node_.messages();
    return out;
  }

 private:
  static constexpr auto boot_name = "boot-";
  static constexpr std::uint64_t journal_bytes = 4ULL * 1024 * 1024;

  hearth::simulate::node_troubles node_troubles() {
    if (plan_.faults.empty()) return {};
    return {.spells = plan_.faults,
            .seed = plan_.seed,
            .house = layout_,
            .told_house = [this](const envelope& e) { watch_.link.told_house(e, now()); },
            .told_node = [this](const envelope& e) { watch_.link.told_node(e, now()); }};
  }

  [[nodiscard]] bool holds(fault_kind kind, time_point t) const {
    return std::ranges::any_of(
        plan_.faults, [&](const fault_spell& s) { return s.kind == kind && s.holds_at(t); });
  }

  [[nodiscard]] time_point next_change(time_point after) const {
    const auto next = std::ranges::upper_bound(changes_, after);
    return next == changes_.end() ? plan_.when.to : *next;
  }

  /// What begins and ends now with the machine and its program; the rest is seen to by others.
  void change(time_point now) {
    if (plan_.faults.empty()) return;
    const auto dark = holds(fault_kind::power_cut, now);
    if (dark && house_) power_down();
    if (!dark && !house_) power_up();
    const auto full = holds(fault_kind::disk_full, now);
    if (full != disk_is_full_) disk_.full_at(full ? std::optional{disk_.bytes()} : std::nullopt);
    disk_is_full_ = full;
    if (!house_) return;
    auto doomed = std::set<std::string>{};
    for (const auto& s : plan_.faults)
      if (s.kind == fault_kind::actor_killed && s.holds_at(now)) doomed.insert(s.part);
    house_->kill(std::move(doomed));
  }

  void pass_until(time_point then) {
    if (house_)
      house_->live_until(then);
    else
      now_ = then;
  }

  /// Nobody hears what a program says that has no power.
  void power_down() {
    now_ = house_->now();
    dark_ = true;
    disk_.cut();
    house_.reset();
    open_relays(*layout_, *plant_);
    watch_.plant.lost_power(now_);
  }

  void power_up() {
    dark_ = false;
    if (boots_ > 0) disk_.power_up();
    auto plan = house_plan{.house = layout_,
                           .plant = plant_,
                           .from = now_,
                           .boot_id = boot_name + std::to_string(++boots_),
                           .connect = node_.maker(),
                           .log = [this](const event& e) { note(e); },
                           .statement_observer = [this](const body& said) { hear(said); },
                           .plans = plan_.control == control::planner,
                           .seed = plan_.seed,
                           .recording = plan_.recording};
    if (!plan_.faults.empty()) {
      plan.spoil = [this](std::unique_ptr<port> sound) {
        return make_faulty_port(std::move(sound), plan_.faults, plan_.seed,
                                [this](const relay_write& w) { note(w); });
      };
      // A real one, on a disk that fails: sound seasons need no disk and are a third faster.
      plan.journal = [this] {
        return open_sqlite_journal("journal.db", {journal_bytes, disk_.vfs()});
      };
    }
    const auto jumps = std::ranges::any_of(
        plan_.faults, [](const fault_spell& s) { return s.kind == fault_kind::clock_jumps; });
    if (jumps) plan.system_clock = [this](time_point t) { return shown_at(t); };
    house_.emplace(std::move(plan));
  }

  [[nodiscard]] clock_sample shown_at(time_point t) const {
    auto out = clock_sample{t, true};
    for (const auto& s : plan_.faults) {
      if (s.kind != fault_kind::clock_jumps || !s.holds_at(t)) continue;
      out.utc += std::chrono::round<duration>(std::chrono::duration<double>{s.amount});
      out.synchronised = false;
    }
    return out;
  }

  simulated::plant look() {
    // Asking for a point lets the plant live until now.
    (void)plant_->read("outdoor", now());
    return plant_->truth();
  }

  [[nodiscard]] link_picture picture() const {
    auto out = link_picture{.connected = node_.connected(), .disk_bytes = disk_.bytes()};
    for (const auto& [site, memory] : node_.node().sites()) {
      out.missing += memory.boots.missing();
      for (const auto& [boot, known] : memory.boots.all())
        if (boot.starts_with(boot_name)) out.lost += known.lost_count();
    }
    return out;
  }

  void note(const event& e) {
    if (dark_) return;
    tally_.happened(e);
    watch_.told.happened(e);
  }
  void note(const relay_write& w) {
    if (dark_) return;
    watch_.plant.wrote(w);
    watch_.told.wrote(w);
  }
  void hear(const body& said) {
    if (dark_) return;
    tally_.said(said);
    if (!plan_.faults.empty()) watch_.link.said(said, now());
  }

  season_plan plan_;
  price_list prices_;
  std::shared_ptr<const layout> layout_;
  std::shared_ptr<simulated_house> plant_;
  time_point now_;  ///< while there is no power
  bool dark_ = false;
  bool disk_is_full_ = false;
  int boots_ = 0;
  std::vector<time_point> changes_;  ///< when something begins or ends to be wrong
  watch watch_;
  torn_disk disk_;
  virtual_node node_;
  tally tally_;
  std::optional<virtual_house> house_;  ///< speaks to all of the above, so it goes first
};

}  // namespace

std::string_view to_text(control c) {
  switch (c) {
  case control::planner: return "planner";
  case control::timer: return "timer";
  case control::thermostat: return "thermostat";
  }
  return "unknown";
}

std::optional<control> control_named(std::string_view word) {
  for (const auto c : {control::planner, control::timer, control::thermostat})
    if (word == to_text(c)) return c;
  return {};
}

result<std::unique_ptr<season>> season::begin(season_plan plan) {
  if (!plan.house->plant)
    return failed(fault_code::unsupported, "the layout has no 'plant': there is nothing to heat");
  auto house = house_of(plan);
  return std::make_unique<lived_season>(std::move(plan), std::move(house));
}

}  // namespace hearth::simulate
