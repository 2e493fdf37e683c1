#pragma once

#include "actors/household.hpp"
#include "actors/snapshot.hpp"
#include "drivers/driver.hpp"
#include "layouts/layout.hpp"
#include "protocol/messages.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hearth {

/// What Home Assistant is told of the house: which sensors there are, by its MQTT discovery, and
/// how they stand. An entity is introduced, retained, every ten minutes, and speaks a moment later,
/// when it is listened to: whenever it moves noticeably, at most every ten seconds, and every five
/// minutes anyway. What falls silent for longer than eleven minutes becomes unavailable there.
/// Pure.
class home_assistant {
 public:
  home_assistant(std::shared_ptr<const layout> house, std::string program_version);

  /// Who is in charge; of all else that the house says nothing is told.
  void hear(const body& said);
  /// What each zone should be, in the order of the plant.
  void know(std::vector<zone_setpoint> setpoints) { setpoints_ = std::move(setpoints); }

  /// What is due, at most `most_at_once` messages; the rest comes next.
  static constexpr std::size_t most_at_once = 32;
  std::vector<bus_request> say(const snapshot& now);
  /// The broker may have missed or forgotten all that was said.
  void begin_again();

 private:
  enum class subject : unsigned char { channel, setpoint, heat_pump, in_charge };
  struct entity {
    subject about = subject::channel;
    std::size_t place = 0;  ///< of the channel or the zone
    mqtt_publish introduction;
    std::string topic;
    std::optional<time_point> introduced = {};  ///< first
    time_point introduced_at = {};              ///< last
    std::optional<std::string> said = {};
    std::optional<double> value = {};  ///< as it was said
    time_point said_at = {};
  };
  struct word {
    std::string text;
    std::optional<double> value = {};
    double noticeable = 0;
  };

  [[nodiscard]] word of(const entity& e, const snapshot& now) const;
  [[nodiscard]] word of_channel(channel_id c, const snapshot& now) const;
  [[nodiscard]] word of_heat_pump(const snapshot& now) const;
  [[nodiscard]] word of_charge() const;

  std::shared_ptr<const layout> house_;
  std::vector<entity> entities_;
  std::size_t next_ = 0;  ///< whose turn it is
  std::vector<zone_setpoint> setpoints_;
  std::optional<state_report> state_;
};

}  // namespace hearth
