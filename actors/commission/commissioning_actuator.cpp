#include "actors/commission/commissioning.hpp"
#include "actors/view/live_state.hpp"

#include <algorithm>

/// What commissioning does with an actuator.
namespace hearth {
namespace {

using namespace std::chrono_literals;

/// Before the lease of a minute is over, what was tried is asked back.
constexpr auto lease_margin = 5s;
/// What the interlock's own patience is lengthened by.
constexpr auto interlock_margin = 1min;

bool says(const std::string& text, std::string_view shortly, std::string_view in_full) {
  return text == shortly || text == in_full;
}

std::string seconds_text(duration d) {
  return std::to_string(std::chrono::round<std::chrono::seconds>(d).count()) + " s";
}

}  // namespace

bool commissioning::is_heat_pump() const {
  return house_->plant && house_->plant->heat_pump.enable == target();
}

bool commissioning::starts_heat_pump() const {
  return is_heat_pump() && safe_.at(target()) == switched(false);
}

void commissioning::start_actuator() {
  const auto safe = safe_.find(target());
  if (safe == safe_.end()) {
    note("actuator", name(), check_verdict::failed, "its driver does not tell its fail-safe state");
    return done();
  }
  if (starts_heat_pump() && house_->plant->heat_pump.pump) {
    const auto& pump = (*house_)[*house_->plant->heat_pump.pump].name;
    if (found_of("actuator", pump) != check_verdict::passed)
      return skip_actuator("its pump, " + pump + ", has not passed");
  }
  if (channel().unit == unit::on_off) trial_.wanted = switched(safe->second == switched(false));
  enter(phase::asking);
}

void commissioning::skip_actuator(const std::string& why) {
  note("actuator", name(), check_verdict::skipped, why);
  note("fail-safe", name(), check_verdict::skipped,
       value_text(safe_.at(target())) + "; it was not moved, so it was not seen to come back");
  if (is_heat_pump()) {
    const auto& pump = house_->plant->heat_pump;
    if (pump.power_meter)
      note("meter", (*house_)[*pump.power_meter].name, check_verdict::skipped, "no start was seen");
    if (house_->plant->house_power)
      note("meter", (*house_)[*house_->plant->house_power].name, check_verdict::skipped,
           "no start was seen");
  }
  done();
}

void commissioning::answer_consent(const std::string& text) {
  if (says(text, "s", "skip") || says(text, "n", "no")) {
    skip_actuator("not tried, as the installer wished");
    return advance();
  }
  if (channel().unit != unit::on_off) {
    const auto typed = typed_value(text, channel().unit);
    if (!typed)
      return out_.lines.push_back("'" + text + "' is no answer to that; the brackets say what is");
    trial_.wanted = *typed;
  } else if (!says(text, "y", "yes")) {
    return out_.lines.push_back("'" + text + "' is no answer to that; the brackets say what is");
  }
  read_meters();
  move();
}

void commissioning::read_meters() {
  if (!starts_heat_pump()) return;
  const auto& plant = *house_->plant;
  for (const auto& c : {plant.heat_pump.power_meter, plant.house_power}) {
    if (!c) continue;
    if (const auto now = image_->good<power>(*c))
      trial_.meters.push_back({*c, *now, *now, {}});
    else
      trial_.meters.push_back(
          {*c,
           {},
           {},
           judgement{check_verdict::failed, unusable((*image_)[*c]).value_or("not a power")}});
  }
}

void commissioning::move() {
  objections_.erase(name());
  if (starts_heat_pump() && house_->plant->heat_pump.pump)
    hold_at(*house_->plant->heat_pump.pump, switched(true));
  hold_at(target(), trial_.wanted);
  trial_.came_back = false;
  trial_.told_at = now_;
  enter(phase::moving);
}

void commissioning::watch_moving() {
  auto longest = patience();
  if (starts_heat_pump()) longest += house_->plant->heat_pump.min_off + interlock_margin;
  if (reads(target(), trial_.wanted)) {
    trial_.moved_at = now_;
    const auto& pump = starts_heat_pump() ? house_->plant->heat_pump.pump : std::nullopt;
    // Again is not another finding.
    const auto first = std::ranges::find(trial_.found, "pump-first", &check_finding::check);
    if (pump && first == trial_.found.end())
      note("pump-first", (*house_)[*pump].name,
           reads(*pump, switched(true)) ? check_verdict::passed : check_verdict::failed,
           reads(*pump, switched(true)) ? "was on when " + name() + " came on"
                                        : "was not on when " + name() + " came on");
    return enter(phase::moved);
  }
  if (now_ - trial_.since < longest) return;
  note("actuator", name(), check_verdict::failed,
       "was told " + value_text(trial_.wanted) + " and " +
           unusable(shown()).value_or(
               "reads " + (shown().value ? value_text(*shown().value) : std::string{"nothing"})) +
           instead());
  for (auto& m : trial_.meters)
    if (!m.came_to) m.came_to = judgement{check_verdict::skipped, "no start was seen"};
  let_go();
}

void commissioning::watch_moved() {
  for (auto& m : trial_.meters) {
    if (m.came_to) continue;
    const auto is = image_->good<power>(m.channel);
    if (is) m.latest = *is;
    if (is) m.came_to = meter_moved(m.before, *is, house_->plant->heat_pump.max_power);
  }
  const auto seen_for = now_ - trial_.moved_at;
  judge_meters();
  const auto metered =
      std::ranges::all_of(trial_.meters, [](const auto& m) { return m.came_to.has_value(); });
  if (trial_.in == phase::metering) {
    if (metered) let_go();
    return;
  }
  const auto most = lease - lease_margin + (trial_.meters.empty() ? duration{} : meter_patience);
  if (trial_.came_back || seen_for < most) return;
  trial_.came_back = true;
  hold_at(target(), safe_.at(target()));
}

void commissioning::judge_meters() {
  if (now_ - trial_.moved_at < meter_patience) return;
  const auto nameplate = house_->plant ? house_->plant->heat_pump.max_power : power{};
  for (auto& m : trial_.meters)
    if (!m.came_to)
      m.came_to = judgement{check_verdict::failed,
                            "did not move by " + value_text(of(noticeable_start(nameplate))) +
                                " within " + seconds_text(meter_patience) +
                                " of the start: " + value_text(of(m.before)) + " before, " +
                                value_text(of(m.latest)) + " after"};
}

void commissioning::answer_moved(const std::string& text) {
  if (text.empty()) return out_.lines.push_back("y, n, or the name of what moved");
  if (says(text, "again", "a")) return move();
  const auto words = "went " + value_text(trial_.wanted) + ", read back after " +
                     seconds_text(trial_.moved_at - trial_.told_at) + "; ";
  const auto values = std::vector<std::pair<std::string, measured>>{{"wanted", trial_.wanted}};
  if (says(text, "y", "yes"))
    note("actuator", name(), check_verdict::passed, words + "seen to move by the installer",
         values);
  else if (says(text, "n", "no"))
    note("actuator", name(), check_verdict::failed, words + "nothing moved", values);
  else if (says(text, "s", "skip"))
    note("actuator", name(), check_verdict::skipped, words + "nobody looked", values);
  else
    note("actuator", name(), check_verdict::failed, words + "what moved was: " + text, values);
  enter(phase::metering);
  watch_moved();
}

void commissioning::let_go() {
  objections_.erase(name());
  hold_at(target(), safe_.at(target()));
  enter(phase::returning);
}

void commissioning::watch_returning() {
  auto longest = patience();
  if (starts_heat_pump()) longest += house_->plant->heat_pump.min_on + interlock_margin;
  const auto safe = safe_.at(target());
  const auto back = reads(target(), safe);
  if (!back && now_ - trial_.since < longest) return;
  if (back)
    note("fail-safe", name(), check_verdict::passed,
         value_text(safe) + ", read back " + seconds_text(now_ - trial_.since) +
             " after it was let go",
         {{"fail_safe", safe}});
  else
    note("fail-safe", name(), check_verdict::failed,
         "is to be " + value_text(safe) + " and " +
             unusable(shown()).value_or(
                 "reads " + (shown().value ? value_text(*shown().value) : std::string{"nothing"})) +
             instead());
  for (const auto& m : trial_.meters)
    note("meter", (*house_)[m.channel].name, m.came_to->verdict, m.came_to->why,
         {{"before", of(m.before)}, {"after", of(m.latest)}});
  if (starts_heat_pump() && house_->plant->heat_pump.pump)
    hold_at(*house_->plant->heat_pump.pump, safe_.at(*house_->plant->heat_pump.pump));
  done();
}

}  // namespace hearth
