#pragma once

#include "tools/simulate/season.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// Many seasons, each drawn from one number: which house, which nights, what goes wrong.
namespace hearth::simulate {

/// What a swarm draws its seasons from, and how a command line names it.
struct swarm_ground {
  struct home {
    std::string file;
    std::shared_ptr<const layout> house;
  };
  std::vector<home> homes;  ///< one that stands there twice is drawn twice as often
  std::string weather_file, prices_file;
  std::shared_ptr<const series> outdoor;
  std::vector<series> prices;              ///< `price_columns`
  duration length = std::chrono::days{3};  ///< of one season
};

/// Why nothing can be drawn from this, if so, in one line.
std::optional<std::string> useless(const swarm_ground& ground);

/// The season of one seed, and the house it is lived in.
struct swarm_case {
  std::string file;  ///< of the layout
  season_plan plan;
};
/// The same seed, the same season. The ground must not be `useless`.
swarm_case draw_case(const swarm_ground& ground, std::uint64_t seed);

/// What was broken, in the order of time; an exception is told as the promise "no-exception".
std::vector<violation> live_through(const season_plan& plan);

/// The command that lives through this again.
std::string command_of(const swarm_ground& ground, const swarm_case& which);

}  // namespace hearth::simulate
