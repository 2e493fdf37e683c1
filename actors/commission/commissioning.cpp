#include "actors/commission/commissioning.hpp"

#include "actors/view/live_state.hpp"
#include "actors/view/words.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace hearth {
namespace {

using namespace std::chrono_literals;

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return std::string{text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1)};
}

bool says(const std::string& text, std::string_view shortly, std::string_view in_full) {
  return text == shortly || text == in_full;
}

/// A line of the conversation for a finding.
std::string line_of(const check_finding& f) {
  auto word = std::string{to_text(f.verdict)};
  word.resize(8, ' ');
  return word + f.check + " " + f.subject + ": " + f.seen;
}

}  // namespace

commissioning::commissioning(std::shared_ptr<const layout> house,
                             std::map<channel_id, measured> safe, time_point now)
    : house_{std::move(house)},
      safe_{std::move(safe)},
      began_{now},
      now_{now},
      renewed_{now},
      checks_{checks_of(*house_)} {
  trial_.since = now;
}

std::optional<std::string> commissioning::go_on_from(const commission_record& former) {
  if (former.site != house_->site) return "it is of site " + former.site;
  if (former.layout_hash != house_->hash) return "it is of another version of the layout";
  if (!former.signed_by.empty()) return former.signed_by + " has signed it: begin a new one";
  began_ = former.began;
  findings_ = former.findings;
  std::erase_if(findings_,
                [](const check_finding& f) { return f.check == word_of(check::kind::hands_off); });
  std::erase_if(checks_, [&](const check& c) { return is_done(c, *house_, findings_); });
  return {};
}

commissioning::output commissioning::begin() {
  for (const auto& [channel, value] : safe_) hold_at(channel, value);
  return std::exchange(out_, {});
}

commissioning::output commissioning::look(const snapshot& image, time_point now) {
  image_ = image;
  now_ = now;
  if (now - renewed_ >= renewed_every && !held_.empty()) {
    renewed_ = now;
    out_.wishes.push_back({authority::admin, keep_alive{}, {}, "commissioning"});
  }
  advance();
  return std::exchange(out_, {});
}

commissioning::output commissioning::hear(const event& e) {
  if (e.kind == "interlock") objections_[e.subject] = e.text;
  // We were too late with its renewal.
  if (const auto c = house_->find_channel(e.subject); c && e.kind == "lease-ended")
    if (const auto held = held_.find(*c); held != held_.end()) hold_at(*c, held->second);
  // Whoever knew of the leases is gone, or was asked to renew what had ended.
  const auto forgotten = (e.kind == "actor-restarted" && e.subject == "dispatcher") ||
                         (e.kind == "on-site-refused" && e.subject == house_->site);
  if (forgotten)
    for (const auto& [channel, value] : std::map{held_}) hold_at(channel, value);
  return std::exchange(out_, {});
}

commissioning::output commissioning::answer(std::string_view text) {
  const auto words = trimmed(text);
  if (!question() || over_) return {};
  if (checks_.empty()) {
    signed_by_ = words;
    over_ = out_.found = true;
  } else if (now_at().what == check::kind::sensor) {
    answer_sensor(words);
  } else if (trial_.in == phase::asking) {
    answer_consent(words);
  } else {
    answer_moved(words);
  }
  return std::exchange(out_, {});
}

std::optional<std::string> commissioning::question() const {
  if (over_) return {};
  if (checks_.empty()) return "Who signs? [name; Enter: nobody]";
  if (trial_.in == phase::moved)
    return name() + " reads back " + value_text(trial_.wanted) +
           ". Did it move? [y; n; again; s: skip; " + "anything else: what moved instead]" +
           (trial_.came_back ? " (it is back in its fail-safe state meanwhile)" : "");
  if (trial_.in != phase::asking) return {};
  const auto on_off = channel().unit == unit::on_off;
  const auto in = channel().unit == unit::fraction ? "from 0 to 1"
                                                   : "in " + std::string{symbol(channel().unit)};
  if (now_at().what == check::kind::sensor)
    return what_it_is() + (on_off ? " [Enter: yes; n: no; s: skip]"
                                  : " [your own instrument, a number " + in +
                                        "; Enter: plausible; n: not; s: skip]");
  if (starts_heat_pump()) {
    const auto& heat_pump = house_->plant->heat_pump;
    return what_it_is() + " It goes on after a rest of up to " + to_text(heat_pump.min_off) +
           ", and off after " + to_text(std::max(heat_pump.min_on, duration{lease})) +
           " or so. May it? [y; s: skip]";
  }
  if (on_off)
    return what_it_is() + " It goes " + value_text(trial_.wanted) +
           " for a minute. May it? [y; s: skip]";
  return what_it_is() + " It goes for a minute to a value of yours. Which? [a number " + in +
         "; s: skip]";
}

