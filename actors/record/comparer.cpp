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
std::string holding(const std::optional<decision>& command, time_point at) {
  return command && command->expires > at ? command->content : std::string{};
}

verdict judge_statement(const comparison& c) {
  if (!c.was || !c.now || c.was->words != c.now->words) return verdict::different;
  return c.was->is_heartbeat() ? verdict::renewed : verdict::same;
}

}  // namespace

std::string_view to_text(verdict v) {
  switch (v) {
  case verdict::same: return "same";
  case verdict::renewed: return "renewed";
  case verdict::shifted: return "shifted";
  case verdict::different: return "different";
  case verdict::still_different: return "still-different";
  case verdict::agrees_again: return "agrees-again";
  }
  return "same";
}

std::vector<comparison> comparer::compare(std::vector<decision> was, std::vector<decision> now,
                                          time_point at) {
  auto out = std::vector<comparison>{};
  for (auto& then : was) {
    auto pair = comparison{verdict::same, std::move(then), {}};
    const auto found =
        std::ranges::find_if(now, [&](const decision& d) { return akin(*pair.was, d); });
    if (found != now.end()) {
      pair.now = std::move(*found);
      now.erase(found);
    }
    out.push_back(std::move(pair));
  }
  for (auto& today : now) out.push_back({verdict::same, {}, std::move(today)});
  for (auto& pair : out) {
    const auto& one = pair.was ? *pair.was : *pair.now;
    pair.verdict =
        one.is_command() ? judge(standing_[one.subject], pair, at) : judge_statement(pair);
  }
  return out;
}

verdict comparer::judge(standing& s, const comparison& given, time_point at) {
  const auto goes_on = s.was && given.was && s.was->content == given.was->content && s.now &&
                       given.now && s.now->content == given.now->content;
  if (given.was) s.was = given.was;
  if (given.now) s.now = given.now;
  auto holds = std::pair{holding(s.was, at), holding(s.now, at)};
  if (holds.first != holds.second) {
    if (s.told == holds) return verdict::still_different;
    s.told = std::move(holds);
    return verdict::different;
  }
  if (std::exchange(s.told, {})) return verdict::agrees_again;
  if (!given.was || !given.now || given.was->words != given.now->words) return verdict::shifted;
  return goes_on ? verdict::renewed : verdict::same;
}

}  // namespace hearth
