#include "tools/simulate/told_watch.hpp"

#include "tools/simulate/stand_in.hpp"

#include <array>
#include <optional>
#include <utility>

namespace hearth::simulate {
namespace {

using namespace std::chrono_literals;

/// An event may take so long beyond the moment at which there is something to say.
constexpr duration told_within = 3min;
/// A house needs so long to be itself again when everything else is.
constexpr duration recovery = 2h;

/// A fault that is told by an event of its own, and its end by another.
struct told_pair {
  fault_kind fault;
  std::array<std::string_view, 3> begins;
  std::string_view ends;  ///< empty: nobody says so
  duration told_in, ended_in;
  std::string_view teller;  ///< the actor who notices
};

constexpr auto pairs = std::to_array<told_pair>({
    {fault_kind::link_down, {"link-down"}, "link-up", 3min, 5min, "upstream"},
    {fault_kind::actor_killed, {"actor-died"}, "actor-restarted", 3min, 5min, {}},
    {fault_kind::clock_jumps,
     {"clock-jumped", "clock-set", "clock-disputed"},
     {},
     3min,
     {},
     "timekeeper"},
});

/// What says that something is wrong, and what says that it is not any more.
constexpr auto opposites = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"channel-fault", "channel-good"},
    {"channel-stale", "channel-good"},
    {"channel-never", "channel-good"},
    {"link-down", "link-up"},
    {"actor-died", "actor-restarted"},
    {"actor-failed", "actor-restarted"},
    {"journal-failing", "journal-back"},
});

}  // namespace

told_watch::told_watch(std::shared_ptr<const layout> house, const misfortune& troubles)
    : house_{std::move(house)}, troubles_{troubles} {
  for (auto& [channel, point] : roles_of(*house_)) channels_.emplace(point, channel);
}

void told_watch::wrote(const relay_write& w) {
  if (!troubles_.spells().empty()) writes_[w.point].push_back({w.at, w.on});
}

void told_watch::happened(const event& e) {
  // A sound year has nothing to be judged, and too many of them.
  if (troubles_.spells().empty()) return;
  if (e.kind != "interlock" && !e.kind.starts_with("contract-")) events_.push_back(e);
}

bool told_watch::told(std::string_view subject, std::initializer_list<std::string_view> kinds,
                      const period& when) const {
  return std::ranges::any_of(events_, [&](const event& e) {
    return std::ranges::find(kinds, std::string_view{e.kind}) != kinds.end() &&
           (subject.empty() || e.subject == subject) && e.at >= when.from && e.at <= when.to;
  });
}

bool told_watch::quality_told(const std::string& channel, const period& when) const {
  return told(channel, {"channel-fault", "channel-stale", "channel-never"}, when);
}

/// Whether something was said to be wrong with it by then, and not said to be over.
bool told_watch::stands_told(const std::string& channel, time_point at) const {
  auto stands = false;
  for (const auto& e : events_) {
    if (e.subject != channel || e.at > at) continue;
    if (e.kind == "channel-good")
      stands = false;
    else if (e.kind.starts_with("channel-"))
      stands = true;
  }
  return stands;
}

/// A sensor that does not answer is told within its time, and told to be back within its time.
void told_watch::judge_silence(const fault_spell& s, const std::string& point, time_point now,
                               std::vector<violation>& out) const {
  const auto& channel = (*house_)[channels_.at(point)];
  const auto within = channel.max_age + told_within;
  const auto around = period{s.when.from - within, s.when.to + within};
  const auto disturbed = troubles_.has(around, [&](const fault_spell& other) {
    const auto anywhere = is_one_of(other.kind, {fault_kind::bus_silent, fault_kind::bus_garbage,
                                                 fault_kind::power_cut, fault_kind::actor_killed});
    return (anywhere || other.part == point) && !(other == s);
  });
  if (disturbed) return;
  if (s.when.to - s.when.from > within && now >= s.when.from + within &&
      !stands_told(channel.name, s.when.from) &&
      !quality_told(channel.name, {s.when.from, s.when.from + within}))
    out.push_back({s.when.from, "fault-told", channel.name + " did not answer and nobody said so"});
  if (quality_told(channel.name, s.when) && now >= s.when.to + within &&
      !told(channel.name, {"channel-good"}, {s.when.from, s.when.to + within}))
    out.push_back({s.when.to, "fault-cleared", channel.name + " answers again and nobody said so"});
}

