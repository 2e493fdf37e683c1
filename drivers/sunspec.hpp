#pragma once

#include "drivers/driver.hpp"
#include "drivers/sunspec_search.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

/// SunSpec devices as tables: which point of a model each channel is.
namespace hearth {

/// Types of SunSpec, each with a value of its own for "not implemented".
enum class sunspec_type : unsigned char {
  int16,
  uint16,
  acc32,   ///< counter; zero may be a count, and is taken for one
  enum16,  ///< has no scale factor and is the same in either form
};

/// One point, in both forms of its model. Offsets count from the first point, after the header.
struct sunspec_point {
  std::string_view channel;
  hearth::unit unit;
  std::string_view name;   ///< as in the model
  sunspec_type type;       ///< among integers; among floats it is a float32, but for enum16
  std::uint16_t integer;   ///< its offset among integers
  std::uint16_t factor;    ///< that of its scale factor; its own where it has none
  std::uint16_t real;      ///< its offset among floats
  double lowest, highest;  ///< in channel units; beyond: no value, but out_of_range
  bool is_power;           ///< whose sign the device's convention decides
  std::string_view meaning;
};

/// What `point` says among the points of a model in one `form`; `power_sign` is −1 where the device
/// counts as positive what it delivers. A point that is not implemented is unsupported.
result<measured> decode_point(const sunspec_point& point, sunspec_form form,
                              std::span<const std::uint16_t> points, double power_sign);

/// Registers that hold all of `points` in one form, after the header.
std::uint16_t registers_for(std::span<const sunspec_point> points, sunspec_form form);

/// A device of one kind that is found by itself and read. `points` must outlive it.
std::unique_ptr<driver> make_sunspec(const layout& house, device_id device, sunspec_kind kind,
                                     std::span<const sunspec_point> points, double power_sign);

/// The channels of `points` for a model's description.
std::vector<channel_spec> channels_of(std::span<const sunspec_point> points);

}  // namespace hearth
