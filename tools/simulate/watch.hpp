#pragma once

#include "tools/simulate/link_watch.hpp"
#include "tools/simulate/plant_watch.hpp"
#include "tools/simulate/told_watch.hpp"

namespace hearth::simulate {

/// What must hold in a simulated house whatever goes wrong, looked at from outside.
struct watch {
  plant_watch plant;
  told_watch told;
  link_watch link;

  watch(const std::shared_ptr<const layout>& house, const misfortune& troubles,
        std::uint64_t journal_bytes)
      : plant{house, troubles}, told{house, troubles}, link{house, troubles, journal_bytes} {}

  /// What was broken by `now`, when nothing more comes; by time.
  [[nodiscard]] std::vector<violation> judged(time_point now) const {
    auto all = plant.violations();
    for (const auto& more : {told.judged(now), link.judged(now)})
      all.insert(all.end(), more.begin(), more.end());
    std::ranges::stable_sort(all, {}, &violation::at);
    return all;
  }
};

}  // namespace hearth::simulate
