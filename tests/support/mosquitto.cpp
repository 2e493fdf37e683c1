#include "tests/support/mosquitto.hpp"

#include <arpa/inet.h>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace hearth::testing {
namespace {

using namespace std::chrono_literals;

sockaddr_in loopback(std::uint16_t port) {
  auto address = sockaddr_in{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

bool accepts(std::uint16_t port) {
  const auto socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = loopback(port);
  const auto open =
      ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return open;
}

void run(const std::filesystem::path& folder, const std::string& command) {
  const auto line = "cd '" + folder.string() + "' && " + command + " >>openssl.log 2>&1";
  if (std::system(line.c_str()) != 0) throw std::runtime_error{"failed: " + line};
}

}  // namespace

temporary_folder::temporary_folder() {
  auto name = std::string{"/tmp/hearth-test-XXXXXX"};
  if (!::mkdtemp(name.data())) throw std::runtime_error{"no temporary folder"};
  path_ = name;
}

temporary_folder::~temporary_folder() {
  auto ignored = std::error_code{};
  std::filesystem::remove_all(path_, ignored);
}

std::uint16_t free_port() {
  const auto socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0);
  auto size = socklen_t{sizeof address};
  const auto bound =
      ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(socket);
  if (!bound) throw std::runtime_error{"no free port"};
  return ntohs(address.sin_port);
}

int cut_connections_to(std::uint16_t port) {
  auto cut = 0;
  for (auto descriptor = 3; descriptor < 1024; ++descriptor) {
    auto peer = sockaddr_in{};
    auto size = socklen_t{sizeof peer};
    if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) == 0 &&
        peer.sin_family == AF_INET && ntohs(peer.sin_port) == port) {
      ::shutdown(descriptor, SHUT_RDWR);
      ++cut;
    }
  }
  return cut;
}

void make_certificates(const std::filesystem::path& folder) {
  const auto key =
      std::string{"openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "};
  for (const auto* ca : {"ca", "other-ca"})
    run(folder,
        key + "-x509 -days 2 -subj /CN=" + ca + " -keyout " + ca + ".key -out " + ca + ".crt");
  std::ofstream{folder / "names"} << "subjectAltName=IP:127.0.0.1,DNS:localhost\n";
  std::ofstream{folder / "elsewhere"} << "subjectAltName=DNS:broker.example.net\n";
  const auto sign = [&](const std::string& name, const std::string& subject,
                        const std::string& extensions) {
    run(folder, key + "-subj /CN=" + subject + " -keyout " + name + ".key -out " + name + ".csr");
    run(folder, "openssl x509 -req -days 2 -in " + name +
                    ".csr -CA ca.crt -CAkey ca.key -CAcreateserial" + " -extfile " + extensions +
                    " -out " + name + ".crt");
  };
  sign("server", "127.0.0.1", "names");
  sign("elsewhere", "broker.example.net", "elsewhere");
  sign("client", "maple-12", "/dev/null");
}

mosquitto::mosquitto(security how, const std::string& extra_config)
    : security_{how}, process_{file("mosquitto.conf"), file("mosquitto.log"), free_port()} {
  auto config = std::ofstream{file("mosquitto.conf")};
  config << "listener " << port() << " 127.0.0.1\nallow_anonymous true\nuser root\n";
  if (how != security::plain) {
    make_certificates(folder_.path());
    const auto server = std::string{how == security::tls ? "server" : "elsewhere"};
    config << "cafile " << file("ca.crt") << "\nrequire_certificate true\n"
           << "certfile " << file(server + ".crt") << "\nkeyfile " << file(server + ".key") << "\n";
  }
  config << extra_config;
  config.close();
  start();
}

std::string mosquitto::uri() const {
  return (security_ == security::plain ? "mqtt://127.0.0.1:" : "mqtts://127.0.0.1:") +
         std::to_string(port());
}

broker_process::broker_process(std::string config, std::string log, std::uint16_t port)
    : config_{std::move(config)}, log_{std::move(log)}, port_{port} {}

broker_process::~broker_process() { kill(); }

void broker_process::start() {
  if (pid_ != 0) return;
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error{"cannot fork"};
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const auto out = ::open(log_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    ::execlp("mosquitto", "mosquitto", "-v", "-c", config_.c_str(), nullptr);
    ::execl("/usr/sbin/mosquitto", "mosquitto", "-v", "-c", config_.c_str(), nullptr);
    ::_exit(127);
  }
  for (auto tries = 0; tries < 500; ++tries) {
    if (accepts(port_)) return;
    std::this_thread::sleep_for(10ms);
  }
  kill();
  throw std::runtime_error{"mosquitto does not start"};
}

void broker_process::stop() { end(SIGTERM); }
void broker_process::kill() { end(SIGKILL); }
void broker_process::pause() { ::kill(pid_, SIGSTOP); }
void broker_process::resume() { ::kill(pid_, SIGCONT); }
void broker_process::reload() { ::kill(pid_, SIGHUP); }

void broker_process::end(int signal) {
  if (pid_ == 0) return;
  ::kill(pid_, signal);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

}  // namespace hearth::testing
