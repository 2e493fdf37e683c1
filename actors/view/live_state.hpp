#pragma once

#include "actors/snapshot.hpp"
#include "actors/tariff.hpp"
#include "actors/view/keys.hpp"
#include "actors/view/observations.hpp"
#include "layouts/layout.hpp"

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace hearth {

/// A number in its channel's unit as people read it: "62.1 °C", "on"; as many digits as such
/// sensors can tell.
std::string value_text(const measured& value);
/// Of what a person typed: "3.5" or "3,5"; on or off for a switch. Nothing if it is neither.
std::optional<measured> typed_value(std::string_view text, unit in);

/// The live view of a house as its user sees and drives it: what is known of every channel, where
/// the cursor stands, what is held by hand. A key becomes a wish, which somebody else sends. Pure.
class live_state {
 public:
  static constexpr std::size_t events_kept = 100;

  struct held_by_hand {
    measured value;
    time_point until;
  };
  enum class page : unsigned char { channels, help, number };

  live_state(std::shared_ptr<const layout> house, time_point now);

  void take(const observations::batch& fresh);
  void see(const snapshot& image) { image_ = image; }
  void hear(const body& by_house);
  /// Time goes on; leases end by themselves.
  void pass(time_point now);
  /// What the key asks of the house, if anything.
  std::optional<request> press(const key& pressed);

  [[nodiscard]] const layout& house() const { return *house_; }
  [[nodiscard]] time_point now() const { return now_; }
  [[nodiscard]] std::string local_time() const { return tariff_.local_text(now_); }
  [[nodiscard]] std::string local_time(time_point t) const { return tariff_.local_text(t); }
  [[nodiscard]] const std::optional<snapshot>& image() const { return image_; }
  [[nodiscard]] const std::optional<state_report>& charge() const { return charge_; }
  [[nodiscard]] const std::deque<event>& events() const { return events_; }
  [[nodiscard]] std::size_t cursor() const { return cursor_; }
  [[nodiscard]] page shown() const { return page_; }
  [[nodiscard]] const std::string& typed() const { return typed_; }
  [[nodiscard]] const std::string& notice() const { return notice_; }
  [[nodiscard]] std::optional<held_by_hand> held(channel_id c) const;
  /// The user wants to leave.
  [[nodiscard]] bool over() const { return over_; }

 private:
  [[nodiscard]] const channel_layout& chosen() const { return house_->channels[cursor_]; }
  [[nodiscard]] channel_id chosen_id() const { return {static_cast<std::uint16_t>(cursor_)}; }
  void move(const key& pressed);
  std::optional<request> act();
  std::optional<request> press_number(const key& pressed);
  request hold_at(measured value);

  std::shared_ptr<const layout> house_;
  tariff tariff_;
  time_point now_;
  std::optional<snapshot> image_;
  std::optional<state_report> charge_;
  std::deque<event> events_;  ///< the newest last
  std::map<channel_id, held_by_hand> held_;
  std::size_t cursor_ = 0;
  page page_ = page::channels;
  std::string typed_;
  std::string notice_;  ///< what the last key came to
  bool over_ = false;
};

}  // namespace hearth
