#pragma once

#include <tl/expected.hpp>

#include <string>
#include <string_view>

namespace hearth {

/// What is wrong out there. A fault is a fact about the world: it is shown, reported and
/// planned around; it is never thrown and never stops a program.
enum class fault_code : unsigned char {
  timeout,         ///< no answer in time
  disconnected,    ///< the bus, port, broker or peer is not there
  checksum,        ///< bytes arrived and their check failed
  refused,         ///< the device answered with an exception
  malformed,       ///< the answer is not what the protocol or register map says
  out_of_range,    ///< a value no such device can have
  permission,      ///< the operating system refuses; the detail names the remedy
  no_such_device,  ///< the path, chip, line or address does not exist
  io,              ///< any other error of the operating system
  not_ready,       ///< the device says it has no value yet
  mismatch,        ///< an actuator's read-back differs from what was commanded
  overflow,        ///< a bounded queue is full and this was what had to go
  unsupported,     ///< the device cannot do this
};

/// A short stable word for logs, wire and tests, such as "timeout".
std::string_view to_text(fault_code code);

struct fault {
  fault_code code = fault_code::io;
  std::string detail;  ///< one line for a person: what, where, what to do
  bool operator==(const fault&) const = default;
};

/// "timeout: no answer from unit 2 within 500 ms"
std::string to_text(const fault& f);

template <class T>
using result = tl::expected<T, fault>;

inline tl::unexpected<fault> failed(fault_code code, std::string detail = {}) {
  return tl::make_unexpected(fault{code, std::move(detail)});
}

}  // namespace hearth
