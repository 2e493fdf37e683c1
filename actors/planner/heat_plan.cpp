#include "actors/planner/heat_plan.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace hearth {
namespace {

/// Levels of the store; some 0.3 K apart.
constexpr std::size_t levels = 150;
/// Parts of full power that are compared for a machine that can modulate.
constexpr std::size_t parts_compared = 8;
/// … and for the slot that is decided.
constexpr std::size_t parts_decided = 64;
/// Nothing in a house is colder or hotter; what a model or a sensor says beyond is held there.
constexpr auto coldest_water = celsius(-20);
constexpr auto hottest_water = celsius(120);
constexpr auto dearest = 1e5 * usd_per_mwh;
constexpr auto largest_load = 1e3 * kilowatt;
/// A thermostat heats from empty up to this far above.
constexpr auto thermostat_band = 5 * kelvin;

/// What happens to the store's mean in a slot, K; and what that takes.
struct step_result {
  double store_c = 0;
  double electricity_j = 0;
  double unserved_j = 0;
  double cost_usd = 0;  ///< of going without and of a start, not of electricity
  bool full = false;    ///< there was no room for all the heat, and the run has ended
};

/// One slot's circumstances, so that a step is cheap.
class slot_physics {
 public:
  slot_physics(const heat_model& m, const slot_outlook& o, duration length)
      : model_{m},
        outdoor_{o.outdoor},
        machine_{cop_line_of(m.cop, o.outdoor)},
        empty_c_{m.empty_at(o.outdoor).in_celsius()},
        full_c_{m.full.in_celsius()},
        surroundings_c_{m.surroundings.in_celsius()},
        seconds_{std::chrono::duration<double>(length).count()},
        k_per_j_{1 / m.heat_j_per_k},
        load_k_{o.load.si() * seconds_ * k_per_j_},
        little_k_{std::max(m.of_little_use.in(kelvin), 1e-3)},
        warm_up_s_{std::min(std::chrono::duration<double>(m.warm_up).count(), seconds_)},
        lost_{m.loss_per_hour * seconds_ / 3600} {}

  /// What the machine would do at full power with the store at this temperature.
  struct full_power {
    double electric_w, cop;
  };
  [[nodiscard]] full_power machine_at(double store_c) const {
    const auto store = celsius(store_c);
    return {model_.electric_at(outdoor_, store).si(), model_.cop_at(machine_, store)};
  }

  /// How far the store is below empty; negative above.
  [[nodiscard]] double below_empty_k(double store_c) const { return empty_c_ - store_c; }

  [[nodiscard]] step_result rest(double store_c) const { return balance(store_c, 0); }

  /// Runs at this part of full power until there is no room for more heat. A run that has no room
  /// ends: no machine holds a full store full for nothing.
  [[nodiscard]] step_result run(double store_c, const step_result& idle, full_power full,
                                double part, bool starts) const {
    return run(store_c, idle, full, part, starts, starts ? warm_up_s_ : 0.0);
  }
  /// The same, of which it warms up so long.
  [[nodiscard]] step_result run(double store_c, const step_result& idle, full_power full,
                                double part, bool starts, double warming_s) const {
    const auto room_j = std::max(full_c_ - idle.store_c, 0.0) * model_.heat_j_per_k;
    const auto heat_w = part * full.electric_w * full.cop;
    const auto wished_j = heat_w * (seconds_ - warming_s);
    const auto heat_j = std::min(wished_j, room_j);
    auto out = balance(store_c, heat_j);
    out.full = heat_j < wished_j;
    out.electricity_j =
        heat_j / full.cop + part * full.electric_w * model_.warm_up_part * warming_s;
    if (starts) out.cost_usd += model_.start_cost.si();
    return out;
  }

 private:
  /// What comes, less what is lost and what the house takes. Below empty it gets a part of that, by
  /// how far below the slot ends: u / load = (empty − (end + u)) / little, all in kelvin of the
  /// store.
  [[nodiscard]] step_result balance(double store_c, double heat_j) const {
    const auto lost_k = lost_ * (store_c - surroundings_c_);
    const auto all_served_c = store_c + heat_j * k_per_j_ - lost_k - load_k_;
    const auto unserved_k =
        std::clamp(load_k_ * (empty_c_ - all_served_c) / (little_k_ + load_k_), 0.0, load_k_);
    const auto unserved_j = unserved_k * model_.heat_j_per_k;
    return {all_served_c + unserved_k, 0, unserved_j, unserved_j * unserved_price.si()};
  }

