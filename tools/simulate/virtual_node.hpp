#pragma once

#include "actors/node/node.hpp"
#include "drivers/mqtt_client.hpp"
#include "tools/simulate/faulty_link.hpp"
#include "tools/simulate/mad_node.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace hearth::simulate {

/// What goes wrong on the node's side, and who watches.
struct node_troubles {
  std::vector<fault_spell> spells = {};
  std::uint64_t seed = 1;
  std::shared_ptr<const layout> house = {};  ///< for what a mad node says
  /// Reached the house, whether the house believes it or not.
  std::function<void(const envelope&)> told_house = {};
  /// Reached the node, for the first time, and had its effect.
  std::function<void(const envelope&)> told_node = {};
};

/// A broker and the node of `atn` in memory, on the thread of the simulation: the node's own logic.
/// What it hears is as safe as if it were on its disk.
class virtual_node {
 public:
  /// `clock`: what the node's clock shows, UTC.
  virtual_node(node_options options, outlook world, std::function<time_point()> clock,
               node_troubles troubles = {});
  ~virtual_node();
  virtual_node(const virtual_node&) = delete;
  virtual_node& operator=(const virtual_node&) = delete;

  /// Hand this to the house as its way to connect.
  mqtt_client_maker maker();

  /// Says what is due, and lets begin and end what goes wrong; to be called now and then.
  void tick();

  [[nodiscard]] const hearth::node& node() const { return *node_; }
  [[nodiscard]] bool connected() const;
  /// Messages both ways, as they were sent.
  [[nodiscard]] std::uint64_t messages() const { return messages_; }

 private:
  class client;

  [[nodiscard]] bool holds(fault_kind kind, time_point now) const;
  void restart();
  void rave(time_point now);
  void carry(parcel p);
  void arrive(const parcel& p);
  void hear(const parcel& p);
  void hear_again();
  void say(const std::vector<outgoing>& all);

  node_options options_;
  outlook world_;
  std::unique_ptr<hearth::node> node_;
  std::function<time_point()> clock_;
  node_troubles troubles_;
  faulty_link link_;
  mad_node mad_;
  std::size_t restarts_ = 0;
  std::optional<time_point> ticked_;
  std::optional<parcel> retained_;  ///< the house's latest birth, which a broker keeps
  bool was_silent_ = false;
  client* client_ = nullptr;
  std::uint64_t messages_ = 0;
};

}  // namespace hearth::simulate
