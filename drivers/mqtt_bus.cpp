#include "drivers/mqtt_bus.hpp"

namespace hearth {

bus_spec mqtt_bus() {
  auto broker = option_spec{};
  broker.key = "broker";
  broker.help = "where the house's own broker listens";
  broker.fallback = "mqtt://127.0.0.1:1883";
  return {"mqtt", "the house's own MQTT broker", {broker}};
}

option_spec mqtt_topic_option(std::string help) {
  auto topic = option_spec{};
  topic.key = "topic";
  topic.help = std::move(help);
  topic.required = true;
  topic.owned = true;
  return topic;
}

}  // namespace hearth
