#pragma once

#include "drivers/driver.hpp"
#include "drivers/probe/finding.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// Which devices speak on a broker, by the topics and payloads that come by.
namespace hearth {

/// A broker has more topics than that only if it serves more than a house. Beyond: counted.
inline constexpr std::size_t survey_topics = 5000;
/// All payloads together. Beyond: the topic is kept without its payload.
inline constexpr std::size_t survey_bytes = 16 * 1024 * 1024;
/// Groups of topics that nobody recognises which are shown. Beyond: counted.
inline constexpr std::size_t survey_strangers = 30;

class mqtt_survey {
 public:
  /// Takes any message whatever it holds.
  void heard(const bus_message& message);
  [[nodiscard]] std::size_t messages() const { return messages_; }
  [[nodiscard]] std::size_t topics() const { return said_.size(); }

  [[nodiscard]] probe_result result(proposed_bus bus) const;

 private:
  std::map<std::string, std::string, std::less<>> said_;  ///< the latest payload of each topic
  std::size_t bytes_ = 0;
  std::size_t messages_ = 0;
  std::set<std::string> not_kept_;  ///< first levels of the topics beyond
};

}  // namespace hearth