  const heat_model& model_;
  temperature outdoor_;
  cop_line machine_;
  double empty_c_, full_c_, surroundings_c_;
  double seconds_;
  double k_per_j_;
  double load_k_;
  double little_k_;
  double warm_up_s_;
  double lost_;
};

/// Runs of a contract are compared by the minute.
constexpr duration run_step = std::chrono::minutes{1};

/// What a way to live through a slot takes, and what it leaves behind.
struct way_to_live {
  double electricity_j = 0;
  double cost_usd = 0;  ///< all but electricity, now and later
};

/// The corners of the lower convex hull (Andrew's monotone chain): for any price of electricity one
/// of them costs least.
std::vector<way_to_live> cheapest_by_price(std::vector<way_to_live> all) {
  std::ranges::sort(all, [](const way_to_live& a, const way_to_live& b) {
    return std::pair{a.electricity_j, a.cost_usd} < std::pair{b.electricity_j, b.cost_usd};
  });
  auto corners = std::vector<way_to_live>{};
  for (const auto& next : all) {
    if (!corners.empty() && next.electricity_j <= corners.back().electricity_j) continue;
    while (corners.size() >= 2) {
      const auto& a = corners[corners.size() - 2];
      const auto& b = corners.back();
      const auto turn = (b.cost_usd - a.cost_usd) * (next.electricity_j - a.electricity_j) -
                        (next.cost_usd - a.cost_usd) * (b.electricity_j - a.electricity_j);
      if (turn < 0) break;
      corners.pop_back();
    }
    corners.push_back(next);
  }
  return corners;
}

double or_zero(double x) { return std::isfinite(x) ? x : 0.0; }

/// A problem that can be reckoned with, whatever somebody passed.
heat_problem sane(heat_problem p) {
  p.slot = std::max(p.slot, duration{std::chrono::minutes{1}});
  p.first = std::clamp(p.first, duration{1}, p.slot);
  for (auto& s : p.slots) {
    if (!is_weather(s.outdoor)) s.outdoor = celsius(0);
    s.load = std::clamp(or_zero(s.load.si()) * watt, power{}, largest_load);
    s.price = energy_price::from_si(std::clamp(or_zero(s.price.si()), -dearest.si(), dearest.si()));
  }
  p.end_worth =
      energy_price::from_si(std::clamp(or_zero(p.end_worth.si()), 0.0, unserved_price.si() / 2));
  return p;
}

/// How many slots it takes until `length` is over.
std::size_t slots_for(duration length, duration first, duration slot) {
  if (length <= duration{}) return 0;
  if (length <= first) return 1;
  return 1 + static_cast<std::size_t>((length - first + slot - duration{1}) / slot);
}

/// The shortest run and rest that begin with a slot of this length, in slots.
struct least_slots {
  std::size_t on, off;
  least_slots(const heat_model& m, duration first, duration slot)
      : on{std::max<std::size_t>(slots_for(m.min_on + command_margin, first, slot), 1)},
        off{std::max<std::size_t>(slots_for(m.min_off + command_margin, first, slot), 1)} {}
};

/// What the compressor does, and for how many slots more it is bound to.
struct motion {
  bool running = false;
  std::size_t bound = 0;

