#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <sys/types.h>

namespace hearth::testing {

/// A folder of its own under /tmp, removed with everything in it.
class temporary_folder {
 public:
  temporary_folder();
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  ~temporary_folder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// A TCP port of the loopback nobody listens on.
std::uint16_t free_port();

/// Ends this process's TCP connections to a loopback port as a power cut would: no MQTT
/// goodbye. The number of connections cut.
int cut_connections_to(std::uint16_t port);

/// Keys for one broker and one client, made by openssl: ca.crt, server.crt/.key (127.0.0.1
/// and localhost), elsewhere.crt/.key (another host's), client.crt/.key, and a stranger's
/// authority other-ca.crt.
void make_certificates(const std::filesystem::path& folder);

/// A mosquitto of a given configuration, ended with the object.
class broker_process {
 public:
  broker_process(std::string config, std::string log, std::uint16_t port);
  broker_process(const broker_process&) = delete;
  broker_process& operator=(const broker_process&) = delete;
  ~broker_process();

  /// Starts it (again) and waits until it accepts connections.
  void start();
  void stop();    ///< SIGTERM, waited for
  void kill();    ///< SIGKILL, waited for
  void pause();   ///< SIGSTOP: alive and silent
  void resume();  ///< SIGCONT
  void reload();  ///< SIGHUP; returns before it has been done
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  void end(int signal);

  std::string config_, log_;
  std::uint16_t port_;
  pid_t pid_ = 0;
};

/// A real broker on a free loopback port, ended and cleaned up with the object.
class mosquitto {
 public:
  enum class security : unsigned char { plain, tls, tls_for_another_host };
  explicit mosquitto(security how = security::plain, const std::string& extra_config = {});

  /// Starts it (again, on the same port) and waits until it accepts connections.
  void start() { process_.start(); }
  void stop() { process_.stop(); }
  void kill() { process_.kill(); }
  void pause() { process_.pause(); }
  void resume() { process_.resume(); }

  [[nodiscard]] std::uint16_t port() const { return process_.port(); }
  [[nodiscard]] std::string uri() const;
  /// A file of its folder: the certificates of `make_certificates`, with TLS.
  [[nodiscard]] std::string file(const std::string& name) const { return folder_.file(name); }

 private:
  temporary_folder folder_;
  security security_;
  broker_process process_;
};

}  // namespace hearth::testing
