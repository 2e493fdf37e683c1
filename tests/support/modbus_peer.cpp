#include "tests/support/modbus_peer.hpp"

#include "tests/support/files.hpp"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace hearth::testing {

modbus_peer::modbus_peer(std::vector<std::string> registers) : registers_{std::move(registers)} {
  start();
}

modbus_peer::~modbus_peer() { kill(); }

void modbus_peer::start() {
  auto to_peer = std::array<int, 2>{};
  auto from_peer = std::array<int, 2>{};
  if (::pipe2(to_peer.data(), O_CLOEXEC) != 0 || ::pipe2(from_peer.data(), O_CLOEXEC) != 0)
    throw std::runtime_error{"no pipes"};

  auto arguments = std::vector<std::string>{"/usr/bin/python3", "-B",
                                            source("tests/support/modbus_peer.py").string(),
                                            std::to_string(port_)};
  arguments.insert(arguments.end(), registers_.begin(), registers_.end());
  auto pointers = std::vector<char*>{};
  for (auto& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);

  auto files = posix_spawn_file_actions_t{};
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_adddup2(&files, to_peer[0], STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, from_peer[1], STDOUT_FILENO);
  const auto spawned =
      ::posix_spawn(&process_, pointers[0], &files, nullptr, pointers.data(), environ);
  ::posix_spawn_file_actions_destroy(&files);
  ::close(to_peer[0]);
  ::close(from_peer[1]);
  leash_ = to_peer[1];

  // It says its port once it listens; the end of the pipe means that it died instead.
  auto said = std::string{};
  for (auto c = char{}; spawned == 0 && ::read(from_peer[0], &c, 1) == 1 && c != '\n';) said += c;
  ::close(from_peer[0]);
  if (said.empty()) {
    if (spawned != 0) process_ = 0;
    kill();
    throw std::runtime_error{
        "no Modbus peer; install python3-pymodbus, python3-serial and "
        "python3-serial-asyncio"};
  }
  port_ = std::stoi(said);
}

void modbus_peer::kill() {
  if (process_ != 0) {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = 0;
  }
  if (leash_ != 0) ::close(leash_);
  leash_ = 0;
}

void modbus_peer::freeze() {
  ::kill(process_, SIGSTOP);
  ::waitpid(process_, nullptr, WUNTRACED);
}

void modbus_peer::thaw() { ::kill(process_, SIGCONT); }

}  // namespace hearth::testing
