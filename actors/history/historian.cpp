#include "actors/history/historian.hpp"

#include "actors/history/alarm_kinds.hpp"
#include "actors/history/money.hpp"

#include <algorithm>
#include <chrono>

namespace hearth {
namespace {

using namespace std::chrono_literals;

constexpr duration trim_every = 1h;
/// Whoever looks on must not make the chronicle write more often than this.
constexpr duration asked_every = 10s;
constexpr duration gap_told_every = 1h;

std::vector<chronicle_item> open_at(const std::vector<chronicle_item>& events, time_point at) {
  auto alarms = open_alarms{};
  for (const auto& item : events) alarms.take(event_of(item));
  alarms.pass(at);
  auto out = std::vector<chronicle_item>{};
  for (const auto& alarm : alarms.open()) {
    const auto subject = alarm.raised.kind + " " + alarm.raised.subject;
    const auto found = std::ranges::find_if(events, [&](const chronicle_item& item) {
      return item.at == alarm.raised.at && item.subject == subject;
    });
    if (found == events.end()) continue;
    out.push_back(*found);
    out.back().text = alarm.raised.text;
  }
  return out;
}

}  // namespace

historian::historian(std::shared_ptr<const layout> house, history_disk disk, bool exact_dates,
                     time_point now)
    : house_{std::move(house)},
      kept_{house_->history.value_or(history_layout{})},
      disk_{std::move(disk)},
      exact_dates_{exact_dates},
      keeper_{house_, kept_.interval, exact_dates},
      chronicler_{house_->timezone, exact_dates} {
  open(now);
}

// ---- opening

void historian::open(time_point now) {
  tried_ = now;
  if (!chronicle_) open_chronicle(now);
  if (!feeds_ && believed(now)) open_feeds(now);
  recall_today(now);
}

void historian::open_chronicle(time_point now) {
  if (!disk_.open_chronicle) return;
  auto opened = disk_.open_chronicle();
  if (!opened) return trouble("chronicle", chronicle_trouble_, opened.error(), now);
  if (opened->put_aside)
    events_.push_back({severity::alarm, "history-damaged", "chronicle",
                       "the chronicle was damaged; a new one is begun with the " +
                           std::to_string(opened->saved) + " items that could be read, the old " +
                           "one is in " + *opened->put_aside,
                       now});
  chronicle_ = std::move(opened->store);
  written_before_today_ = 0;
  relief("chronicle", chronicle_trouble_, now);
}

void historian::open_feeds(time_point now) {
  if (!disk_.open_feeds) return;
  auto plan = feed_plan{kept_, house_->timezone};
  // Where house time is UTC by definition, it may be any.
  if (exact_dates_) plan.earliest = {};
  auto opened = disk_.open_feeds(plan, utc(now));
  if (!opened) return trouble("feeds", feeds_trouble_, opened.error(), now);
  feeds_ = std::move(*opened);
  dropped_ = feeds_->dropped();
  refused_ = feeds_->refused();
  ids_.clear();
  for (const auto& c : keeper_.channels()) {
    const auto id = feeds_->declare(c.name, c.unit);
    ids_.push_back(id ? std::optional{*id} : std::nullopt);
    if (!id)
      events_.push_back({severity::warning, "history-gap", c.name,
                         c.name + " is not kept: " + to_text(id.error()), now});
  }
  relief("feeds", feeds_trouble_, now);
  put(std::exchange(waiting_, {}));
}

void historian::recall_today(time_point now) {
  if (recalled_ || !chronicle_ || !believed(now)) return;
  recalled_ = true;
  const auto found = chronicle_->newest("plan", "day", utc(now));
  if (!found || !*found) return;
  keeper_.begins_a_day((*found)->at);
  chronicler_.knows_a_plan_of((*found)->at);
}

// ---- what comes

void historian::see(const snapshot& now) {
  if (!feeds_ && feeds_trouble_.empty() && believed(now.at)) open(now.at);
  keeper_.see(now);
  put(keeper_.take());
}

void historian::hear(const body& said, time_point now) {
  keeper_.hear(said);
  chronicler_.hear(said, now);
  if (chronicler_.urgent(now)) write_chronicle(now);
}

void historian::plan(const plan_news& news, time_point now) {
  // The keeper's and the chronicle's first plan of a day are the same one.
  recall_today(now);
  keeper_.plan(news);
  chronicler_.plan(news);
  put(keeper_.take());
}

void historian::redate(const dating& dates, time_point now) {
  keeper_.redate(dates, now);
  chronicler_.redate(dates, now);
  if (!feeds_ && feeds_trouble_.empty() && believed(now)) open(now);
  put(keeper_.take());
}

void historian::put(std::vector<kept_value> values) {
  if (feeds_) {
    for (const auto& v : values)
      if (const auto& id = ids_[v.channel]) feeds_->put(*id, v.at, v.value);
    return;
  }
  waiting_.insert(waiting_.end(), values.begin(), values.end());
  if (waiting_.size() <= waiting_values) return;
  // In one go for many, because the front of a vector is dear.
  const auto gone = waiting_.size() - waiting_values + waiting_values / 8;
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(gone));
  lost_values_ += gone;
}

