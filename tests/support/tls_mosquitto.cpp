#include "tests/support/tls_mosquitto.hpp"

#include "drivers/ports/broker_config.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace hearth::testing {
namespace {

template <class T>
T sure(result<T> made) {
  if (!made) throw std::runtime_error{to_text(made.error())};
  return std::move(*made);
}

}  // namespace

time_point today() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

tls_mosquitto::tls_mosquitto(const std::vector<std::string>& sites,
                             const std::vector<std::string>& nodes, const std::string& address)
    : process_{folder_.file("broker/mosquitto.conf"), folder_.file("mosquitto.log"), free_port()} {
  auto store = sure(key_store::create(key_folder(), today()));
  sure(store.issue({key_role::broker, "broker", {address}}, today()));
  for (const auto& site : sites) sure(store.issue({key_role::site, site, {}}, today()));
  for (const auto& node : nodes) sure(store.issue({key_role::node, node, {}}, today()));
  write_config();
  start();
}

key_store tls_mosquitto::keys() const { return sure(key_store::open(key_folder())); }

key_files tls_mosquitto::certify(key_role role, const std::string& name, time_point now,
                                 key_days life) const {
  return sure(keys().issue({role, name, {"127.0.0.1"}, life}, now));
}

mqtt_options tls_mosquitto::options(const std::string& name, std::string client_id) const {
  auto made = mqtt_options{};
  made.uri = uri();
  made.client_id = client_id.empty() ? name : std::move(client_id);
  made.ca = key_folder() / "ca.crt";
  made.cert = key_folder() / (name + ".crt");
  made.key = key_folder() / (name + ".key");
  return made;
}

void tls_mosquitto::write_config() const {
  auto config = broker_config{};
  config.broker = "broker";
  config.data = folder_.path();
  config.port = port();
  config.listen = "127.0.0.1";
  config.user = "root";
  sure(write_mosquitto_folder(key_folder(), folder_.path() / "broker", config));
}

void tls_mosquitto::restart() {
  stop();
  start();
}

std::string tls_mosquitto::uri() const { return "mqtts://127.0.0.1:" + std::to_string(port()); }

std::string tls_mosquitto::log() const {
  auto text = std::stringstream{};
  text << std::ifstream{folder_.file("mosquitto.log")}.rdbuf();
  return text.str();
}

}  // namespace hearth::testing
