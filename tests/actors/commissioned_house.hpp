#pragma once

#include "actors/commission/commissioning.hpp"
#include "tests/actors/houses.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <set>

namespace hearth::testing {

/// The small house and its installer: what is held is read back at the next second, the heat pump
/// rests for so long before it starts and runs for so long before it stops, and draws 4 kW.
struct commissioned_house {
  explicit commissioned_house(layout l = small_house()) : house{shared(std::move(l))} {
    for (const auto c : {at::enable, at::pump, at::living_call, at::bed_call})
      safe[c] = switched(false);
    safe[at::valve] = {0, unit::fraction};
    mind.emplace(house, safe, noon);
  }

  std::shared_ptr<const layout> house;
  std::map<channel_id, measured> safe;
  std::optional<commissioning> mind;
  image seen{*house};
  std::map<channel_id, measured> wanted;
  std::set<channel_id> stuck;
  std::vector<request> wishes;  ///< all
  std::vector<std::string> lines;
  duration rest{}, run{};   ///< of the heat pump, by the interlock
  double meter_sign = 1;    ///< −1: it is reversed; 0: it does not move
  time_point wanted_since;  ///< of the heat pump
  bool started = false;

  void take(const commissioning::output& out) {
    for (const auto& w : out.wishes) {
      wishes.push_back(w);
      const auto* h = std::get_if<hold>(&w.wish);
      if (!h) continue;
      const auto c = *house->find_channel(h->channel);
      if (c == at::enable && (!wanted.contains(c) || wanted[c] != h->value))
        wanted_since = seen.time();
      wanted[c] = h->value;
    }
    lines.insert(lines.end(), out.lines.begin(), out.lines.end());
  }
  void begin() {
    take(mind->begin());
    second();
  }
  void second() {
    seen.pass(1s);
    for (const auto& [c, value] : wanted) {
      const auto slow = value == switched(true) ? rest : run;
      const auto waits = c == at::enable && seen.time() - wanted_since < slow;
      if (!stuck.contains(c) && !waits) seen.set(c, value);
    }
    const auto runs = seen.now().good<bool>(at::enable).value_or(false);
    if (house->plant && seen.now()[at::hp_power].quality == quality::good) {
      seen.set(at::hp_power, of((10 + (runs ? meter_sign * 4000 : 0)) * watt));
      seen.set(at::house_power, of((500 + (runs ? 4000.0 : 0)) * watt));
    }
    take(mind->look(seen.now(), seen.time()));
  }
  void seconds(int n) {
    for (auto i = 0; i < n; ++i) second();
  }
  /// Waits for a question that has this in it.
  void await(const std::string& part, int patience = 2000) {
    for (; patience > 0; --patience) {
      if (mind->question().value_or("").find(part) != std::string::npos) return;
      second();
    }
    FAIL("not asked: ", part, "; asked: ", mind->question().value_or("nothing"));
  }
  void say(const std::string& text) {
    REQUIRE(mind->question());
    take(mind->answer(text));
    second();
  }
  /// Answers what is asked, until the question has `part` in it or all is over.
  void go_on(const std::string& part = "nothing ever asks this",
             const std::function<std::string(const std::string&)>& how = {}) {
    for (auto patience = 20'000; patience > 0 && !mind->over(); --patience) {
      const auto asked = mind->question();
      if (!asked) {
        second();
        continue;
      }
      if (asked->find(part) != std::string::npos) return;
      const auto by_hand = how ? how(*asked) : std::string{};
      if (!by_hand.empty())
        say(by_hand);
      else if (asked->find("Who signs") == 0)
        say("Ada");
      else if (asked->find("a value of yours") != std::string::npos)
        say("0.5");
      else
        say(asked->find("instrument") == std::string::npos ? "y" : "");
    }
    REQUIRE(mind->over());
  }
  [[nodiscard]] commission_record record() const { return mind->record(seen.time()); }
  [[nodiscard]] check_finding found(const std::string& check, const std::string& subject) const {
    const auto all = record().findings;
    const auto f = std::find_if(all.begin(), all.end(), [&](const check_finding& each) {
      return each.check == check && each.subject == subject;
    });
    REQUIRE_MESSAGE(f != all.end(), "no finding ", check, " ", subject);
    return *f;
  }
};

}  // namespace hearth::testing