  [[nodiscard]] bool may(bool run) const { return bound == 0 || run == running; }
  /// A slot later, having run in it or not.
  [[nodiscard]] motion after(bool runs, const least_slots& least) const {
    if (runs == running) return {runs, bound > 0 ? bound - 1 : 0};
    return {runs, (runs ? least.on : least.off) - 1};
  }
};

/// What becomes of a compressor that ran in a slot: one that filled the store rests from then on.
motion after_run(motion is, const step_result& does, const least_slots& least) {
  return does.full ? motion{false, least.off} : is.after(true, least);
}

/// Where a plan begins.
struct beginning {
  double store_c;
  motion is;
  beginning(const heat_model& m, const heat_problem& p, const heat_state& now)
      : store_c{std::clamp(
                    std::isfinite(now.store.in_celsius()) ? now.store : m.required_at(celsius(0)),
                    coldest_water, hottest_water)
                    .in_celsius()} {
    const auto least = (now.running ? m.min_on : m.min_off) + command_margin;
    is = {now.running, slots_for(least - std::max(now.since_change, duration{}), p.first, p.slot)};
  }
};

/// Of what is in the store beyond the heat of rooms.
money end_value(const heat_model& m, const heat_problem& p, double store_c) {
  return p.end_worth * energy::from_si(m.heat_j_per_k * (store_c - room_warmth.in_celsius()));
}

heat_plan nothing_planned(const heat_model& m, const heat_problem& p, time_point start) {
  return {start, p.slot, p.first, {}, {}, {}, m.start_lag + m.warming_takes()};
}

void add(heat_plan& to, const slot_outlook& o, double part, const step_result& does,
         std::optional<money> more_otherwise) {
  to.slots.push_back({part, energy::from_si(does.electricity_j), celsius(does.store_c),
                      energy::from_si(does.unserved_j), o.price, more_otherwise});
  to.cost += does.cost_usd * us_dollar + energy::from_si(does.electricity_j) * o.price;
  to.unserved += energy::from_si(does.unserved_j);
}

/// V(slot, what the compressor is bound to, store), from the last slot to the first, and then the
/// plan from the first to the last.
class backward_induction {
 public:
  backward_induction(const heat_model& m, const heat_problem& p, const heat_state& now)
      : model_{m},
        problem_{p},
        least_{m, p.slot, p.slot},
        least_at_first_{m, p.first, p.slot},
        now_{m, p, now},
        since_change_{std::max(now.since_change, duration{})} {
    // The first slot may be short, and a run be bound to one slot more than a new one is.
    const auto& bound = now_.is.bound;
    on_states_ = std::max(least_at_first_.on, now_.is.running ? bound + 1 : 1);
    off_states_ = std::max(least_at_first_.off, now_.is.running ? 0 : bound) + 1;
    lowest_c_ = now_.store_c;
    for (const auto& s : p.slots)
      lowest_c_ = std::min(lowest_c_, (m.empty_at(s.outdoor) - m.of_little_use).in_celsius());
    step_k_ = (std::max(m.full.in_celsius(), now_.store_c) - lowest_c_) / (levels - 1);
    for (std::size_t i = 0; i < parts_compared; ++i) parts_.push_back(part_of(i, parts_compared));
    if (m.least_part >= 1) parts_ = {1.0};
    solve();
  }

  [[nodiscard]] heat_offer offer(duration length) const {
    auto all = std::vector<way_to_live>{};
    const auto consider = [&](duration begins, duration run) {
      if (auto way = lived(begins, run, length)) all.push_back(*way);
    };
    const auto least_on = model_.min_on + command_margin;
    const auto bound =
        (now_.is.running ? least_on : model_.min_off + command_margin) - since_change_;
    const auto lag = now_.is.running ? duration{} : model_.start_lag;
    // One that stops shortly before the slot's end would only be in the way of what follows.
    const auto may_stop_until = length - model_.min_off - model_.start_lag - command_margin;
    const auto waits = std::clamp(std::max(bound, duration{}) + lag, duration{}, length);
    if (now_.is.running) {
      for (auto run = waits; run <= may_stop_until; run += run_step) consider({}, run);
      consider({}, length);
    } else {
      consider(length, {});
      for (auto run = least_on; waits + run <= may_stop_until; run += run_step)
        consider(waits, run);
      for (auto run = least_on; waits + run < length; run += run_step) consider(length - run, run);
      if (waits < length) consider(waits, length - waits);
    }
    auto out = heat_offer{};
    const auto corners = cheapest_by_price(all);
    if (corners.empty()) return out;
    out.least = energy::from_si(corners.front().electricity_j);
    for (const auto& way : all) out.most = std::max(out.most, energy::from_si(way.electricity_j));
    for (std::size_t i = 1; i < corners.size(); ++i) {
      const auto& before = corners[i - 1];
      const auto worth = (before.cost_usd - corners[i].cost_usd) /
                         (corners[i].electricity_j - before.electricity_j);
      out.curve.push_back(
          {energy_price::from_si(worth), energy::from_si(corners[i].electricity_j)});
    }
    out.expected = out.at(problem_.slots.front().price);
    return out;
  }

