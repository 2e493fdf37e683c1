#include "tools/simulate/swarm.hpp"

#include "tools/simulate/faults.hpp"
#include "tools/simulate/stand_in.hpp"

#include <algorithm>
#include <exception>
#include <string_view>

namespace hearth::simulate {
namespace {

constexpr duration day = std::chrono::days{1};

/// Makes neighbouring seeds as different as distant ones (the finalizer of SplitMix64).
std::uint64_t mixed(std::uint64_t n) {
  n += 0x9e3779b97f4a7c15;
  n = (n ^ (n >> 30)) * 0xbf58476d1ce4e5b9;
  n = (n ^ (n >> 27)) * 0x94d049bb133111eb;
  return n ^ (n >> 31);
}

std::optional<period> common(const swarm_ground& ground) {
  auto all = ground.prices;
  all.push_back(*ground.outdoor);
  return common_period(all);
}

/// As a shell takes it for one word.
std::string as_word(std::string_view word) {
  constexpr auto plain =
      std::string_view{"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=+,@%"};
  if (!word.empty() && word.find_first_not_of(plain) == std::string_view::npos)
    return std::string{word};
  auto out = std::string{"'"};
  for (const auto c : word)
    if (c == '\'')
      out += "'\\''";
    else
      out += c;
  return out + "'";
}

}  // namespace

std::optional<std::string> useless(const swarm_ground& ground) {
  if (ground.homes.empty()) return "there is no layout";
  for (const auto& home : ground.homes)
    if (!home.house->plant) return home.file + ": has no 'plant': there is nothing to heat";
  const auto both = common(ground);
  if (!both || both->to - both->from < ground.length)
    return ground.weather_file + " and " + ground.prices_file + " have less than " +
           hearth::to_text(ground.length) + " in common";
  return {};
}

swarm_case draw_case(const swarm_ground& ground, std::uint64_t seed) {
  const auto drawn = mixed(seed);
  const auto& home = ground.homes[drawn % ground.homes.size()];
  const auto both = *common(ground);
  const auto nights = 1 + static_cast<std::uint64_t>((both.to - both.from - ground.length) / day);
  const auto from = both.from + day * static_cast<std::int64_t>(mixed(drawn) % nights);
  auto plan = season_plan{.house = home.house,
                          .outdoor = ground.outdoor,
                          .sun = {},
                          .prices = ground.prices,
                          .when = {from, from + ground.length},
                          .contracts = true,
                          .bids = mixed(drawn + 1) % 2 == 0,
                          .seed = seed};
  // A real layout has buses and actors that its stand-in has not.
  plan.faults = draw_faults(targets_of(on_stand_ins(*home.house, plan.step)), plan.when, seed);
  return {home.file, std::move(plan)};
}

std::vector<violation> live_through(const season_plan& plan) {
  const auto failed_with = [&](const char* what) {
    return std::vector{violation{plan.when.to, "no-exception", what}};
  };
  try {
    auto lived = season::begin(plan);
    if (!lived) return failed_with(to_text(lived.error()).c_str());
    while ((*lived)->live()) {
    }
    auto broken = (*lived)->record().violations;
    std::ranges::stable_sort(broken, {}, &violation::at);
    return broken;
  } catch (const std::exception& e) {
    return failed_with(e.what());
  }
}

std::string command_of(const swarm_ground& ground, const swarm_case& which) {
  const auto& plan = which.plan;
  auto out = "scada simulate " + as_word(which.file);
  out += " --weather " + as_word(ground.weather_file) + " --prices " + as_word(ground.prices_file);
  if (plan.contracts) out += plan.bids ? " --bid" : " --with-node";
  out += " --alone --from " + to_iso8601(plan.when.from) + " --to " + to_iso8601(plan.when.to) +
         " --seed " + std::to_string(plan.seed);
  for (const auto& s : plan.faults) out += " --fault " + as_word(to_text(s));
  return out;
}

}  // namespace hearth::simulate
