#include "actors/planner/price_committee.hpp"

namespace hearth {

price_committee::price_committee() {
  for (const auto& settings : {
           chain_settings{.levels = 9},
           chain_settings{.levels = 9, .moods = 3, .mood_memory = 0.7},
           chain_settings{.levels = 7, .moods = 4, .mood_memory = 0.85},
           chain_settings{.levels = 7, .moods = 4, .mood_memory = 0.85, .hour_weight = 0.6},
       })
    members_.emplace_back(settings);
}

void price_committee::learn(std::size_t hour, energy_price day_ahead, energy_price real_time) {
  for (auto& member : members_) member.learn(hour, day_ahead, real_time);
}

}  // namespace hearth