  [[nodiscard]] heat_plan plan(time_point start) const {
    auto out = nothing_planned(model_, problem_, start);
    auto store_c = now_.store_c;
    auto is = now_.is;
    for (std::size_t t = 0; t < problem_.slots.size(); ++t) {
      const auto [best, other] = decide(t, store_c, is);
      auto more = std::optional<money>{};
      if (other) more = (other->total - best.total) * us_dollar;
      add(out, problem_.slots[t], best.part, best.does, more);
      is = best.part > 0 ? after_run(is, best.does, least_for(t)) : is.after(false, least_for(t));
      store_c = best.does.store_c;
    }
    out.cost -= end_value(model_, problem_, store_c);
    return out;
  }

 private:
  /// The first `length` with one run, that begins so late and lasts so long; nothing where the
  /// compressor would be bound to more than the plan knows of.
  [[nodiscard]] std::optional<way_to_live> lived(duration begins, duration run,
                                                 duration length) const {
    const auto ends = begins + run;
    auto out = way_to_live{};
    auto store_c = now_.store_c;
    auto starts = !now_.is.running;
    auto cold = starts ? model_.warm_up : duration{};
    auto filled_at = std::optional<duration>{};
    for (auto t = duration{}; t < length;) {
      const auto slot = static_cast<std::size_t>(t / problem_.slot);
      auto until = std::min(length, problem_.slot * static_cast<std::int64_t>(slot + 1));
      for (const auto border : {begins, ends})
        if (border > t) until = std::min(until, border);
      const auto physics = slot_physics{model_, problem_.slots[slot], until - t};
      auto does = physics.rest(store_c);
      if (t >= begins && t < ends && !filled_at) {
        const auto warming = std::min<duration>(cold, until - t);
        does = physics.run(store_c, does, physics.machine_at(store_c), 1, starts,
                           std::chrono::duration<double>(warming).count());
        starts = false;
        cold -= warming;
        if (does.full) filled_at = until;
      }
      out.electricity_j += does.electricity_j;
      out.cost_usd += does.cost_usd;
      store_c = does.store_c;
      t = until;
    }
    const auto stops = filled_at.value_or(ends);
    const auto never_ran = run == duration{};
    const auto was = now_.is.running || never_ran ? since_change_ : duration{};
    auto then = motion{};
    if (!never_ran && !filled_at && ends >= length)
      then = {true,
              slots_for(model_.min_on + command_margin - was - run, problem_.slot, problem_.slot)};
    else
      then = {false, slots_for(model_.min_off + command_margin -
                                   (never_ran && !now_.is.running ? was + length : length - stops),
                               problem_.slot, problem_.slot)};
    if (then.bound >= (then.running ? on_states_ : off_states_)) return {};
    const auto slots = static_cast<std::size_t>(length / problem_.slot);
    out.cost_usd += at(values(slots, then), land({store_c}), 0);
    return out;
  }

  struct choice {
    double total = std::numeric_limits<double>::infinity();  ///< USD, from this slot on
    double part = 0;
    step_result does;
  };

  [[nodiscard]] double part_of(std::size_t i, std::size_t of) const {
    const auto beyond = static_cast<double>(i) / static_cast<double>(of - 1);
    return std::min(model_.least_part + (1 - model_.least_part) * beyond, 1.0);
  }

  [[nodiscard]] const least_slots& least_for(std::size_t t) const {
    return t == 0 ? least_at_first_ : least_;
  }
  [[nodiscard]] std::size_t motions() const { return on_states_ + off_states_; }
  [[nodiscard]] motion motion_at(std::size_t place) const {
    return place < off_states_ ? motion{false, place} : motion{true, place - off_states_};
  }
  /// From slot `t` on, the compressor being bound like this.
  [[nodiscard]] const double* values(std::size_t t, motion m) const {
    return &values_[(t * motions() + (m.running ? off_states_ : 0) + m.bound) * levels];
  }

  void solve() {
    const auto n = problem_.slots.size();
    values_.resize((n + 1) * motions() * levels);
    for (std::size_t m = 0; m < motions(); ++m)
      for (std::size_t j = 0; j < levels; ++j)
        values_[(n * motions() + m) * levels + j] =
            -end_value(model_, problem_, level_c(j)).in(us_dollar);
    for (auto t = n; t-- > 1;) {
      // Weather comes by the hour and slots are shorter: what a slot does is mostly what the next
      // does, at another price.
      if (t + 1 == n || problem_.slots[t].outdoor != problem_.slots[t + 1].outdoor ||
          problem_.slots[t].load != problem_.slots[t + 1].load)
        live_through({model_, problem_.slots[t], problem_.slot});
      for (std::size_t m = 0; m < motions(); ++m) least_at(t, m);
    }
  }

