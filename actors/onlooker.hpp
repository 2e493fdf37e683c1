#pragma once

#include "actors/interfaces.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace hearth {

/// Tells somebody who only looks on and may hang, as a worn SD card holds up a write for minutes.
/// What he has not taken yet is counted; beyond `most` he misses what comes, so that no mailbox
/// fills the memory of the house. For shells only.
class onlooker {
 public:
  explicit onlooker(std::size_t most) : most_{most} {}
  onlooker(const onlooker&) = delete;
  onlooker& operator=(const onlooker&) = delete;

  /// Nobody is told nothing.
  template <class Actor, class Sink, class What>
  void tell(Actor* self, const Sink& to, const What& what) {
    if (!to) return;
    if (*untaken_ >= most_) {
      ++missed_;
      return;
    }
    ++*untaken_;
    const auto taken = [count = untaken_] { --*count; };
    self->request(to, caf::infinite, what).then(taken, [taken](const caf::error&) { taken(); });
  }

  struct hang {
    bool is_over;
    std::uint64_t missed;
  };
  /// Once when he began to miss something, and once when he has taken all that waited. To be asked
  /// before he is told more.
  std::optional<hang> take_news() {
    if (missed_ == 0 || (told_ && *untaken_ > 0)) return {};
    if (!std::exchange(told_, true)) return hang{false, missed_};
    told_ = false;
    return hang{true, std::exchange(missed_, 0)};
  }

 private:
  std::size_t most_;
  std::shared_ptr<std::size_t> untaken_ = std::make_shared<std::size_t>(0);
  std::uint64_t missed_ = 0;
  bool told_ = false;
};

}  // namespace hearth
