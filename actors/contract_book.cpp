#include "actors/contract_book.hpp"

#include "actors/book.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace hearth {
namespace {

using namespace std::chrono_literals;

/// A house looks at itself at least this often; when it was busy for longer, that says nothing of
/// when it looks next.
constexpr duration longest_tick = 1min;
/// Last words kept so that a repeated offer or withdrawal of an old contract gets its true answer.
constexpr std::size_t history_kept = 64;

std::string kilowatts(power p) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f kW", p.in(kilowatt));
  return text.data();
}

/// Part of its nameplate that a heat pump draws at least while it runs, and never while it rests.
constexpr auto least_running = 0.1;

bool allowed_length(duration d) { return d == 5min || d == 15min || d == 30min || d == 60min; }

/// As it is settled: what both books hash is whole milliwatt hours and whole seconds.
contract_report entered(contract_report last, const contract& terms, duration unmetered) {
  last.promised = settled_energy(last.promised);
  last.metered = settled_energy(last.metered);
  last.settled = settlement{"",          0,
                            terms.start, terms.length,
                            terms.price, std::chrono::floor<std::chrono::seconds>(unmetered),
                            ""};
  return last;
}

bool overlap(const contract& a, const contract& b) {
  return a.start < b.end() && b.start < a.end();
}

/// What no contract can be, of any house at any time.
std::optional<std::string> objectionable(const contract& c) {
  if (c.id.empty()) return "a contract needs an id";
  if (!std::isfinite(c.average.si()) || c.average < 0 * watt)
    return "its power is negative or not a number";
  if (c.length > limits::contract_longest)
    return "it is longer than " + to_text(limits::contract_longest);
  if (!allowed_length(c.length)) return "a slot is 5, 15, 30 or 60 min long";
  if (c.start.time_since_epoch() % limits::contract_start_step != 0s)
    return "it does not start at a multiple of " + to_text(limits::contract_start_step);
  return {};
}

}  // namespace

std::optional<std::string> contract_book::objection(const contract& c, time_point now) const {
  if (auto why = objectionable(c)) return why;
  if (c.average > nameplate_)
    return kilowatts(c.average) + " is more than the heat pump can draw (" + kilowatts(nameplate_) +
           ")";
  if (!dates_.known()) return "this house does not know the date yet";
  // One start step of lateness is a slow network, not a past contract; the house catches up.
  const auto date = dates_.utc(now);
  if (date > c.start + limits::contract_start_step + limits::clock_skew || date >= c.end())
    return "it lies in the past: it started at " + to_iso8601(c.start);
  if (c.start > date + limits::contract_horizon + limits::clock_skew)
    return "it starts more than " + to_text(limits::contract_horizon) + " ahead";
  const auto clash = [&](const contract& other) { return overlap(other, c); };
  if ((active_ && clash(active_->terms)) || std::any_of(pending_.begin(), pending_.end(), clash))
    return "it overlaps another contract";
  if (pending_.size() >= limits::contracts_pending) return "too many contracts are agreed already";
  return {};
}

contract_report contract_book::told(const contract& c, contract_status status, std::string reason,
                                    time_point now) const {
  const auto metered = active_ && active_->terms == c ? active_->metered() : energy{};
  const auto promised = std::isfinite(c.average.si()) ? c.promised() : energy{};
  return {c.id, status, std::move(reason), promised, metered, now};
}

void contract_book::remember(const contract& terms, contract_report last) {
  if (history_.size() == history_kept) history_.erase(history_.begin());
  last.settled.reset();  // said again, it settles nothing again
  history_.push_back({terms, std::move(last)});
}

std::optional<contract_book::finished> contract_book::recall(const std::string& id) const {
  for (const auto& each : history_)
    if (each.terms.id == id) return each;
  return {};
}

void contract_book::redate(const dating& dates) {
  const auto change = dates.offset - dates_.offset;
  dates_ = dates;
  // What contracts tolerate anyway is followed, so that one slot joins the next.
  if (active_ && std::chrono::abs(change) <= limits::clock_skew) active_->until -= change;
}

contract_report contract_book::offer(const contract& c, time_point now) {
  if (active_ && active_->terms == c) return told(c, contract_status::active, "", now);
  if (std::find(pending_.begin(), pending_.end(), c) != pending_.end())
    return told(c, contract_status::accepted, "", now);
  const auto same_id = [&](const auto& other) { return other.id == c.id; };
  if ((active_ && same_id(active_->terms)) ||
      std::any_of(pending_.begin(), pending_.end(), same_id))
    return told(c, contract_status::refused, "another contract already has this id", now);
  if (const auto over = recall(c.id)) {
    if (over->terms == c) return over->last;
    return told(c, contract_status::refused, "another contract had this id before", now);
  }
  if (const auto reason = objection(c, now)) return told(c, contract_status::refused, *reason, now);
  const auto place = std::find_if(pending_.begin(), pending_.end(),
                                  [&](const contract& other) { return other.start > c.start; });
  pending_.insert(place, c);
  return told(c, contract_status::accepted, "", now);
}