  [[nodiscard]] double level_c(std::size_t j) const {
    return lowest_c_ + static_cast<double>(j) * step_k_;
  }

  /// Where a step leads to on the grid, and what it takes.
  struct landing {
    double cost_usd;  ///< without its electricity
    double electricity_j;
    std::size_t level;
    double beyond;
    bool full;
  };
  [[nodiscard]] landing land(const step_result& does) const {
    const auto place = std::clamp((does.store_c - lowest_c_) / step_k_, 0.0, levels - 1.0);
    const auto i = std::min(static_cast<std::size_t>(place), levels - 2);
    return {does.cost_usd, does.electricity_j, i, place - static_cast<double>(i), does.full};
  }
  [[nodiscard]] static double at(const double* values, const landing& l, double price) {
    return l.cost_usd + l.electricity_j * price + values[l.level] +
           (values[l.level + 1] - values[l.level]) * l.beyond;
  }

  /// What resting, starting and running on do in a slot, from each level.
  void live_through(const slot_physics& physics) {
    resting_.clear();
    starting_.clear();
    running_.clear();
    for (std::size_t j = 0; j < levels; ++j) {
      const auto store_c = level_c(j);
      const auto idle = physics.rest(store_c);
      const auto full = physics.machine_at(store_c);
      resting_.push_back(land(idle));
      for (const auto part : parts_) {
        starting_.push_back(land(physics.run(store_c, idle, full, part, true)));
        running_.push_back(land(physics.run(store_c, idle, full, part, false)));
      }
    }
  }

  /// V of one slot, for one thing that the compressor may be bound to.
  void least_at(std::size_t t, std::size_t m) {
    const auto is = motion_at(m);
    const auto price = problem_.slots[t].price.si();
    auto* out = &values_[(t * motions() + m) * levels];
    std::fill_n(out, levels, std::numeric_limits<double>::infinity());
    if (is.may(false)) {
      const auto* next = values(t + 1, is.after(false, least_));
      for (std::size_t j = 0; j < levels; ++j) out[j] = at(next, resting_[j], price);
    }
    if (!is.may(true)) return;
    const auto* goes_on = values(t + 1, is.after(true, least_));
    const auto* filled = values(t + 1, {false, least_.off});
    const auto& runs = is.running ? running_ : starting_;
    for (std::size_t j = 0; j < levels; ++j)
      for (std::size_t p = 0; p < parts_.size(); ++p) {
        const auto& l = runs[j * parts_.size() + p];
        out[j] = std::min(out[j], at(l.full ? filled : goes_on, l, price));
      }
  }

  /// The best, and the best of the opposite kind if there is a choice.
  [[nodiscard]] std::pair<choice, std::optional<choice>> decide(std::size_t t, double store_c,
                                                                motion is) const {
    const auto physics =
        slot_physics{model_, problem_.slots[t], t == 0 ? problem_.first : problem_.slot};
    const auto& least = least_for(t);
    const auto price = problem_.slots[t].price.si();
    const auto idle = physics.rest(store_c);
    auto off = choice{};
    auto on = choice{};
    if (is.may(false))
      off = {at(values(t + 1, is.after(false, least)), land(idle), price), 0, idle};
    if (is.may(true)) {
      const auto full = physics.machine_at(store_c);
      const auto count = parts_.size() == 1 ? 1 : parts_decided;
      for (std::size_t i = 0; i < count; ++i) {
        const auto part = count == 1 ? 1.0 : part_of(i, count);
        const auto does = physics.run(store_c, idle, full, part, !is.running);
        const auto total = at(values(t + 1, after_run(is, does, least)), land(does), price);
        if (total < on.total) on = {total, part, does};
      }
    }
    if (!is.may(false)) return {on, {}};
    if (!is.may(true)) return {off, {}};
    // At equal cost what is goes on.
    const auto goes_on = is.running && on.does.electricity_j > 0;
    const auto runs = goes_on ? on.total <= off.total : on.total < off.total;
    return runs ? std::pair{on, std::optional{off}} : std::pair{off, std::optional{on}};
  }

