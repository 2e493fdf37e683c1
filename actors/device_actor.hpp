#pragma once

#include "actors/device.hpp"
#include "actors/house_context.hpp"
#include "actors/interfaces.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace hearth {

struct device_state {
  device_state() = default;
  static inline const char* name = "device";

  void listen();
  void poll();
  void write();
  /// Sends the bus a batch; `heard` gets its answers, or why there are none.
  template <caf::message_priority Priority, class Heard>
  void ask(bus_batch requests, Heard heard);
  void tell(device::outcome what);
  void arm_expiry();
  void confirm_safe();

  device_actor::pointer self = nullptr;
  house_context context{{}, house_clock::real()};
  device_id id;
  std::optional<device> core;
  /// Shared with the last will, which must reach the bus that stands when the device ends.
  std::shared_ptr<bus_actor> bus;
  std::optional<roads> peers;
  std::optional<device::work> polling;  ///< what the bus was asked and has not answered
  std::optional<device::work> writing;
  time_point due{};                     ///< when the latest poll was to be
  bool newer_waits = false;             ///< something to write came while writing
  std::vector<device::outcome> untold;  ///< until the roads are known
  std::optional<time_point> expiry_armed;
  std::vector<caf::typed_response_promise<atom::done>> safe_promises;
};

/// Makes safe first, then polls every `poll_every` of its layout. When it ends, however it
/// ends, it sends the bus the requests that make it safe. `again`: there was one before it.
device_actor::behavior_type device_of(device_actor::stateful_pointer<device_state> self,
                                      house_context context, device_id id,
                                      std::shared_ptr<const model> kind, bus_actor bus, bool again);

}  // namespace hearth