// ---- writing

void historian::flush(time_point now) {
  if ((!feeds_ || !chronicle_) && (!tried_ || now - *tried_ >= retry_every)) open(now);
  if (!block_began_) block_began_ = now;
  const auto due = now - *block_began_ >= kept_.block;
  const auto again = tried_ && now - *tried_ >= retry_every;
  if (due || (!feeds_trouble_.empty() && again)) write_feeds(now);
  if (due || (!chronicle_trouble_.empty() && again)) write_chronicle(now);
  if (due) block_began_ = now;
  if (due && believed(now) && chronicle_ && (!trimmed_ || now - *trimmed_ >= trim_every)) {
    trimmed_ = now;
    if (const auto done = chronicle_->trim(utc(now)); !done)
      trouble("chronicle", chronicle_trouble_, done.error(), now);
  }
  if (chronicle_ && believed(now)) {
    const auto day = time_point{std::chrono::floor<std::chrono::days>(utc(now))};
    if (day_ && *day_ != day) written_before_today_ = chronicle_->totals().written;
    day_ = day;
  }
  tell_gaps(now);
}

void historian::end(time_point now) {
  put(keeper_.take(true));
  write_feeds(now);
  write_chronicle(now);
}

void historian::write_feeds(time_point now) {
  if (!feeds_ || !believed(now)) return;
  tried_ = now;
  auto done = feeds_->write_block(utc(now));
  if (done) done = feeds_->distribute(utc(now));
  for (auto& problem : feeds_->take_problems())
    events_.push_back({severity::warning, "history-damaged", "feeds", std::move(problem), now});
  if (done)
    relief("feeds", feeds_trouble_, now);
  else
    trouble("feeds", feeds_trouble_, done.error(), now);
}

void historian::write_chronicle(time_point now) {
  for (auto& item : chronicler_.take(now)) items_.push_back(std::move(item));
  if (items_.size() > waiting_items) {
    const auto gone = items_.size() - waiting_items;
    items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(gone));
    lost_items_ += gone;
  }
  if (!chronicle_ || items_.empty()) return;
  tried_ = now;
  if (const auto done = chronicle_->keep(items_); !done) {
    // A damaged one has been put out of the way; the next opening begins anew.
    if (done.error().code == fault_code::malformed) chronicle_.reset();
    return trouble("chronicle", chronicle_trouble_, done.error(), now);
  }
  items_.clear();
  relief("chronicle", chronicle_trouble_, now);
}

void historian::trouble(const std::string& subject, std::string& standing, const fault& why,
                        time_point now) {
  if (standing.empty())
    events_.push_back({severity::warning, "history-failing", subject,
                       why.detail + "; what is new is kept in memory meanwhile", now});
  standing = why.detail.empty() ? to_text(why) : why.detail;
}

void historian::relief(const std::string& subject, std::string& standing, time_point now) {
  if (std::exchange(standing, {}).empty()) return;
  events_.push_back(
      {severity::info, "history-back", subject, "the history is written to disk again", now});
}

void historian::tell_gaps(time_point now) {
  lost_values_ += keeper_.take_lost();
  lost_items_ += chronicler_.take_lost();
  if (feeds_) {
    const auto dropped = feeds_->dropped();
    lost_values_ += dropped - std::exchange(dropped_, dropped);
    const auto refused = feeds_->refused();
    misplaced_ += refused - std::exchange(refused_, refused);
  }
  if (lost_values_ + lost_items_ + misplaced_ == 0) return;
  if (gap_told_ && now - *gap_told_ < gap_told_every) return;
  gap_told_ = now;
  if (lost_values_ + lost_items_ > 0)
    events_.push_back({severity::warning, "history-gap", "history",
                       std::to_string(std::exchange(lost_values_, 0)) + " values and " +
                           std::to_string(std::exchange(lost_items_, 0)) +
                           " words found no place in memory and are not in the history",
                       now});
  if (misplaced_ > 0)
    events_.push_back({severity::warning, "history-gap", "clock",
                       std::to_string(std::exchange(misplaced_, 0)) +
                           " values are not in the history, because it keeps nothing so fine of "
                           "their time: is the clock right? It says " +
                           to_iso8601(utc(now)),
                       now});
}

