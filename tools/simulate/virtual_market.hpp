#pragma once

#include "actors/node/node.hpp"
#include "actors/node/settle.hpp"
#include "drivers/ports/node_store.hpp"
#include "layouts/layout.hpp"
#include "layouts/series.hpp"
#include "tools/simulate/season.hpp"
#include "tools/simulate/virtual_house.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// Many houses and one node that bids for all of them, on virtual time: the actors of `scada run`
/// and the node of `atn run` with its store, and between them a broker in memory that loses
/// nothing.
namespace hearth::simulate {

struct market_plan {
  std::vector<std::shared_ptr<const layout>> homes;  ///< houses are made of these in turn
  std::size_t houses = 1;
  std::shared_ptr<const series> outdoor;
  std::vector<series> prices;            ///< `price_columns`, the second perhaps missing
  std::optional<series> day_ahead = {};  ///< what the node expects energy to cost
  period when;
  duration step = std::chrono::minutes{1};  ///< between two control ticks
  std::uint64_t seed = 1;
};

class virtual_market {
 public:
  /// Every home has a plant and a link. `store`: where the node keeps what it hears.
  virtual_market(market_plan plan, std::unique_ptr<node_store> store);
  ~virtual_market();
  virtual_market(const virtual_market&) = delete;
  virtual_market& operator=(const virtual_market&) = delete;

  /// Lets everybody live one step; false when the time is over. A fault of the store ends it.
  result<bool> live();
  [[nodiscard]] time_point now() const { return now_; }

  [[nodiscard]] const hearth::node& node() const { return node_; }
  [[nodiscard]] std::vector<std::string> sites() const;
  /// The books of one house, read back from the store.
  result<site_settlement> settlement(const std::string& site);
  [[nodiscard]] std::uint64_t messages() const { return messages_; }

 private:
  class client;
  struct home {
    std::shared_ptr<const layout> house;
    std::shared_ptr<simulated_house> plant;
    std::unique_ptr<virtual_house> alive;
  };

  void hear(const std::string& topic, const std::string& payload);
  void say(const std::vector<outgoing>& all);

  market_plan plan_;
  std::unique_ptr<node_store> store_;
  hearth::node node_;
  time_point now_;  ///< of whoever lives just now
  std::map<std::string, client*> clients_;
  std::uint64_t messages_ = 0;
  std::map<std::string, home> homes_;  ///< speak to all of the above, so they go first
};

}  // namespace hearth::simulate
