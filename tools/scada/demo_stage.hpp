#pragma once

#include "actors/house_clock.hpp"
#include "actors/node/outlook.hpp"
#include "layouts/layout.hpp"
#include "tools/scada/children.hpp"
#include "tools/scada/hosting.hpp"

#include <memory>
#include <optional>
#include <string>

namespace hearth::tools {

struct demo_options {
  std::string layout;
  std::string weather, prices;  ///< files instead of the layout's
  std::string start;            ///< house time, ISO 8601
  double speed = 60;
  std::string length;  ///< house time after which it ends by itself
  bool no_atn = false;
  int contracts_per_day = 8;
  bool plain = false;
  bool no_portal = false;
  record_options record;
};

/// The house of the demo, understood and checked before anything is started.
struct demo_house {
  std::shared_ptr<layout> house;
  std::optional<prices> price_list;
  time_point start;
  std::optional<duration> length;
};

/// Nothing, with every complaint on stderr, if layout, files or options are wrong.
std::optional<demo_house> read_demo_house(const demo_options& o);

/// The broker and the cloud node, as child processes in a temporary folder.
class demo_stage {
 public:
  /// Starts the broker and waits until it answers; throws std::runtime_error with what to do if it
  /// does not. The house's link then leads to it.
  demo_stage(const demo_options& o, const demo_house& h);

  /// Starts the node on the same clock.
  void start_node(const std::string& clock_options);
  /// Ends all; what does not go by itself is killed.
  void stop();
  /// Asks the node to go, without waiting.
  void dismiss_node() const;

  [[nodiscard]] const std::string& broker() const { return broker_address_; }
  /// That goes when the stage does.
  [[nodiscard]] std::string folder() const { return folder_.path(); }
  /// A script that is `atn` with broker and clock given already.
  [[nodiscard]] std::string remote_control() const { return folder_.file("atn"); }
  /// A sentence for each program that has ended though nobody asked it to; each is told once.
  std::vector<std::string> newly_lost();

 private:
  void start_broker();

  const demo_options& options_;
  const demo_house& home_;
  temporary_folder folder_;
  std::string broker_address_;
  std::unique_ptr<child> broker_, node_;
  bool broker_lost_ = false, node_lost_ = false;
};

}  // namespace hearth::tools
