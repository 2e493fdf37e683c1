#pragma once

#include "actors/house_context.hpp"
#include "actors/interfaces.hpp"

#include <atomic>
#include <map>
#include <memory>

namespace hearth {

struct bus_state {
  bus_state() = default;
  static inline const char* name = "bus";

  bus_answers carry_out(const bus_batch& batch);
  void hear(const listener& who);

  bus_actor::pointer self = nullptr;
  house_context context{{}, house_clock::real()};
  bus_id id;
  port_maker make;
  std::unique_ptr<port> io;
  std::map<device_id, listener> listeners;
  /// Messages of the port that wait in the mailbox, bounded by `limits::heard_messages`.
  std::shared_ptr<std::atomic<std::size_t>> waiting = std::make_shared<std::atomic<std::size_t>>(0);
};

/// Owns the port that `make` makes; a port that cannot be made is a fault of each batch and is
/// tried again with the next.
bus_actor::behavior_type bus(bus_actor::stateful_pointer<bus_state> self, house_context context,
                             bus_id id, port_maker make);

}  // namespace hearth
