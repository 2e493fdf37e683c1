#pragma once

#include "actors/energy_counter.hpp"
#include "actors/tariff.hpp"
#include "actors/view/observations.hpp"
#include "drivers/simulated/plant.hpp"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hearth {

/// A dispatch contract as far as it can be seen from outside.
struct seen_contract {
  contract_report last;             ///< what the house said of it last
  std::optional<contract> terms;    ///< as the node offered it, if that was overheard
  energy_counter meter;             ///< the heat pump's, while it runs
};

/// How far a zone was from its setpoint.
struct zone_deviation {
  std::string zone;
  temperature_difference off;
  time_point at;
};

/// Average power of the heat pump over a piece of the past.
struct power_bin {
  time_point start;
  energy used;
};

/// All that the demo knows of its house: folded from snapshots, from what house and node say, and
/// from the truth of the simulated plant. Pure; `frame.hpp` draws it.
class demo_state {
 public:
  static constexpr std::size_t events_kept = 100;
  static constexpr duration bin_length = std::chrono::minutes{15};
  static constexpr duration history = std::chrono::hours{24};

  /// `known_prices`: of the price file, so that money can be counted without a node too.
  demo_state(std::shared_ptr<const layout> house, time_point start,
             std::optional<prices> known_prices);

  void see(const snapshot& image);
  void hear(const body& by_house);
  void overhear(const body& by_node);
  void look(const simulated::plant& truth, time_point now);
  void take(const observations::batch& fresh);
  /// Something the demo itself has to say.
  void note(event e);

  [[nodiscard]] const layout& house() const { return *house_; }
  [[nodiscard]] time_point start() const { return start_; }
  [[nodiscard]] time_point now() const { return now_; }
  [[nodiscard]] const std::optional<snapshot>& image() const { return image_; }
  [[nodiscard]] const std::optional<state_report>& charge() const { return charge_; }
  [[nodiscard]] const std::optional<seen_contract>& in_force() const { return in_force_; }
  [[nodiscard]] const std::optional<seen_contract>& ended() const { return ended_; }
  [[nodiscard]] int contracts(contract_status s) const;
  [[nodiscard]] const std::deque<event>& events() const { return events_; }
  /// Events and changes of contracts since the start; those not kept any more are counted too.
  [[nodiscard]] std::uint64_t events_seen() const { return events_seen_; }
  [[nodiscard]] const link_traffic& link() const { return link_; }
  [[nodiscard]] const tariff& terms() const { return tariff_; }
  [[nodiscard]] const std::deque<power_bin>& past() const { return past_; }
  [[nodiscard]] std::optional<simulated::heat_pump_phase> phase() const { return phase_; }

  [[nodiscard]] money spent() const { return spent_; }
  [[nodiscard]] energy bought() const { return bought_; }
  [[nodiscard]] energy unpriced() const { return unpriced_; }  ///< bought while no price was known
  [[nodiscard]] const std::optional<zone_deviation>& worst() const { return worst_; }
  [[nodiscard]] const std::optional<simulated::books>& books() const { return books_; }

  /// What a zone should have; nothing if a channel should say it and does not.
  [[nodiscard]] std::optional<temperature> setpoint(const zone_layout& z) const;
  /// The value of a channel if it may be acted upon.
  template <class Quantity>
  [[nodiscard]] std::optional<Quantity> good(std::optional<channel_id> c) const {
    if (!image_ || !c) return {};
    return image_->good<Quantity>(*c);
  }

 private:
  void on_contract(const contract_report& said);
  void count_money(energy more);
  void count_history(energy heat_pump_more);
  void judge_comfort(const simulated::plant& truth);

  std::shared_ptr<const layout> house_;
  tariff tariff_;
  bool prices_from_file_;
  time_point start_, now_;
  std::optional<snapshot> image_;
  std::optional<state_report> charge_;
  std::deque<contract> offers_;  ///< overheard, the newest last
  std::optional<seen_contract> in_force_, ended_;
  std::map<contract_status, int> counts_;
  std::deque<event> events_;
  std::uint64_t events_seen_ = 0;
  link_traffic link_;
  std::deque<power_bin> past_;
  std::optional<simulated::heat_pump_phase> phase_;
  std::optional<energy> house_meter_, heat_pump_meter_;
  money spent_;
  energy bought_, unpriced_;
  std::optional<zone_deviation> worst_;
  std::optional<simulated::books> books_;
};

}  // namespace hearth