std::string commissioning::status() const {
  if (!image_) return "waiting for the first picture of the house";
  if (over_ || checks_.empty()) return {};
  if (!now_at().channel) return "waiting for every actuator to be in its fail-safe state";
  const auto& p = shown();
  auto text = name() + " " + unusable(p).value_or(p.value ? value_text(*p.value) : "–");
  if (trial_.in == phase::moving) text += ", to be " + value_text(trial_.wanted);
  if (trial_.in == phase::metering) text += ", waiting for its meter";
  if (trial_.in == phase::returning) text += ", to be " + value_text(safe_.at(target()));
  if (trial_.in == phase::moving || trial_.in == phase::returning) text += instead();
  return text;
}

commission_record commissioning::record(time_point now) const {
  return {house_->site, house_->hash,    HEARTH_VERSION, began_,
          now,          checks_.empty(), signed_by_,     findings_};
}

void commissioning::advance() {
  // One check may end where the next one can be decided at once.
  for (auto before = std::size_t{0}; before != checks_.size() && !checks_.empty();) {
    before = checks_.size();
    switch (trial_.in) {
    case phase::watching: watch(); break;
    case phase::asking: break;
    case phase::moving: watch_moving(); break;
    case phase::moved:
    case phase::metering: watch_moved(); break;
    case phase::returning: watch_returning(); break;
    }
  }
}

void commissioning::watch() {
  switch (now_at().what) {
  case check::kind::hands_off: return watch_hands_off();
  case check::kind::sensor: return watch_sensor();
  case check::kind::tank:
  case check::kind::room:
  case check::kind::outdoor: return watch_range();
  case check::kind::actuator: return start_actuator();
  }
}

void commissioning::watch_hands_off() {
  auto trouble = std::string{};
  auto seen = std::string{};
  for (std::uint16_t i = 0; i < house_->channels.size(); ++i) {
    const auto id = channel_id{i};
    const auto& c = house_->channels[i];
    if (!c.actuator) continue;
    const auto safe = safe_.find(id);
    const auto join = [&](std::string& to, const std::string& what) {
      to += (to.empty() ? "" : ", ") + c.name + " " + what;
    };
    if (safe == safe_.end())
      join(trouble, "has a fail-safe state that its driver does not tell");
    else if (reads(id, safe->second))
      join(seen, value_text(safe->second));
    else
      join(trouble, unusable(image_->points[i]).value_or("is not " + value_text(safe->second)));
  }
  if (!trouble.empty() && now_ - trial_.since < patience()) return;
  const auto word = word_of(check::kind::hands_off);
  if (!trouble.empty())
    note(word, house_->site, check_verdict::failed, trouble);
  else
    note(word, house_->site, check_verdict::passed,
         seen.empty() ? "there is nothing to command" : "held in their fail-safe state: " + seen);
  done();
}

void commissioning::watch_sensor() {
  const auto why = unusable(shown());
  if (!why) return enter(phase::asking);
  if (now_ - trial_.since < patience()) return;
  note("sensor", name(), check_verdict::failed, *why);
  done();
}

