#pragma once

#include "actors/node/node.hpp"
#include "drivers/mqtt_client.hpp"

#include <functional>
#include <memory>

namespace hearth::simulate {

/// A broker and the node of `atn` in memory, on the thread of the simulation: the node's own logic,
/// with nothing lost and nothing late. What it hears is as safe as if it were on its disk.
class virtual_node {
 public:
  /// `clock`: what the node's clock shows, UTC.
  virtual_node(node_options options, outlook world, std::function<time_point()> clock);
  ~virtual_node();
  virtual_node(const virtual_node&) = delete;
  virtual_node& operator=(const virtual_node&) = delete;

  /// Hand this to the house as its way to connect.
  mqtt_client_maker maker();

  /// Says what is due; to be called now and then.
  void tick();

  [[nodiscard]] const hearth::node& node() const { return node_; }
  /// Messages both ways.
  [[nodiscard]] std::uint64_t messages() const { return messages_; }

 private:
  class client;

  void hear(std::string_view topic, std::string_view payload);
  void say(const std::vector<outgoing>& all);

  hearth::node node_;
  std::function<time_point()> clock_;
  client* client_ = nullptr;
  std::uint64_t messages_ = 0;
};

}  // namespace hearth::simulate
