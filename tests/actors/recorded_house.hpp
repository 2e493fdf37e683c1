#pragma once

#include "actors/record/flight_recorder.hpp"
#include "tests/actors/houses.hpp"
#include "tests/support/paper_log.hpp"

#include <map>
#include <string>

namespace hearth::testing {

/// An obedient house like that of `obedient_house.hpp`, whose every input and decision is recorded.
struct recorded_house {
  explicit recorded_house(layout l = small_house()) : house{shared(std::move(l))} {
    live(dispatcher_begun{noon - 2h});
  }

  std::shared_ptr<const layout> house;
  paper_log log;
  flight_recorder recorder{{log.maker(), limits::log_bytes}, house, "boot-1"};
  std::optional<dispatcher> mind;
  image seen{*house, noon - 1h};
  std::map<channel_id, bool> switches;
  int messages = 0;
  std::uint64_t unrecorded = 0;
  bool recording = true;  ///< false: the next inputs are lost

  void live(const dispatcher_input& input) {
    auto decided = live_through(mind, house, input);
    for (const auto& c : decided.commands)
      if (c.value.unit == unit::on_off) switches[c.target] = c.value.amount != 0;
    if (!recording) {
      ++unrecorded;
      return;
    }
    recorder.keep({input, std::move(decided), std::exchange(unrecorded, 0)}, at_of(input));
  }
  void tick() {
    for (const auto& [channel, on] : switches) seen.on(channel, on);
    seen.set(at::hp_power, of(switches[at::enable] ? 8 * kilowatt : power{}));
    live(seen.now());
  }
  void run_until(time_point end) {
    while (seen.time() < end) {
      seen.pass(std::min(duration{5s}, duration{end - seen.time()}));
      tick();
    }
  }
  void ask(body what) {
    live(directive_heard{
        {"small", "node", 1, "m" + std::to_string(++messages), seen.time(), "", std::move(what)},
        seen.time()});
  }
};

}  // namespace hearth::testing
