#pragma once

#include "drivers/driver.hpp"
#include "protocol/command.hpp"
#include "protocol/messages.hpp"
#include "protocol/reading.hpp"

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace hearth {

/// One device in time, without the time: which batch goes to the bus next, what the answers
/// mean, and what has to be made safe because its command died. Pure but for its driver.
///
/// Per actuator channel:
///
///   unsafe --make-safe batch--> safe --command--> commanded --renewed--> commanded
///                                ^                    |
///                                └--- expiry: make-safe batch
class device {
 public:
  /// Starts unsafe: the first batch makes every actuator safe, whatever ran before. `again`: one
  /// before it may have told a mismatch, so that it says, too, if all is well.
  device(std::shared_ptr<const layout> house, device_id id, std::unique_ptr<driver> how,
         bool again = false);

  /// What one channel has in a batch.
  struct write {
    channel_id target;
    std::optional<command> what;  ///< absent: make-safe
    std::size_t requests = 0;     ///< of its own, following those of the write before
  };
  /// Writes go out ahead of polls; both end with a read-back.
  struct work {
    std::vector<bus_request> requests;
    std::vector<write> writes;  ///< whose the first requests are; empty: a poll
    std::size_t asked = 0;      ///< how many requests there are, also when they have been sent off
  };

  /// Another layout, in which the device is the same but may stand in another place: `now` holds
  /// each of its channels' place before and now. Nothing moves.
  void move_to(std::shared_ptr<const layout> house, device_id id,
               const std::map<channel_id, channel_id>& now);
  /// The same for what is under way.
  static void renumber(work& under_way, const std::map<channel_id, channel_id>& now);

  /// Accepts a setpoint; a fault reading if the device cannot carry it out.
  std::vector<reading> take(const command& c, time_point now);
  /// Marks every actuator for make-safe.
  void make_safe();
  /// Marks those whose command has died.
  void expire(time_point now);

  /// The writes that wait; nothing if none do.
  std::optional<work> next_write(time_point now);
  /// One poll.
  work next_poll();

  struct outcome {
    std::vector<reading> readings;
    std::vector<event> events;
  };
  /// The bus's answers to `done`, or one fault for all if the bus itself did not answer.
  outcome answered(const work& done, result<std::vector<result<bus_answer>>> answers,
                   time_point now);
  /// What the device says unasked. It contradicts a command as a read-back does, but only when it
  /// is said later than `hearsay_grace` after the bus first confirmed that value.
  outcome heard(const bus_message& message, time_point now);
  [[nodiscard]] std::vector<std::string> topics() const { return driver_->topics(); }

  /// When `expire` has something to do next.
  [[nodiscard]] std::optional<time_point> next_expiry() const;
  /// The batch that makes everything safe, for when nobody is left to wait for its answer.
  [[nodiscard]] std::vector<bus_request> last_will();
  [[nodiscard]] bool all_safe() const;

 private:
  /// What was said last of how an actuator obeys.
  enum class verdict : unsigned char { obeys, unknown, mismatch };

  struct setpoint {
    std::optional<command> live = {};  ///< being obeyed or waiting to be
    bool waiting = false;              ///< must still be written
    bool written = false;  ///< the bus has confirmed `live`; only then a read-back can contradict
    bool unsafe = true;    ///< must still be made safe
    bool agreed = false;   ///< the latest poll has shown `live`: renewing it needs no write
    std::optional<time_point> contradicted = {};  ///< since when polls have shown something else
    std::optional<time_point> obeyed_since = {};  ///< when the bus first confirmed this value
    verdict told = verdict::obeys;                ///< whatever it is commanded meanwhile
    /// There is no command any more, and it must be made safe.
    void forget() { *this = {.told = told}; }
  };

  void note_written(const write& w, std::span<const result<bus_answer>> answers, time_point now,
                    outcome& out);
  void compare_read_back(outcome& out, time_point now, duration grace);

  std::shared_ptr<const layout> house_;
  device_id id_;
  std::unique_ptr<driver> driver_;
  std::map<channel_id, setpoint> setpoints_;  ///< by actuator channel of this device
};

}  // namespace hearth