void commissioning::watch_range() {
  const auto patient = now_ - trial_.since < patience();
  auto is = judgement{};
  auto values = std::vector<std::pair<std::string, measured>>{};
  if (now_at().what == check::kind::tank) {
    for (const auto layer : house_->plant->store->layers) {
      if (unusable((*image_)[layer]) && patient) return;
      if (const auto& v = (*image_)[layer].value) values.emplace_back((*house_)[layer].name, *v);
    }
    is = tank_order(*house_, *image_);
  } else if (const auto why = unusable(shown())) {
    if (patient) return;
    is = {check_verdict::failed, *why};
  } else {
    values = {{"shown", *shown().value}};
    is = now_at().what == check::kind::room ? room_range(*shown().value)
                                            : outdoor_range(*shown().value);
  }
  note(word_of(now_at().what), now_at().channel ? name() : house_->site, is.verdict, is.why,
       std::move(values));
  done();
}

void commissioning::answer_sensor(const std::string& text) {
  const auto why = unusable(shown());
  if (says(text, "s", "skip")) {
    note("sensor", name(), check_verdict::skipped, "not compared");
  } else if (why) {
    note("sensor", name(), check_verdict::failed, *why);
  } else {
    const auto is = *shown().value;
    const auto words = "shows " + value_text(is);
    const auto yes = text.empty() || says(text, "y", "yes");
    const auto typed = typed_value(text, is.unit);
    if (yes)
      note("sensor", name(), check_verdict::passed, words + ", plausible to the installer",
           {{"shown", is}});
    else if (says(text, "n", "no"))
      note("sensor", name(), check_verdict::failed, words + ", not plausible to the installer",
           {{"shown", is}});
    else if (!typed)
      return out_.lines.push_back("'" + text + "' is no answer to that; the brackets say what is");
    else
      note("sensor", name(), compared(is, *typed).verdict, compared(is, *typed).why,
           {{"shown", is}, {"instrument", *typed}});
  }
  done();
  advance();
}

void commissioning::enter(phase p) {
  trial_.in = p;
  trial_.since = now_;
}

void commissioning::note(std::string_view what, const std::string& subject, check_verdict v,
                         std::string seen, std::vector<std::pair<std::string, measured>> values) {
  trial_.found.push_back({std::string{what}, subject, v, std::move(seen), now_, std::move(values)});
}

void commissioning::done() {
  for (auto& f : trial_.found) {
    out_.lines.push_back(line_of(f));
    findings_.push_back(std::move(f));
  }
  out_.found = true;
  checks_.erase(checks_.begin());
  trial_ = {};
  trial_.since = now_;
}

void commissioning::hold_at(channel_id c, measured value) {
  held_[c] = value;
  out_.wishes.push_back({authority::admin, hold{(*house_)[c].name, value}, lease, "commissioning"});
}

bool commissioning::reads(channel_id c, const measured& value) const {
  const auto& p = (*image_)[c];
  if (unusable(p) || !p.value || p.value->unit != value.unit) return false;
  // An output shows what its steps can do of what was asked.
  const auto near =
      value.unit == unit::on_off ? 0.0 : std::max(0.02 * std::abs(value.amount), 0.01);
  return std::abs(p.value->amount - value.amount) <= near;
}

duration commissioning::patience() const {
  auto slowest = duration{};
  for (const auto& d : house_->devices) slowest = std::max(slowest, d.poll_every);
  const auto polled = now_at().channel ? (*house_)[channel().device].poll_every : slowest;
  return 15s + 2 * polled;
}

std::string commissioning::what_it_is() const {
  const auto& device = (*house_)[channel().device];
  const auto text = name() + " (" + device.name + " on " + (*house_)[device.bus].name + ")";
  if (now_at().what == check::kind::sensor) return "Is " + text + " right?";
  return text + " is " + value_text(safe_.at(target())) + " in its fail-safe state.";
}

std::string commissioning::instead() const {
  const auto objection = objections_.find(name());
  return objection == objections_.end() ? "" : " (interlock: " + objection->second + ")";
}

std::optional<check_verdict> commissioning::found_of(const std::string& what,
                                                     const std::string& subject) const {
  const auto found = std::ranges::find_if(
      findings_, [&](const check_finding& f) { return f.check == what && f.subject == subject; });
  if (found == findings_.end()) return {};
  return found->verdict;
}

}  // namespace hearth
