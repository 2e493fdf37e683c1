#pragma once

#include "actors/interlock.hpp"
#include "protocol/limits.hpp"
#include "tests/actors/houses.hpp"

/// A house in front of an interlock, for the tests of its rules.
namespace hearth::testing {

inline command want(channel_id target, bool on, time_point now, authority who = authority::admin) {
  return {target, switched(on), who, "test", now, now + limits::command_life};
}

/// A house whose primary pump is seen to run, so that nothing but the rule in question objects.
inline image pumping(const layout& house, time_point now = noon) {
  return image{house, now}.on(at::pump);
}

/// A house that has run long enough that no minimum time holds, its heat pump off.
struct guarded_house {
  std::shared_ptr<const layout> house = shared(small_house());
  interlock lock{house, noon - 1h};
  image house_image = pumping(*house);

  guarded_house() { lock.observe(house_image.now()); }
  /// Paints, lets the interlock see it, and asks.
  interlock::verdict ask(channel_id target, bool on) {
    lock.observe(house_image.now());
    return lock.check(want(target, on, house_image.time()), house_image.now());
  }
  bool heat_pump_may(bool on) { return ask(at::enable, on).allowed->value == switched(true); }
};

/// A compressor that has been seen to run for 20 minutes.
struct running_compressor {
  std::shared_ptr<const layout> house = shared(small_house());
  interlock lock{house, noon - 1h};
  image seen = pumping(*house);
  running_compressor() {
    lock.observe(seen.on(at::enable).now());
    seen.pass(20min);
    lock.observe(seen.now());
  }
};

}  // namespace hearth::testing