/// A relay that does not do what it was told is an alarm.
void told_watch::judge_mismatch(const fault_spell& s, time_point now,
                                std::vector<violation>& out) const {
  const auto found = writes_.find(s.part);
  if (found == writes_.end()) return;
  const auto& all = found->second;
  const auto ignored = s.kind == fault_kind::relay_welded;
  const auto first = std::ranges::find_if(
      all, [&](const written& w) { return s.holds_at(w.at) && w.on != ignored; });
  if (first == all.end()) return;
  // It was there already: then there is nothing that contradicts.
  const auto before = std::ranges::find_if(all.rbegin(), all.rend(),
                                           [&](const written& w) { return w.at < s.when.from; });
  if (before == all.rend() || before->on == first->on) return;
  const auto& channel = (*house_)[channels_.at(s.part)];
  const auto until = first->at + channel.max_age + told_within;
  const auto meant = std::ranges::all_of(
      all, [&](const written& w) { return w.at < first->at || w.at > until || w.on == first->on; });
  if (!meant || until > s.when.to || until > now) return;
  const auto disturbed =
      troubles_.has({s.when.from - channel.max_age, until}, [&](const fault_spell& other) {
        const auto anywhere = is_one_of(
            other.kind, {fault_kind::bus_silent, fault_kind::bus_garbage, fault_kind::bus_late,
                         fault_kind::power_cut, fault_kind::actor_killed});
        return (anywhere || other.part == s.part) && !(other == s);
      });
  if (!disturbed && !told(channel.name, {"actuator-mismatch"}, {s.when.from, until}))
    out.push_back({first->at, "mismatch-told", channel.name + " did not obey and nobody said so"});
}

/// A fault with an event of its own.
void told_watch::judge_pair(const fault_spell& s, time_point now,
                            std::vector<violation>& out) const {
  const auto row = std::ranges::find(pairs, s.kind, &told_pair::fault);
  if (row == pairs.end() || (s.kind == fault_kind::clock_jumps && std::abs(s.amount) < 60)) return;
  const auto around = period{s.when.from - 15min, s.when.to + row->ended_in};
  const auto disturbed = troubles_.has(around, [&](const fault_spell& other) {
    if (other == s) return false;
    return other.kind == fault_kind::power_cut || other.kind == s.kind ||
           (other.kind == fault_kind::actor_killed &&
            (other.part == row->teller || other.part == "reporter"));
  });
  // Who is dead tells nothing.
  const auto mute = s.kind == fault_kind::actor_killed && s.part == "reporter";
  if (disturbed || mute) return;
  const auto what = std::string{to_text(s.kind)} + " " + s.part;
  if (now >= s.when.from + row->told_in && s.when.to - s.when.from > row->told_in &&
      !told(s.part, {row->begins[0], row->begins[1], row->begins[2]},
            {s.when.from, s.when.from + row->told_in}))
    out.push_back({s.when.from, "fault-told", what + ": nobody said so"});
  const auto lasts = s.when.to - s.when.from > row->told_in;
  if (lasts && !row->ends.empty() && now >= s.when.to + row->ended_in &&
      !told(s.part, {row->ends}, {s.when.to, s.when.to + row->ended_in}))
    out.push_back({s.when.to, "fault-cleared", what + " is over and nobody said so"});
}

/// What was said to be wrong was said to be right again.
void told_watch::judge_recovery(time_point now, std::vector<violation>& out) const {
  if (troubles_.has({now - recovery, now}, [](const fault_spell&) { return true; })) return;
  auto wrong = std::map<std::pair<std::string_view, std::string>, event>{};
  for (const auto& e : events_) {
    // What was said to a reporter or a program that died then may never have been heard.
    if (troubles_.gone({"reporter"}, {e.at, now})) continue;
    for (const auto& [bad, good] : opposites) {
      if (e.kind == bad) wrong.insert_or_assign({good, e.subject}, e);
      if (e.kind == good) wrong.erase({good, e.subject});
    }
  }
  for (const auto& [key, e] : wrong)
    out.push_back(
        {e.at, "recovered", e.kind + " " + e.subject + ": still so when nothing is wrong"});
}

std::vector<violation> told_watch::judged(time_point now) const {
  auto out = std::vector<violation>{};
  for (const auto& s : troubles_.spells()) {
    if (s.kind == fault_kind::sensor_vanishes) judge_silence(s, s.part, now, out);
    if (s.kind == fault_kind::bus_silent)
      for (const auto& [point, channel] : channels_) judge_silence(s, point, now, out);
    if (s.kind == fault_kind::relay_dead || s.kind == fault_kind::relay_welded)
      judge_mismatch(s, now, out);
    judge_pair(s, now, out);
  }
  judge_recovery(now, out);
  return out;
}

}  // namespace hearth::simulate
