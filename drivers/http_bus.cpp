#include "drivers/http_bus.hpp"

#include <algorithm>

namespace hearth {

bus_spec http_bus() {
  auto listen = option_spec{};
  listen.key = "listen";
  listen.help =
      "address and port at which sensors reach this computer, such as 192.168.1.20:8480; as it is, "
      "only programs of this computer do";
  listen.fallback = "127.0.0.1:8480";
  return {"http", "sensors that post to this computer over HTTP", {listen}};
}

bool is_sha256(std::string_view text) {
  return text.size() == 64 && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
         });
}

std::string http_topic(const layout& house, device_id device) {
  return "/sensors/" + house[device].name;
}

std::vector<http_sensor_account> http_accounts(const layout& house, bus_id bus) {
  auto accounts = std::vector<http_sensor_account>{};
  for (std::uint16_t i = 0; i < house.devices.size(); ++i)
    if (house.devices[i].bus == bus)
      accounts.push_back(
          {http_topic(house, {i}), text_option(house.devices[i].options, "token_sha256")});
  return accounts;
}

}  // namespace hearth
