#include "tools/scada/children.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>
#include <thread>

namespace hearth::tools {
namespace {

[[noreturn]] void complain(const char* what) {
  throw std::system_error{errno, std::generic_category(), what};
}

sockaddr_in loopback(std::uint16_t port) {
  auto address = sockaddr_in{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

/// The child's side of the fork: only calls that are safe there.
[[noreturn]] void become(char* const* arguments, const char* log, pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);  // it died before it could take us along
  auto none = sigset_t{};
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  const auto in = ::open("/dev/null", O_RDONLY);
  const auto out = ::open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(in, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  ::execvp(arguments[0], arguments);
  ::_exit(127);
}

}  // namespace

temporary_folder::temporary_folder() {
  const auto* given = std::getenv("TMPDIR");
  auto name = std::string{given && *given ? given : "/tmp"} + "/hearth-demo-XXXXXX";
  if (!::mkdtemp(name.data())) complain(name.c_str());
  path_ = name;
}

temporary_folder::~temporary_folder() {
  auto ignored = std::error_code{};
  std::filesystem::remove_all(path_, ignored);
}

child::child(const std::vector<std::string>& arguments, const std::string& log) {
  auto words = std::vector<char*>{};
  for (const auto& a : arguments) words.push_back(const_cast<char*>(a.c_str()));
  words.push_back(nullptr);
  const auto us = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) complain("fork");
  if (pid_ == 0) become(words.data(), log.c_str(), us);
  handle_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
}

child::~child() {
  stop(std::chrono::milliseconds{0});
  if (handle_ >= 0) ::close(handle_);
}

std::optional<int> child::ended() {
  auto status = 0;
  if (!status_ && ::waitpid(pid_, &status, WNOHANG) == pid_) status_ = status;
  return status_;
}

void child::ask_to_stop() const {
  if (!status_) ::kill(pid_, SIGTERM);
}

void child::stop(std::chrono::milliseconds patience) {
  if (ended()) return;
  if (patience.count() > 0) {
    ask_to_stop();
    auto wake = pollfd{handle_, POLLIN, 0};
    // Without a pidfd this just waits, which is good enough for kernels before 5.3.
    ::poll(&wake, 1, static_cast<int>(patience.count()));
    if (ended()) return;
  }
  ::kill(pid_, SIGKILL);
  auto status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  status_ = status;
}

std::optional<std::uint16_t> free_port() {
  const auto socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0);
  auto size = socklen_t{sizeof address};
  const auto bound =
      ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(socket);
  return bound ? std::optional{ntohs(address.sin_port)} : std::nullopt;
}

bool accepts(std::uint16_t port) {
  const auto socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = loopback(port);
  const auto open =
      ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return open;
}

std::filesystem::path program_folder() {
  auto failure = std::error_code{};
  return std::filesystem::read_symlink("/proc/self/exe", failure).parent_path();
}

std::string beside_us(const std::string& name) {
  const auto here = program_folder() / name;
  return ::access(here.c_str(), X_OK) == 0 ? here.string() : name;
}

}  // namespace hearth::tools
