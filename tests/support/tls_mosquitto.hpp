#pragma once

#include "drivers/mqtt_client.hpp"
#include "drivers/ports/key_store.hpp"
#include "tests/support/mosquitto.hpp"

#include <string>
#include <vector>

namespace hearth::testing {

/// A real mosquitto as an operator has it: our key store makes authority, broker, houses and
/// nodes, and it runs on the very configuration that `scada keys mosquitto` writes.
class tls_mosquitto {
 public:
  /// `address` is what the broker's certificate is for; it listens on 127.0.0.1 anyway.
  explicit tls_mosquitto(const std::vector<std::string>& sites,
                         const std::vector<std::string>& nodes = {"atn"},
                         const std::string& address = "127.0.0.1");

  /// The store, opened for changes; nobody else can change it meanwhile.
  [[nodiscard]] key_store keys() const;
  /// A pair that is valid for `life` from `now` on (and a day before).
  key_files certify(key_role role, const std::string& name, time_point now, key_days life) const;
  /// What the client of this name connects with.
  [[nodiscard]] mqtt_options options(const std::string& name, std::string client_id = {}) const;
  /// `scada keys mosquitto` once more: what is new among keys and revocations.
  void write_config() const;

  void start() { process_.start(); }
  void stop() { process_.stop(); }
  void kill() { process_.kill(); }
  void restart();
  void pause() { process_.pause(); }
  void resume() { process_.resume(); }
  void reload() { process_.reload(); }

  [[nodiscard]] std::uint16_t port() const { return process_.port(); }
  [[nodiscard]] std::string uri() const;
  [[nodiscard]] std::filesystem::path key_folder() const { return folder_.path() / "keys"; }
  [[nodiscard]] std::string log() const;

 private:
  temporary_folder folder_;
  broker_process process_;
};

/// The time of the day, for certificates.
time_point today();

}  // namespace hearth::testing
