#include "actors/record/why.hpp"

#include "actors/record/log_reader.hpp"

#include <istream>
#include <map>
#include <utility>

namespace hearth {
namespace {

/// How many different commands before are told.
constexpr std::size_t before_kept = 5;

class detective {
 public:
  explicit detective(const why_question& question) : question_{question} {}

  /// False where the rest of the log is later than what is asked for.
  tl::expected<bool, std::string> take(const std::string& line) {
    auto entry = reader_.read(line);
    if (!entry) {
      // A line that was cut off with the power; what follows is the next run, or nothing.
      if (answer_.house) return true;
      return tl::make_unexpected(std::move(entry.error()));
    }
    if (const auto* head = std::get_if<log_head>(&*entry)) return begin(*head);
    if (const auto* step = std::get_if<log_step>(&*entry)) return live(*step);
    return true;
  }

  tl::expected<why_answer, std::string> end() {
    if (!answer_.house) return tl::make_unexpected(std::string{"there is nothing in this log"});
    if (!began_) return tl::make_unexpected(std::string{"the log begins later than that"});
    if (answer_.standing) answer_.expired = answer_.standing->what.expires <= answer_.at;
    return std::move(answer_);
  }

 private:
  tl::expected<bool, std::string> begin(const log_head& head) {
    auto house = question_.house ? question_.house : nullptr;
    if (!house) {
      auto own = house_of(head);
      if (!own) return tl::make_unexpected(own.error());
      house = *own;
    }
    reader_.tell_in_terms_of(house);
    auto channel = question_.channel;
    if (channel.empty()) {
      if (!house->plant)
        return tl::make_unexpected(std::string{"name a channel: this house has no heat pump"});
      channel = (*house)[house->plant->heat_pump.enable].name;
    }
    const auto found = house->find_channel(channel);
    if (!found) return tl::make_unexpected("there is no channel '" + channel + "' in this house");
    if (!(*house)[*found].actuator)
      return tl::make_unexpected("channel '" + channel + "' is read and never commanded");
    answer_ = {};
    answer_.house = house;
    answer_.channel = channel;
    return true;
  }

  tl::expected<bool, std::string> live(const log_step& step) {
    if (!answer_.house) return tl::make_unexpected(std::string{"this is no decision log"});
    if (question_.at && answer_.dates.utc(step.at) > *question_.at) return false;
    began_ = true;
    answer_.at = step.at;
    if (step.input) {
      if (std::holds_alternative<dispatcher_begun>(*step.input)) answer_.standing.reset();
      if (const auto* told = std::get_if<dates_told>(&*step.input)) answer_.dates = told->dates;
      if (const auto* made = std::get_if<plan_made>(&*step.input)) answer_.plan = made->plan;
      if (const auto* seen = std::get_if<snapshot>(&*step.input)) answer_.seen = *seen;
    }
    for (const auto& d : step.was) note(d, step.at);
    return true;
  }

  void note(const decision& d, time_point at) {
    if (d.kind == "state") answer_.in_charge = d;
    if (d.subject != answer_.channel) return;
    if (d.kind == "event" && d.what == "interlock") answer_.held_back = {at, d};
    if (!d.is_command()) return;
    auto& standing = answer_.standing;
    if (standing && standing->what.what == d.what) {
      standing->what = d;
      return;
    }
    if (standing) {
      answer_.before.insert(answer_.before.begin(), *standing);
      if (answer_.before.size() > before_kept) answer_.before.pop_back();
    }
    standing = {at, d};
  }

  const why_question& question_;
  log_reader reader_;
  why_answer answer_;
  bool began_ = false;
};

}  // namespace

tl::expected<why_answer, std::string> why(std::istream& log, const why_question& question) {
  auto asks = detective{question};
  while (const auto line = next_log_line(log)) {
    const auto goes_on = asks.take(line->text);
    if (!goes_on) return tl::make_unexpected(goes_on.error());
    if (!*goes_on) break;
  }
  return asks.end();
}

}  // namespace hearth
