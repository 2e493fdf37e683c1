#pragma once

#include "drivers/driver.hpp"
#include "drivers/probe/finding.hpp"

#include <functional>
#include <optional>

namespace hearth {

/// Asks a bus one question after the other, counts what comes back, and asks whoever probes
/// whether to go on. It writes nothing: what is asked decides the recogniser, and none writes.
class interview {
 public:
  using clock = std::function<time_point()>;
  /// How far the probe is; false ends it.
  using progress = std::function<bool(const std::string& doing, std::size_t step, std::size_t of)>;

  interview(clock now, progress tell) : now_{std::move(now)}, tell_{std::move(tell)} {}

  result<bus_answer> ask(port& io, const bus_request& question) {
    ++tally_.asked;
    auto answer = io.transact(question, now_());
    if (answer) {
      ++tally_.answered;
    } else {
      ++tally_.faults[answer.error().code];
      last_fault_ = answer.error();
    }
    return answer;
  }

  /// False, from then on, once it is to end.
  bool goes_on(const std::string& doing, std::size_t step, std::size_t of) {
    if (!stopped_) stopped_ = !tell_(doing, step, of);
    return !stopped_;
  }

  void end() { stopped_ = true; }
  [[nodiscard]] bool stopped() const { return stopped_; }
  [[nodiscard]] const probe_tally& tally() const { return tally_; }
  [[nodiscard]] const std::optional<fault>& last_fault() const { return last_fault_; }
  /// The result, with what has been counted.
  [[nodiscard]] probe_result ended(probe_result what) const {
    what.tally = tally_;
    what.stopped = stopped_;
    return what;
  }

 private:
  clock now_;
  progress tell_;
  probe_tally tally_;
  std::optional<fault> last_fault_;
  bool stopped_ = false;
};

}  // namespace hearth
