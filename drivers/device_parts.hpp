#pragma once

#include "drivers/driver.hpp"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

/// What the small drivers share.
namespace hearth {

/// The channels a layout wants of one device, by their key at the device.
class named_channels {
 public:
  named_channels(const layout& house, device_id device) {
    for (const auto id : house[device].channels) rows_.push_back({house[id].key, id});
  }

  /// Nothing if the layout does not want it.
  [[nodiscard]] std::optional<channel_id> find(std::string_view key) const {
    for (const auto& row : rows_)
      if (row.key == key) return row.id;
    return {};
  }

  /// The same fault on every channel.
  [[nodiscard]] std::vector<reading> all(const fault& why, time_point now) const {
    auto readings = std::vector<reading>{};
    for (const auto& row : rows_) readings.push_back({row.id, tl::make_unexpected(why), now});
    return readings;
  }

  /// The same value on every channel: for devices that have one.
  [[nodiscard]] std::vector<reading> all(const result<measured>& value, time_point now) const {
    auto readings = std::vector<reading>{};
    for (const auto& row : rows_) readings.push_back({row.id, value, now});
    return readings;
  }

 private:
  struct row {
    std::string key;
    channel_id id;
  };
  std::vector<row> rows_;
};

/// The answer to the only request of a poll, if it is the kind of answer that request gets.
template <class Answer>
result<Answer> only_answer(std::span<const result<bus_answer>> answers) {
  if (answers.size() != 1) return failed(fault_code::malformed, "not one answer to one request");
  if (!answers[0]) return tl::make_unexpected(answers[0].error());
  if (const auto* answer = std::get_if<Answer>(&*answers[0])) return *answer;
  return failed(fault_code::malformed, "the bus answered with another kind of value");
}

/// Whether `c` asks `actuator` to be on, or why it does not ask that.
inline result<bool> wanted_state(const command& c, std::optional<channel_id> actuator) {
  if (c.target != actuator)
    return failed(fault_code::unsupported, "this channel takes no commands");
  if (const auto on = as<bool>(c.value)) return *on;
  return failed(fault_code::unsupported, "a switch is commanded on or off");
}

/// Shared by everything that switches a contact.
inline option_spec fail_safe_option() {
  auto option = option_spec{};
  option.key = "fail_safe";
  option.kind = option_kind::choice;
  option.help = "the contact when nobody commands it: open (off) or closed (on)";
  option.fallback = "open";
  option.choices = {"open", "closed"};
  return option;
}

}  // namespace hearth
