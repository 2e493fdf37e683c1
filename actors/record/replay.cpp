#include "actors/record/replay.hpp"

#include "actors/node/render.hpp"
#include "actors/record/log_writer.hpp"

#include <utility>

namespace hearth {
namespace {

std::string in_words(const household& wanted) {
  const auto count = [](std::size_t n, const std::string& what) {
    return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
  };
  auto text = count(wanted.schedules.size(), "schedule");
  if (wanted.wishes.empty()) return text + ", no wish";
  for (const auto& w : wanted.wishes)
    text += ", " + std::string{to_text(w.kind)} + (w.zone.empty() ? "" : " of " + w.zone) + " by " +
            w.by;
  return text;
}

class replayer {
 public:
  replayer(const replay_options& options, const std::function<void(const replay_news&)>& tell)
      : options_{options}, tell_{tell} {}

  /// False where the log cannot be read on.
  bool take(std::string_view text, std::size_t line) {
    line_ = line;
    if (unread_) {
      // The next run of a program that was cut off in the middle of a line.
      if (!text.starts_with(decision_log_begins)) return fail(*std::exchange(unread_, {}));
      tell_torn();
    }
    auto entry = reader_.read(text);
    if (!entry) {
      unread_ = {line, std::move(entry.error())};
      return line > 1 || text.starts_with(decision_log_begins) || fail(*unread_);
    }
    return std::visit([this](auto& e) { return live(e); }, *entry);
  }

  replay_totals end(bool last_line_ended) {
    if (unread_ && !totals_.failure) {
      if (last_line_ended)
        fail(*unread_);
      else
        tell_torn();
    }
    if (totals_.runs == 0 && !totals_.failure) fail({line_, "there is nothing to replay"});
    return totals_;
  }

 private:
  bool fail(replay_note why) {
    totals_.failure = std::move(why);
    return false;
  }

  void tell_torn() {
    ++totals_.torn;
    tell_(replay_note{unread_->line, "this line was cut off with the program, or with the power"});
    unread_.reset();
  }

  bool live(const log_head& head) {
    const auto same_run = mind_ && head.boot_id == boot_id_ && head.layout_hash == layout_hash_;
    auto house = options_.house ? with_pace(head.pace) : house_of(head);
    if (!house) return fail({line_, house.error()});
    house_ = std::move(*house);
    reader_.tell_in_terms_of(house_);
    boot_id_ = head.boot_id;
    layout_hash_ = head.layout_hash;
    // The recorder began anew, or the disk did; the house and its dispatcher went on.
    if (same_run) return true;
    forget_run();
    ++totals_.runs;
    totals_.end.reset();
    tell_(run_replayed{line_, head});
    return true;
  }

  [[nodiscard]] tl::expected<std::shared_ptr<const layout>, std::string> with_pace(
      const pace_layout& pace) const {
    auto house = *options_.house;
    house.pace = pace;
    return std::make_shared<const layout>(std::move(house));
  }

  void forget_run() {
    mind_.reset();
    comparer_ = {};
    dates_ = exact_dates;
    after_gap_ = false;
  }

  bool live(const log_gap& gap) {
    ++totals_.gaps;
    totals_.lost += gap.lost;
    after_gap_ = true;
    tell_(replay_note{line_, std::to_string(gap.lost) +
                                 " inputs were not recorded; what follows may "
                                 "rest on them"});
    return true;
  }

  bool live(const log_end& end) {
    totals_.end = end;
    if (end.full) tell_(replay_note{line_, "the log is as long as was allowed; the house went on"});
    return true;
  }

  bool live(log_step& step) {
    if (step.input && std::holds_alternative<dispatcher_begun>(*step.input)) {
      forget_run();
    } else if (!mind_ && !after_gap_) {
      after_gap_ = true;
      tell_(replay_note{line_, "the beginning of this run is not in the log"});
    }
    auto now = std::vector<decision>{};
    if (step.input) {
      now = in_words(live_through(mind_, house_, *step.input), *house_, step.at);
      if (const auto* told = std::get_if<dates_told>(&*step.input)) dates_ = told->dates;
    }
    auto compared = comparer_.compare(std::move(step.was), std::move(now), step.at);
    if (wanted(step.at)) count(step, std::move(compared));
    return true;
  }

  [[nodiscard]] std::optional<time_point> utc(time_point at) const {
    if (!dates_.known()) return {};
    return dates_.utc(at);
  }

  [[nodiscard]] bool wanted(time_point at) const {
    const auto shown = utc(at).value_or(at);
    return (!options_.from || shown >= *options_.from) && (!options_.to || shown < *options_.to);
  }

  void count(const log_step& step, std::vector<comparison> compared) {
    ++totals_.inputs;
    if (!totals_.first) totals_.first = step.at;
    totals_.last = step.at;
    for (const auto& c : compared) count(c.likeness);
    auto news = input_replayed{line_, step.at, utc(step.at), {}, after_gap_, std::move(compared)};
    if (const auto* heard = step.input ? std::get_if<directive_heard>(&*step.input) : nullptr) {
      const auto& body = heard->directive.body;
      // A heartbeat decides nothing.
      if (!std::holds_alternative<heartbeat>(body))
        news.heard = std::string{kind_of(body)} + " " + text_of(body);
    }
    if (const auto* asked = step.input ? std::get_if<asked_on_site>(&*step.input) : nullptr)
      news.heard = "on site: " + text_of(body{asked->wish});
    if (const auto* lived = step.input ? std::get_if<household_told>(&*step.input) : nullptr)
      news.heard = "the household: " + in_words(lived->wanted);
    if (!news.compared.empty() || !news.heard.empty()) tell_(news);
  }

  void count(likeness v) {
    switch (v) {
    case likeness::agrees_again:
    case likeness::same: ++totals_.same; return;
    case likeness::renewed: ++totals_.renewed; return;
    case likeness::shifted: ++totals_.shifted; return;
    case likeness::different:
      ++totals_.different;
      if (after_gap_) ++totals_.different_after_gap;
      return;
    case likeness::still_different: ++totals_.still_different; return;
    }
  }

  const replay_options& options_;
  const std::function<void(const replay_news&)>& tell_;
  log_reader reader_;
  std::shared_ptr<const layout> house_;
  std::string boot_id_, layout_hash_;
  std::optional<dispatcher> mind_;
  comparer comparer_;
  dating dates_ = exact_dates;
  bool after_gap_ = false;
  std::size_t line_ = 0;
  std::optional<replay_note> unread_;  ///< the line before, if it is none
  replay_totals totals_;
};

}  // namespace

replay_totals replay(std::istream& log, const replay_options& options,
                     const std::function<void(const replay_news&)>& tell) {
  auto again = replayer{options, tell};
  auto number = std::size_t{0};
  auto ended = true;
  while (const auto line = next_log_line(log)) {
    ended = line->ended;
    if (!again.take(line->text, ++number)) break;
  }
  return again.end(ended);
}

}  // namespace hearth