contract_report contract_book::withdraw(const std::string& id, const std::string& reason,
                                        time_point now) {
  if (active_ && active_->terms.id == id) {
    if (now >= active_->until)
      return told(active_->terms, contract_status::active,
                  "it has run to its end; its result follows", now);
    const auto report = settled(contract_status::withdrawn, reason, now);
    remember(active_->terms, report);
    active_.reset();
    return report;
  }
  const auto found =
      std::find_if(pending_.begin(), pending_.end(), [&](const contract& c) { return c.id == id; });
  if (found != pending_.end()) {
    const auto report = told(*found, contract_status::withdrawn, reason, now);
    remember(*found, report);
    pending_.erase(found);
    return report;
  }
  if (const auto over = recall(id)) return over->last;
  return {id, contract_status::refused, "there is no such contract to withdraw", {}, {}, now};
}

contract_book::step contract_book::advance(std::optional<power> metered,
                                           const std::optional<std::string>& trouble,
                                           time_point now) {
  auto out = step{};
  if (former_ && dates_.known()) go_on(out, metered, now);
  run(out, metered, trouble, now);
  start_due(out, metered, trouble, now);
  wait_for_successor(out, trouble, now);
  last_metered_ = metered;
  advanced_ = now;
  return out;
}

void contract_book::run(step& out, std::optional<power> metered,
                        const std::optional<std::string>& trouble, time_point now) {
  if (!active_) return;
  active_->meter.advance(metered, std::min(now, active_->until));
  use(metered, now);
  if (metered)
    active_->blind_since.reset();
  else if (!active_->blind_since)
    active_->blind_since = now;
  const auto blind =
      active_->blind_since && now - *active_->blind_since >= limits::contract_blind_after;
  if (now >= active_->until) {
    out.reports.push_back(settled(contract_status::completed, "", now));
    grace_ = ended{active_->terms, active_->until, active_->used_up};
  } else if (trouble || blind) {
    const auto reason = trouble ? *trouble : std::string{"the heat pump's meter is blind"};
    out.reports.push_back(settled(contract_status::given_up, reason, now));
    out.events.push_back({severity::warning, "contract-given-up", active_->terms.id, reason, now});
  } else {
    return;
  }
  remember(active_->terms, out.reports.back());
  active_.reset();
}

std::vector<contract> contract_book::agreed() const {
  auto all = pending_;
  if (active_) all.insert(all.begin(), active_->terms);
  return all;
}

std::optional<time_point> contract_book::ends() const {
  if (!active_) return {};
  return active_->until;
}

std::optional<kept_contracts> contract_book::kept(time_point now) const {
  if (!dates_.known()) return {};
  auto out = kept_contracts{dates_.utc(now), pending_, {}};
  if (active_)
    out.active =
        kept_running{active_->terms, active_->metered(), active_->unmetered(), active_->used_up};
  return out;
}

void contract_book::go_on(step& out, std::optional<power> metered, time_point now) {
  const auto former = *std::exchange(former_, {});
  const auto stands = [&](const contract& c) {
    const auto clash = [&](const contract& other) { return overlap(other, c); };
    return !objectionable(c) && c.average <= nameplate_ && !recall(c.id) &&
           !(active_ && clash(active_->terms)) && std::ranges::none_of(pending_, clash);
  };
  for (const auto& c : former.pending)
    if (stands(c) && pending_.size() < limits::contracts_pending)
      pending_.insert(std::ranges::upper_bound(pending_, c.start, {}, &contract::start), c);
  if (!former.active || !stands(former.active->terms)) return;
  const auto& was = *former.active;
  const auto date = dates_.utc(now);
  const auto away = std::max(std::min(date, was.terms.end()) - former.at, duration{});
  active_ = running{was.terms,   std::max(dates_.house(was.terms.end()), now),
                    was.metered, was.unmetered + away,
                    {},          {},
                    was.used_up};
  active_->meter.advance(metered, now);
  if (!metered) active_->blind_since = now;
  if (date < was.terms.end()) return;
  const auto reason = std::string{"the house was not running at its end"};
  out.reports.push_back(settled(contract_status::given_up, reason, now));
  out.events.push_back({severity::warning, "contract-given-up", was.terms.id, reason, now});
  remember(was.terms, out.reports.back());
  active_.reset();
}

energy contract_book::missed_by(const contract& successor, time_point now) const {
  if (!after_it_) return {};
  const auto starts = now + after_it_->rest + after_it_->start_takes;
  const auto ends = active_->until + successor.length;
  const auto most = after_it_->draws * std::max(ends - starts, duration{});
  return std::max(successor.promised() - most, energy{});
}

