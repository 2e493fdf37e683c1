#include "actors/node/gap_watch.hpp"

#include "actors/node/limits.hpp"
#include "protocol/limits.hpp"

#include <algorithm>
#include <span>

namespace hearth {

std::optional<resend> gap_watch::ask(const site_memory& house, time_point now) {
  if (house.presence_at(now) != presence::online) {
    boots_.clear();
    return {};
  }
  const auto nothing_waits = house.last_backlog && house.last_backlog->waiting == 0;
  const auto first_wait = nothing_waits ? node_limits::ask_first : node_limits::ask_while_waiting;
  auto out = resend{};
  for (const auto& [id, boot] : house.boots.all()) {
    if (boot.whole()) {
      boots_.erase(id);
      continue;
    }
    const auto gaps = boot.gaps();
    const auto begins = gaps.front().first;
    auto& watch = boots_.try_emplace(id, watched{begins, now}).first->second;
    if (watch.begins != begins) watch = {begins, now};
    if (now < watch.since + watch.patience.value_or(first_wait)) continue;
    const auto room = limits::resend_runs - out.missing.size();
    if (room == 0) break;  // those left out are due again at once
    for (const auto& gap : std::span{gaps}.first(std::min(room, gaps.size())))
      out.missing.push_back({id, gap.first, gap.last});
    watch.patience = std::min(2 * watch.patience.value_or(first_wait), node_limits::ask_longest);
    watch.since = now;
  }
  if (out.missing.empty()) return {};
  return out;
}

}  // namespace hearth