  const heat_model& model_;
  const heat_problem& problem_;
  least_slots least_, least_at_first_;
  beginning now_;
  duration since_change_;
  std::size_t on_states_ = 1, off_states_ = 1;
  double lowest_c_ = 0, step_k_ = 1;
  std::vector<double> parts_;
  std::vector<landing> resting_, starting_, running_;  ///< by level and part
  std::vector<double> values_;  ///< USD from the slot on, by slot, motion and level
};

heat_plan thermostat_of(const heat_model& m, const heat_problem& p, const heat_state& now,
                        time_point start) {
  const auto begin = beginning{m, p, now};
  auto out = nothing_planned(m, p, start);
  auto store_c = begin.store_c;
  auto is = begin.is;
  for (std::size_t t = 0; t < p.slots.size(); ++t) {
    const auto length = t == 0 ? p.first : p.slot;
    const auto least = least_slots{m, length, p.slot};
    const auto physics = slot_physics{m, p.slots[t], length};
    const auto below_k = physics.below_empty_k(store_c);
    const auto wants = below_k > 0 || (is.running && -below_k < thermostat_band.in(kelvin));
    const auto runs = is.may(wants) ? wants : !wants;
    const auto idle = physics.rest(store_c);
    const auto does =
        runs ? physics.run(store_c, idle, physics.machine_at(store_c), 1, !is.running) : idle;
    add(out, p.slots[t], runs ? 1 : 0, does, {});
    is = runs ? after_run(is, does, least) : is.after(false, least);
    store_c = does.store_c;
  }
  out.cost -= end_value(m, p, store_c);
  return out;
}

}  // namespace

time_point heat_plan::end() const {
  if (slots.empty()) return start;
  return start + first + slot * static_cast<std::int64_t>(slots.size() - 1);
}

std::optional<heat_plan> heat_plan::from(time_point t) const {
  if (t < start + first || t >= end() || slot_began(t) != t) return {};
  auto out = *this;
  out.start = t;
  out.first = slot;
  out.slots.erase(out.slots.begin(), out.slots.begin() + (at(t) - slots.data()));
  return out;
}

time_point heat_plan::slot_began(time_point t) const {
  const auto second = start + first;
  return t < second ? start : second + slot * ((t - second) / slot);
}

const planned_slot* heat_plan::at(time_point t) const {
  if (t < start || t >= end()) return nullptr;
  if (t < start + first) return &slots.front();
  return &slots[1 + static_cast<std::size_t>((t - start - first) / slot)];
}

energy heat_offer::at(energy_price price) const {
  auto bought = least;
  for (const auto& p : curve)
    if (price <= p.price) bought = p.electricity;
  return bought;
}

heat_plan thermostat_plan(const heat_model& model, const heat_problem& problem,
                          const heat_state& now, time_point start) {
  return thermostat_of(model, sane(problem), now, start);
}

namespace {

heat_plan plan_of(const backward_induction& solved, const heat_model& model, const heat_problem& p,
                  const heat_state& now, time_point start) {
  auto best = solved.plan(start);
  // Between its levels the value is an interpolation; a thermostat that is luckier than that is
  // followed.
  auto simple = thermostat_of(model, p, now, start);
  return simple.cost < best.cost ? simple : best;
}

}  // namespace

heat_plan plan_heat(const heat_model& model, const heat_problem& problem, const heat_state& now,
                    time_point start) {
  const auto p = sane(problem);
  if (p.slots.empty()) return nothing_planned(model, p, start);
  return plan_of(backward_induction{model, p, now}, model, p, now, start);
}

offered_plan plan_offer(const heat_model& model, const heat_problem& problem, const heat_state& now,
                        time_point start, duration length) {
  auto p = sane(problem);
  p.first = p.slot;
  if (p.slots.empty()) return {nothing_planned(model, p, start), {}};
  const auto solved = backward_induction{model, p, now};
  const auto longest = p.slot * static_cast<std::int64_t>(p.slots.size());
  const auto whole = std::clamp<duration>(length - length % p.slot, p.slot, longest);
  return {plan_of(solved, model, p, now, start), solved.offer(whole)};
}

}  // namespace hearth
