#pragma once

#include "protocol/messages.hpp"

#include <vector>

namespace hearth {

/// What a node makes of a house's snapshots: the last full picture, and what each amendment says
/// on top of it. An amendment to another picture than the one known still tells what moved, for the
/// places are those of the layout; what it leaves out is then left as it was.
class live_picture {
 public:
  /// Every channel that `s` says something of, by name. Nothing before the first full picture.
  std::vector<channel_point> take(const snapshot_report& s);

 private:
  snapshot_report full_;
};

}  // namespace hearth
