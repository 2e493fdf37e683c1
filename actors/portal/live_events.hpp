#pragma once

#include "actors/portal/house_view.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth {

/// One server-sent event. JSON has no line break outside its strings, and none inside.
std::string event_text(std::string_view name, const nlohmann::json& data);

/// What all open streams are told: what differs from what they were told before. One text for all
/// of them. Who has just come was told everything, so that hearing some of it again does no harm.
class live_events {
 public:
  /// At most one a second, `news` at once but for a breath; `outside` is time outside the house,
  /// in which people look. Nothing: too soon.
  std::shared_ptr<const std::string> next(const house_view& view, const household& wanted,
                                          bool news, time_point now, time_point outside);
  /// Nobody listens: whoever comes next is told everything anyway.
  void rest() { told_.reset(); }

 private:
  std::optional<std::vector<point>> told_;
  std::string standing_;  ///< as it was told, but for its time
  std::optional<time_point> last_;
};

/// A channel that the history reckons from others.
struct derived_channel {
  std::string_view name, unit;
};
/// Those of this house.
std::vector<derived_channel> derived_channels(const layout& house);

}  // namespace hearth
