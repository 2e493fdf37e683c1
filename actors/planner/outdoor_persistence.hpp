#pragma once

#include "protocol/units.hpp"

#include <array>
#include <cstddef>
#include <optional>

namespace hearth {

/// The weather goes on as it was: the outdoor temperature of an hour to come is what that hour of
/// the day was like lately, corrected by how far now is from it, which fades as it was seen to
/// fade. For houses that nobody tells the forecast.
class outdoor_persistence {
 public:
  /// The temperature of one more hour. What is not finite repeats what was expected of it.
  void learn(temperature outdoor);
  /// So many hours after the one learned last; learn one first.
  [[nodiscard]] temperature ahead(std::size_t hours) const;
  /// How far off that may be: one standard deviation.
  [[nodiscard]] temperature_difference doubt(std::size_t hours) const;
  /// The part of a difference that is left an hour later, 0 to 1.
  [[nodiscard]] double fades_to() const;

 private:
  static constexpr std::size_t hours_of_day = 24;

  /// °C, by hour of the day, counted from the first that was learned.
  std::array<std::optional<double>, hours_of_day> lately_{};
  std::size_t learned_ = 0;
  double latest_ = 0;                         ///< °C
  double difference_ = 0;                     ///< K, of the latest hour
  double with_before_ = 0, with_itself_ = 0;  ///< K², of differences one hour apart
  double surprises_ = 0, surprised_ = 0;      ///< K² by which an hour was off, and how many hours
};

}  // namespace hearth
