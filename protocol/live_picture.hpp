#pragma once

#include "protocol/messages.hpp"

#include <vector>

namespace hearth {

/// What a node makes of a house's snapshots: the last full picture, and what each amendment says
/// on top of it. An amendment to another picture than the one known still tells what moved, for the
/// places are those of the layout; what it leaves out is then left as it was.
class live_picture {
 public:
  /// Every channel that `s` says something of, by name, until the next is taken. Nothing before the
  /// first full picture.
  const std::vector<channel_point>& take(const snapshot_report& s);

 private:
  snapshot_report full_;
  std::vector<channel_point> said_;  ///< kept for the room of its names
};

}  // namespace hearth
