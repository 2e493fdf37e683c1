#pragma once

#include "layouts/layout.hpp"
#include "layouts/model.hpp"
#include "protocol/command.hpp"
#include "protocol/reading.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The seam between a device's meaning and the wire it hangs on. A driver turns a poll into
/// requests and answers into readings; a port carries requests out. Drivers do no I/O and
/// know no thread; ports know no device.
namespace hearth {

// ---- what a driver may ask of its bus

struct modbus_read {
  std::uint8_t unit = 1;
  register_row::table table = register_row::table::input;
  std::uint16_t address = 0;  ///< zero-based
  std::uint16_t count = 1;    ///< registers, or bits of a coil table
  bool operator==(const modbus_read&) const = default;
};
struct modbus_write {
  std::uint8_t unit = 1;
  register_row::table table = register_row::table::coil;  ///< coil or holding
  std::uint16_t address = 0;
  std::vector<std::uint16_t> values;  ///< a coil is 0 or 1
  bool operator==(const modbus_write&) const = default;
};
/// Logical level of an input line (polarity applied).
struct gpio_read {
  unsigned line = 0;
  bool active_low = false;
  /// A level counts once it has stood for so long; zero: as it is now.
  std::chrono::microseconds debounce{};
  bool operator==(const gpio_read&) const = default;
};
/// How often an input line has become active; the kernel counts from the first such request on,
/// the port adds what was counted before.
struct gpio_count {
  unsigned line = 0;
  bool active_low = false;
  std::chrono::microseconds debounce{};  ///< shorter pulses are noise
  bool operator==(const gpio_count&) const = default;
};
/// Drives a line; the first write claims it as output with this very level, so that it never
/// glitches.
struct gpio_write {
  unsigned line = 0;
  bool active_low = false;
  bool on = false;  ///< logical
  bool operator==(const gpio_write&) const = default;
};
/// The kernel's text for a 1-Wire slave, such as "28-00000a1b2c3d".
struct onewire_read {
  std::string slave;
  bool operator==(const onewire_read&) const = default;
};
/// One message to a chip and, after a repeated start, one from it; either may be empty.
struct i2c_transfer {
  std::uint8_t address = 0;  ///< 7 bits
  std::vector<std::uint8_t> write;
  std::size_t read = 0;    ///< bytes; the answer has exactly so many
  duration settling = {};  ///< that the chip needs before it: a conversion, for one
  bool operator==(const i2c_transfer&) const = default;
};
struct mqtt_publish {
  std::string topic;
  std::string payload;
  bool retained = false;  ///< the broker gives it to whoever subscribes later
  bool operator==(const mqtt_publish&) const = default;
};
/// Asks nobody anything: the answer says whether the bus is there to hear those that speak unasked.
struct bus_presence {
  bool operator==(const bus_presence&) const = default;
};
/// A point of the simulated plant, such as "zone.living.temperature".
struct plant_read {
  std::string point;
  bool operator==(const plant_read&) const = default;
};
struct plant_write {
  std::string point;
  double value = 0;
  bool operator==(const plant_write&) const = default;
};

using bus_request =
    std::variant<modbus_read, modbus_write, gpio_read, gpio_write, gpio_count, onewire_read,
                 i2c_transfer, mqtt_publish, bus_presence, plant_read, plant_write>;

// ---- what the bus answers

struct done {
  bool operator==(const done&) const = default;
};
using words = std::vector<std::uint16_t>;
using bytes = std::vector<std::uint8_t>;
/// What a line has counted.
struct pulses {
  std::uint64_t total = 0;  ///< ever, over all runs of the program
  /// Since the request before, by the kernel's own clock: so many pulses in so long. Absent until
  /// two pulses have come.
  struct pace {
    std::uint64_t pulses = 0;
    std::chrono::nanoseconds in{};
    bool operator==(const pace&) const = default;
  };
  std::optional<pace> lately = {};
  bool operator==(const pulses&) const = default;
};
/// `done` for writes, words for registers and bits, bool for a line, text for a file, bytes for an
/// I²C transfer that reads, double for the plant.
using bus_answer = std::variant<done, words, bool, std::string, bytes, pulses, double>;

/// Something a bus says unasked (a message on the house's own broker).
struct bus_message {
  std::string topic;
  std::string payload;
};

/// One bus's I/O. Used by its bus actor only, one call at a time; a call may block up to the
/// bus's timeout. It opens what it needs on first use and again after a failure, so that a
/// missing device is a fault of that call and never an error of construction.
class port {
 public:
  virtual ~port() = default;
  /// Carries out one request at house time `now`. Never throws.
  virtual result<bus_answer> transact(const bus_request& request, time_point now) = 0;
  /// Topics to hear from now on. `heard` is called from any thread and must only enqueue.
  virtual void listen(std::vector<std::string> topics, std::function<void(bus_message)> heard);
};

/// One device's meaning. Pure but for its own memory; never throws; one instance per device.
class driver {
 public:
  virtual ~driver() = default;
  /// The requests of one poll, in order; at most `limits::requests_per_poll`. After a fault that
  /// says nobody is there (timeout, disconnected) the bus spares the rest and answers them alike.
  virtual std::vector<bus_request> poll() = 0;
  /// One reading for each channel, from the answers to `poll()` in the same order.
  virtual std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                                      time_point now) = 0;

  /// Topics on which the device speaks unasked.
  [[nodiscard]] virtual std::vector<std::string> topics() const { return {}; }
  /// What such a message means; nothing if it is not about a channel.
  virtual std::vector<reading> heard(const bus_message& message, time_point now);

  /// Not null if the device can be commanded.
  virtual class actuator* as_actuator() { return nullptr; }
};

/// A device that moves something. Whoever can be commanded can also make itself safe.
class actuator : public driver {
 public:
  actuator* as_actuator() final { return this; }
  /// The requests that carry out `c`, or why that cannot be.
  virtual result<std::vector<bus_request>> encode(const command& c) = 0;
  /// The requests that bring one of its channels into its fail-safe state, from any state.
  virtual std::vector<bus_request> make_safe(channel_id channel) = 0;
};

/// One row of the registry: the description the parser checks layouts against, and the maker.
struct model {
  model_spec spec;
  std::function<std::unique_ptr<driver>(const layout&, device_id)> make;
};

/// Makes the port of one bus. A fault only where this build or machine cannot have such a bus.
using port_maker = std::function<result<std::unique_ptr<port>>(const layout&, bus_id)>;

}  // namespace hearth