// ---- answers

fault historian::no_feeds() const {
  return {fault_code::not_ready,
          feeds_trouble_.empty() ? "the history waits until the date is known" : feeds_trouble_};
}

result<history_answer> historian::answer(const history_query& asked) const {
  if (!feeds_) return tl::make_unexpected(no_feeds());
  if (asked.channels.size() > asked_channels || asked.points > asked_points)
    return failed(fault_code::overflow, "at most " + std::to_string(asked_channels) +
                                            " channels and " + std::to_string(asked_points) +
                                            " points are answered at once");
  return feeds_->ask(asked);
}

result<chronicle_page> historian::answer(const chronicle_query& asked, time_point now) {
  if (!asked_at_ || now - *asked_at_ >= asked_every) {
    asked_at_ = now;
    write_chronicle(now);
  }
  if (!chronicle_) return failed(fault_code::not_ready, chronicle_trouble_);
  auto page = chronicle_->read(asked);
  if (!page && page.error().code == fault_code::malformed) {
    chronicle_.reset();
    trouble("chronicle", chronicle_trouble_, page.error(), now);
  }
  return page;
}

result<moment_answer> historian::answer(const moment_query& asked, time_point now) {
  if (!feeds_) return tl::make_unexpected(no_feeds());
  auto out = moment_answer{};
  out.at = asked.at;
  auto seen = feeds_->at(asked.at);
  out.resolution = seen.resolution;
  out.values = std::move(seen.values);
  if (!asked_at_ || now - *asked_at_ >= asked_every) {
    asked_at_ = now;
    write_chronicle(now);
  }
  if (!chronicle_) return out;
  auto state = chronicle_->newest("state", "", asked.at);
  auto plan = chronicle_->newest("plan", "", asked.at);
  auto events = chronicle_->events_until(asked.at);
  for (const auto* why : {state ? nullptr : &state.error(), plan ? nullptr : &plan.error(),
                          events ? nullptr : &events.error()}) {
    if (why == nullptr) continue;
    if (why->code == fault_code::malformed) chronicle_.reset();
    trouble("chronicle", chronicle_trouble_, *why, now);
    return out;
  }
  out.state = std::move(*state);
  out.plan = std::move(*plan);
  out.open_alarms = open_at(*events, asked.at);
  return out;
}

result<money_answer> historian::answer(const money_query& asked, time_point now) const {
  if (!feeds_) return tl::make_unexpected(no_feeds());
  const auto& plant = house_->plant;
  if (!plant || !plant->heat_pump.power_meter)
    return failed(fault_code::unsupported, "nothing measures the heat pump's power in this house");
  auto count = money_count::of(asked, local_calendar{house_->timezone},
                               (*house_)[*plant->heat_pump.power_meter].name, utc(now));
  if (!count) return tl::make_unexpected(count.error());
  for (;;) {
    const auto sums = feeds_->ask(count->sums());
    if (!sums) return tl::make_unexpected(sums.error());
    const auto worth = feeds_->ask(count->worth());
    if (!worth) return tl::make_unexpected(worth.error());
    // Feeds answer by no less than they keep; hours they always have.
    const auto kept = std::max(sums->interval, worth->interval);
    if (kept <= count->slot()) return count->count(*sums, *worth);
    count->widen(kept);
  }
}

history_status historian::status(time_point now) const {
  auto out = feeds_ ? feeds_->status(utc(now)) : history_status{};
  out.recording = feeds_ && chronicle_ && feeds_trouble_.empty() && chronicle_trouble_.empty();
  if (!feeds_trouble_.empty())
    out.problem = feeds_trouble_;
  else if (!chronicle_trouble_.empty())
    out.problem = chronicle_trouble_;
  else if (!feeds_)
    out.problem = no_feeds().detail;
  out.waiting += waiting_.size();
  if (!chronicle_) return out;
  const auto totals = chronicle_->totals();
  out.bytes += totals.bytes;
  out.written_today += totals.written - std::min(totals.written, written_before_today_);
  return out;
}

}  // namespace hearth
