#pragma once

#include "actors/snapshot.hpp"
#include "layouts/layout.hpp"

#include <memory>
#include <span>

namespace hearth {

/// The latest reading of each channel and what it is worth. Pure.
class blackboard {
 public:
  blackboard(std::shared_ptr<const layout> house, time_point now);

  /// Newest per channel wins. A reading older than the one known, from the future beyond clock
  /// skew, of an unknown channel or in another unit than the channel's is dropped and counted.
  void take(std::span<const reading> heard, time_point now);

  /// Everything known at `now`; judges age.
  snapshot freeze(time_point now);

  [[nodiscard]] std::size_t dropped() const { return dropped_; }

 private:
  std::shared_ptr<const layout> house_;
  std::vector<point> points_;
  std::size_t dropped_ = 0;
};

}  // namespace hearth