/// What the meter says now holds until the next tick, whatever is switched; of what one tick more
/// would add, half is looked ahead, so that many slots come out right on average.
void contract_book::use(std::optional<power> metered, time_point now) {
  auto& a = *active_;
  a.begun = a.begun || runs(metered);
  if (a.used_up) return;
  const auto promised = a.terms.promised();
  const auto rate = metered.value_or(power{});
  const auto tick = std::min<duration>(now - advanced_.value_or(now), longest_tick);
  const auto left = std::max(a.until - now, duration{});
  const auto follows =
      !pending_.empty() && pending_.front().start == a.terms.end() &&
      pending_.front().promised() > limits::contract_tolerated(pending_.front().promised());
  const auto beyond = a.metered() + rate * left - promised;
  a.runs_over =
      follows && rate > power{} && promised > energy{} &&
      (beyond <= limits::contract_tolerated(promised) || beyond < missed_by(pending_.front(), now));
  // What nobody wants after the slot's end is stopped a tick before it.
  const auto ends = !follows && left <= tick;
  a.used_up = !a.runs_over && (ends || a.metered() + 1.5 * (rate * tick) >= promised);
}

bool contract_book::runs(std::optional<power> metered) const {
  return metered && *metered >= least_running * nameplate_;
}

bool contract_book::has_time(const running& contract, time_point now) const {
  if (!after_it_ || contract.begun) return false;
  const auto open = contract.terms.promised() - contract.metered();
  return open < after_it_->draws * (contract.until - now - after_it_->start_takes);
}

contract_report contract_book::settled(contract_status status, std::string reason,
                                       time_point now) const {
  const auto& a = *active_;
  const auto left = std::max(a.until - now, duration{});
  return entered(told(a.terms, status, std::move(reason), now), a.terms, a.unmetered() + left);
}

void contract_book::start_due(step& out, std::optional<power> metered,
                              const std::optional<std::string>& trouble, time_point now) {
  const auto date = dates_.utc(now);
  while (!active_ && dates_.known() && !pending_.empty() && pending_.front().start <= date) {
    const auto due = pending_.front();
    pending_.erase(pending_.begin());
    if (due.end() <= date || trouble) {
      const auto reason =
          due.end() <= date ? std::string{"the house was not running in its slot"} : *trouble;
      out.reports.push_back(
          entered(told(due, contract_status::given_up, reason, now), due, due.length));
      out.events.push_back({severity::warning, "contract-given-up", due.id, reason, now});
      remember(due, out.reports.back());
      continue;
    }
    const auto starts = dates_.house(due.start);
    // What the meter said before holds from the slot's very start until this tick.
    const auto metered_from = std::max(starts, advanced_.value_or(now));
    active_ = running{due, dates_.house(due.end()), {}, metered_from - starts, {}, {}};
    active_->used_up = due.promised() <= energy{};
    active_->begun = runs(metered) && !(grace_ && grace_->used_up);
    active_->meter.advance(last_metered_, metered_from);
    active_->meter.advance(metered, now);
    if (!metered) active_->blind_since = now;
    grace_.reset();
    out.reports.push_back(told(due, contract_status::active, "", now));
  }
}

void contract_book::wait_for_successor(step& out, const std::optional<std::string>& trouble,
                                       time_point now) {
  if (!grace_) return;
  const auto waited = now - grace_->since;
  if (waited >= limits::contract_grace || trouble) {
    const auto why = trouble ? *trouble : "no contract followed " + grace_->terms.id;
    out.events.push_back({severity::info, "contract-fallback", grace_->terms.id,
                          why + ": back to local control", now});
    grace_.reset();
  } else if (waited >= limits::contract_warn_after_end && !grace_->warned) {
    grace_->warned = true;
    out.events.push_back({severity::warning, "contract-no-successor", grace_->terms.id,
                          "no contract has followed " + grace_->terms.id + " yet", now});
  }
}

std::optional<contract_book::wish> contract_book::in_force(time_point now) const {
  if (active_) {
    const auto open =
        !active_->used_up && (active_->runs_over || active_->metered() < active_->terms.promised());
    const auto of_it = " of contract " + active_->terms.id;
    if (open && has_time(*active_, now))
      return wish{active_->terms.id, false,
                  "the " + kilowatts(active_->terms.average) + of_it +
                      " are used at its end, for a run that goes on after it"};
    return wish{active_->terms.id, open,
                open ? "using the " + kilowatts(active_->terms.average) + of_it
                     : "the energy" + of_it + " is used"};
  }
  if (grace_ && now < grace_->since + limits::contract_grace)
    return wish{grace_->terms.id, false, "waiting for a successor of contract " + grace_->terms.id};
  return {};
}

}  // namespace hearth
