#include "actors/planner/store_estimate.hpp"

#include <algorithm>
#include <vector>

namespace hearth {
namespace {

/// Water in a tank is never hotter than what lies above it; a stream or a sensor's error makes a
/// few kelvin of that.
constexpr auto disorder = 6 * kelvin;
/// No water in a store is colder or hotter.
constexpr auto coldest = celsius(-5);
constexpr auto hottest = celsius(110);

struct layer {
  std::size_t place;
  temperature at;
};

bool contradict(const layer& above, const layer& below) { return below.at > above.at + disorder; }

/// Takes out, one by one, who contradicts most of the others; of two that contradict only each
/// other the hotter, so that nobody counts on heat that is not there.
std::size_t drop_doubtful(std::vector<layer>& layers) {
  auto dropped = std::size_t{0};
  for (;; ++dropped) {
    auto worst = layers.end();
    auto most = std::ptrdiff_t{0};
    for (auto one = layers.begin(); one != layers.end(); ++one) {
      const auto clashes = std::ranges::count_if(layers, [&](const layer& other) {
        return other.place < one->place ? contradict(other, *one)
                                        : other.place > one->place && contradict(*one, other);
      });
      if (clashes > most || (clashes == most && clashes > 0 && one->at > worst->at)) {
        most = clashes;
        worst = one;
      }
    }
    if (worst == layers.end()) return dropped;
    layers.erase(worst);
  }
}

/// Of equally thick layers, `count` in all.
temperature mean_of(const std::vector<layer>& believed, std::size_t count) {
  auto sum_c = 0.0;
  for (std::size_t place = 0; place < count; ++place) {
    const auto below = std::ranges::lower_bound(believed, place, {}, &layer::place);
    if (below == believed.end()) {
      sum_c += believed.back().at.in_celsius();
    } else if (below == believed.begin() || below->place == place) {
      sum_c += below->at.in_celsius();
    } else {
      const auto above = std::prev(below);
      const auto part = static_cast<double>(place - above->place) /
                        static_cast<double>(below->place - above->place);
      sum_c += (above->at + part * (below->at - above->at)).in_celsius();
    }
  }
  return celsius(sum_c / static_cast<double>(count));
}

}  // namespace

std::optional<store_estimate> estimate_store(const store_layout& store, const snapshot& now) {
  auto layers = std::vector<layer>{};
  for (std::size_t place = 0; place < store.layers.size(); ++place)
    if (const auto t = now.good<temperature>(store.layers[place]);
        t && *t >= coldest && *t <= hottest)
      layers.push_back({place, *t});
  const auto doubted = drop_doubtful(layers);
  if (layers.empty()) return {};
  return store_estimate{std::ranges::max(layers, {}, &layer::at).at,
                        mean_of(layers, store.layers.size()), layers.size(), doubted};
}

}  // namespace hearth
