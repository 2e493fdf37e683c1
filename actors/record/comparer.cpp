#include "actors/record/comparer.hpp"

#include <algorithm>

namespace hearth {
namespace {

/// Whether the two are about the same thing.
bool akin(const decision& a, const decision& b) {
  if (a.kind != b.kind || a.subject != b.subject) return false;
  // What happened is the event's name; a command's value is what is to be compared.
  return a.kind != "event" || a.what == b.what;
}

/// What still holds at this moment; nothing if nobody has said anything, or too long ago.
std::optional<decision> holding(const std::optional<decision>& command, time_point at) {
  return command && command->expires > at ? command : std::nullopt;
}

/// What a person calls one decision, however its sentence counts on from minute to minute.
std::string gist(const std::optional<decision>& command) {
  return command ? command->what + " " + command->by : std::string{};
}

bool goes_on(const std::optional<decision>& before, const std::optional<decision>& given) {
  return before && given && gist(before) == gist(given);
}

likeness judge_statement(const comparison& c) {
  if (!c.was || !c.now || c.was->words != c.now->words) return likeness::different;
  return c.was->is_heartbeat() ? likeness::renewed : likeness::same;
}

}  // namespace

std::string_view to_text(likeness v) {
  switch (v) {
  case likeness::same: return "same";
  case likeness::renewed: return "renewed";
  case likeness::shifted: return "shifted";
  case likeness::different: return "different";
  case likeness::still_different: return "still-different";
  case likeness::agrees_again: return "agrees-again";
  }
  return "same";
}

std::vector<comparison> comparer::compare(std::vector<decision> was, std::vector<decision> now,
                                          time_point at) {
  auto out = std::vector<comparison>{};
  for (auto& then : was) out.push_back({likeness::same, std::move(then), {}});
  const auto pair_up = [&](auto fits) {
    for (auto& pair : out) {
      if (pair.now) continue;
      const auto found =
          std::ranges::find_if(now, [&](const decision& d) { return fits(*pair.was, d); });
      if (found == now.end()) continue;
      pair.now = std::move(*found);
      now.erase(found);
    }
  };
  // What is the same first, so that of two alike the one that differs is left.
  pair_up(
      [](const decision& a, const decision& b) { return a.kind == b.kind && a.words == b.words; });
  pair_up(akin);
  for (auto& today : now) out.push_back({likeness::same, {}, std::move(today)});
  for (auto& pair : out) {
    const auto& one = pair.was ? *pair.was : *pair.now;
    pair.likeness =
        one.is_command() ? judge(standing_[one.subject], pair, at) : judge_statement(pair);
  }
  return out;
}

likeness comparer::judge(standing& s, const comparison& given, time_point at) {
  const auto no_news = goes_on(s.was, given.was) && goes_on(s.now, given.now);
  if (given.was) s.was = given.was;
  if (given.now) s.now = given.now;
  const auto then = holding(s.was, at);
  const auto today = holding(s.now, at);
  if ((then ? then->content : "") != (today ? today->content : "")) {
    auto differ = std::pair{gist(then), gist(today)};
    if (s.told == differ) return likeness::still_different;
    s.told = std::move(differ);
    return likeness::different;
  }
  if (std::exchange(s.told, {})) return likeness::agrees_again;
  if (!given.was || !given.now || given.was->words != given.now->words) return likeness::shifted;
  return no_news ? likeness::renewed : likeness::same;
}

}  // namespace hearth
