#include "drivers/device_json.hpp"

#include "drivers/mqtt_bus.hpp"

#include <charconv>
#include <cmath>

namespace hearth {
namespace {

result<measured> plausible_amount(double amount, const plausible& bounds) {
  if (!std::isfinite(amount) || amount < bounds.lowest || amount > bounds.highest)
    return failed(fault_code::out_of_range, "the device says " + std::to_string(amount) + " " +
                                                std::string{symbol(bounds.unit)});
  return measured{amount, bounds.unit};
}

}  // namespace

std::optional<nlohmann::json> object_in(std::string_view text) {
  if (text.size() > longest_device_message) return {};
  auto parsed = nlohmann::json::parse(text, nullptr, false);
  if (!parsed.is_object()) return {};
  return parsed;
}

const nlohmann::json* member_at(const nlohmann::json& object,
                                std::initializer_list<std::string_view> path) {
  const auto* at = &object;
  for (const auto key : path) {
    if (!at->is_object()) return nullptr;
    const auto found = at->find(key);
    if (found == at->end()) return nullptr;
    at = &*found;
  }
  return at;
}

result<measured> number_in(const nlohmann::json& member, double scale, const plausible& bounds) {
  if (member.is_null()) return failed(fault_code::not_ready, "the device has no value yet");
  if (!member.is_number()) return failed(fault_code::malformed, "not a number");
  return plausible_amount(member.get<double>() * scale, bounds);
}

result<measured> number_from(std::string_view text, double scale, const plausible& bounds) {
  auto amount = 0.0;
  const auto* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, amount);
  if (error == std::errc::result_out_of_range && stopped == end)
    return failed(fault_code::out_of_range, "the device says a number beyond all bounds");
  if (error != std::errc{} || stopped != end || std::isnan(amount))
    return failed(fault_code::malformed, "not a number");
  return plausible_amount(amount * scale, bounds);
}

}  // namespace hearth
