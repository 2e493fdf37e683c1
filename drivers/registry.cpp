#include "drivers/registry.hpp"

#include "drivers/ads1115.hpp"
#include "drivers/daikin_homehub.hpp"
#include "drivers/ds18b20.hpp"
#include "drivers/egauge.hpp"
#include "drivers/emontx.hpp"
#include "drivers/gp8403.hpp"
#include "drivers/gpio_bus.hpp"
#include "drivers/gpio_counter.hpp"
#include "drivers/gpio_input.hpp"
#include "drivers/gpio_relay.hpp"
#include "drivers/http_bus.hpp"
#include "drivers/http_sensor.hpp"
#include "drivers/i2c_bus.hpp"
#include "drivers/modbus_bus.hpp"
#include "drivers/modbus_generic.hpp"
#include "drivers/mqtt_bus.hpp"
#include "drivers/onewire_bus.hpp"
#include "drivers/openevse.hpp"
#include "drivers/pcf8575.hpp"
#include "drivers/schneider_iem3000.hpp"
#include "drivers/sdm120.hpp"
#include "drivers/sdm630.hpp"
#include "drivers/sg_ready.hpp"
#include "drivers/shelly.hpp"
#include "drivers/shelly_gen1.hpp"
#include "drivers/simulated/simulated_bus.hpp"
#include "drivers/simulated/simulated_devices.hpp"
#include "drivers/sunspec_inverter.hpp"
#include "drivers/sunspec_meter.hpp"
#include "drivers/tasmota.hpp"
#include "drivers/zigbee2mqtt.hpp"

#include <algorithm>

namespace hearth {

const std::vector<model>& models() {
  static const auto all = std::vector<model>{
      sdm120_model(),
      sdm630_model(),
      schneider_iem3000_model(),
      egauge_model(),
      sunspec_meter_model(),
      sunspec_inverter_model(),
      daikin_homehub_model(),
      modbus_generic_model(),
      gpio_relay_model(),
      gpio_input_model(),
      gpio_energy_counter_model(),
      gpio_flow_counter_model(),
      gpio_pulse_counter_model(),
      sg_ready_model(),
      ads1115_voltage_model(),
      ads1115_ntc_model(),
      ads1115_steinhart_model(),
      pcf8575_relays_model(),
      gp8403_model(),
      ds18b20_model(),
      shelly_relay_model(),
      shelly_thermometer_model(),
      shelly_gen1_relay_model(),
      shelly_gen1_thermometer_model(),
      tasmota_relay_model(),
      tasmota_thermometer_model(),
      zigbee2mqtt_relay_model(),
      zigbee2mqtt_sensor_model(),
      openevse_model(),
      emontx_model(),
      http_sensor_model(),
      simulated_thermometer_model(),
      simulated_relay_model(),
      simulated_meter_model(),
  };
  return all;
}

const model* find_model(std::string_view name) {
  const auto found = std::find_if(models().begin(), models().end(),
                                  [&](const model& m) { return m.spec.name == name; });
  return found == models().end() ? nullptr : &*found;
}

const catalog& known_catalog() {
  static const auto known = [] {
    auto c = catalog{{modbus_tcp_bus(), modbus_rtu_bus(), gpio_bus(), i2c_bus(), onewire_bus(),
                      mqtt_bus(), http_bus(), simulated_bus()},
                     {}};
    for (const auto& m : models()) c.models.push_back(m.spec);
    return c;
  }();
  return known;
}

}  // namespace hearth
