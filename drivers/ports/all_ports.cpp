#include "drivers/ports/all_ports.hpp"

#include "drivers/ports/gpio_port.hpp"
#include "drivers/ports/http_port.hpp"
#include "drivers/ports/i2c_port.hpp"
#include "drivers/ports/modbus_port.hpp"
#include "drivers/ports/mqtt_port.hpp"
#include "drivers/ports/onewire_port.hpp"
#include "drivers/simulated/simulated_port.hpp"

namespace hearth {
namespace {

using maker = result<std::unique_ptr<port>> (*)(const layout&, bus_id);

}  // namespace

std::map<std::string, port_maker> all_ports(const std::string& state_folder) {
  return {
      {"modbus-tcp", maker{make_modbus_port}},
      {"modbus-rtu", maker{make_modbus_port}},
      {"gpio", [state_folder](const layout& house,
                              bus_id bus) { return make_gpio_port(house, bus, state_folder); }},
      {"onewire", maker{make_onewire_port}},
      {"i2c", maker{make_i2c_port}},
      {"mqtt", maker{make_mqtt_port}},
      {"http", maker{make_http_port}},
      {"simulated", maker{make_simulated_port}},
  };
}

}  // namespace hearth
