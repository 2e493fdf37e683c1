#include "drivers/device_json.hpp"

#include <cmath>

namespace hearth {
namespace {

/// Four times the longest status of a device with many relays.
constexpr std::size_t longest_text = 16 * 1024;

}  // namespace

std::optional<nlohmann::json> object_in(std::string_view text) {
  if (text.size() > longest_text) return {};
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
  const auto amount = member.get<double>() * scale;
  if (!std::isfinite(amount) || amount < bounds.lowest || amount > bounds.highest)
    return failed(fault_code::out_of_range, "the device says " + std::to_string(amount) + " " +
                                                std::string{symbol(bounds.unit)});
  return measured{amount, bounds.unit};
}

}  // namespace hearth
