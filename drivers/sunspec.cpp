#include "drivers/sunspec.hpp"

#include "drivers/bus_load.hpp"
#include "drivers/device_parts.hpp"
#include "drivers/register_map.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>

namespace hearth {
namespace {

using format = register_row::format;

constexpr auto no_int16 = std::uint16_t{0x8000};
constexpr auto no_uint16 = std::uint16_t{0xFFFF};
/// The specification's own bounds of a scale factor.
constexpr auto factor_bound = 10;

format format_of(const sunspec_point& point, sunspec_form form) {
  if (point.type == sunspec_type::enum16) return format::u16;
  if (form == sunspec_form::floats) return format::f32;
  switch (point.type) {
  case sunspec_type::int16: return format::s16;
  case sunspec_type::acc32: return format::u32;
  case sunspec_type::uint16:
  case sunspec_type::enum16: return format::u16;
  }
  return format::u16;
}

/// Whether the device says that it does not have this point.
bool is_absent(format as, std::span<const std::uint16_t> raw) {
  switch (as) {
  case format::s16: return raw[0] == no_int16;
  case format::u16: return raw[0] == no_uint16;
  case format::f32: return std::isnan(std::bit_cast<float>(std::uint32_t{raw[0]} << 16 | raw[1]));
  case format::u32:
  case format::bit:
  case format::s32:
  case format::u64:
  case format::s64:
  case format::f64: return false;
  }
  return false;
}

tl::unexpected<fault> absent(const sunspec_point& point) {
  return failed(fault_code::unsupported,
                "the device has no " + std::string{point.name} + ", as its model says");
}

/// What the integers are to be multiplied with.
result<double> scale_of(const sunspec_point& point, sunspec_form form,
                        std::span<const std::uint16_t> points) {
  if (form == sunspec_form::floats || point.factor == point.integer) return 1;
  if (points[point.factor] == no_int16) return absent(point);
  const auto factor = static_cast<std::int16_t>(points[point.factor]);
  if (factor < -factor_bound || factor > factor_bound)
    return failed(fault_code::malformed, std::string{point.name} + " has a scale factor of " +
                                             std::to_string(factor) + ", which SunSpec forbids");
  return std::pow(10, factor);
}

class sunspec_device final : public driver, public settling_driver {
 public:
  sunspec_device(const layout& house, device_id device, sunspec_kind kind,
                 std::span<const sunspec_point> points, double power_sign)
      : unit_{static_cast<std::uint8_t>(integer_option(house[device].options, "address"))},
        points_{points},
        power_sign_{power_sign},
        channels_{house, device},
        search_{kind, registers_for(points, sunspec_form::integers),
                registers_for(points, sunspec_form::floats)} {}

  std::vector<bus_request> poll() override {
    const auto* model = search_.found();
    if (!model) return {search_.next(unit_)};
    return {modbus_read{unit_, register_row::table::holding, model->address, count(*model)}};
  }

  [[nodiscard]] std::vector<bus_request> settled_poll() const override {
    const auto largest = std::max(registers_for(points_, sunspec_form::integers),
                                  registers_for(points_, sunspec_form::floats));
    return {modbus_read{unit_, register_row::table::holding, 0,
                        static_cast<std::uint16_t>(sunspec_header + largest)}};
  }

  std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                              time_point now) override {
    const auto answer = only_answer<words>(answers);
    if (search_.found()) return values(answer, now);
    const auto why = search_.advance(answer);
    return channels_.all(
        why.value_or(fault{fault_code::not_ready, "found; its values come with the next poll"}),
        now);
  }

 private:
  [[nodiscard]] std::uint16_t count(const sunspec_search::place& model) const {
    return static_cast<std::uint16_t>(sunspec_header + registers_for(points_, model.form));
  }

  /// Number and length come with the values: a device that has another model there since it was
  /// restarted or replaced is noticed at its first answer.
  std::vector<reading> values(const result<words>& answer, time_point now) {
    const auto model = *search_.found();
    if (!answer) {
      if (answer.error().code == fault_code::refused) search_.begin_anew();
      return channels_.all(answer.error(), now);
    }
    if (answer->size() != count(model))
      return channels_.all(
          fault{fault_code::malformed, "the answer has another length than what was asked for"},
          now);
    if (answer->at(0) != model.number || answer->at(1) != model.length) {
      search_.begin_anew();
      return channels_.all(
          fault{fault_code::not_ready, "SunSpec model " + std::to_string(model.number) +
                                           " is no longer at " + std::to_string(model.address) +
                                           "; looking for it again"},
          now);
    }
    auto readings = std::vector<reading>{};
    for (const auto& point : points_)
      if (const auto channel = channels_.find(point.channel))
        readings.push_back({*channel,
                            decode_point(point, model.form,
                                         std::span{*answer}.subspan(sunspec_header), power_sign_),
                            now});
    return readings;
  }

  std::uint8_t unit_;
  std::span<const sunspec_point> points_;
  double power_sign_;
  named_channels channels_;
  sunspec_search search_;
};

}  // namespace

result<measured> decode_point(const sunspec_point& point, sunspec_form form,
                              std::span<const std::uint16_t> points, double power_sign) {
  auto row = register_row{.channel = {}, .as = format_of(point, form), .unit = point.unit};
  row.lowest = point.lowest;
  row.highest = point.highest;
  const auto raw =
      points.subspan(form == sunspec_form::floats ? point.real : point.integer, width_of(row));
  if (is_absent(row.as, raw)) return absent(point);
  const auto scale = scale_of(point, form, points);
  if (!scale) return tl::make_unexpected(scale.error());
  row.scale = *scale * (point.is_power ? power_sign : 1);
  return decode_registers(row, raw);
}

std::uint16_t registers_for(std::span<const sunspec_point> points, sunspec_form form) {
  auto end = 0;
  for (const auto& point : points) {
    const auto row = register_row{.channel = {}, .as = format_of(point, form)};
    const auto first = form == sunspec_form::floats ? point.real : point.integer;
    end = std::max(end, first + width_of(row));
    if (form == sunspec_form::integers) end = std::max(end, point.factor + 1);
  }
  return static_cast<std::uint16_t>(end);
}

std::unique_ptr<driver> make_sunspec(const layout& house, device_id device, sunspec_kind kind,
                                     std::span<const sunspec_point> points, double power_sign) {
  return std::make_unique<sunspec_device>(house, device, kind, points, power_sign);
}

std::vector<channel_spec> channels_of(std::span<const sunspec_point> points) {
  auto channels = std::vector<channel_spec>{};
  for (const auto& point : points)
    channels.push_back({std::string{point.channel}, point.unit,
                        std::string{point.meaning} + " (" + std::string{point.name} + ")"});
  return channels;
}

}  // namespace hearth
