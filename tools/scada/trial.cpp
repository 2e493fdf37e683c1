#include "tools/scada/trial.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <iostream>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace hearth::tools {
namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

/// The child's side: answers, and ends without any of the parent's clearing up.
[[noreturn]] void answer(const trial::work& what, int to, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);  // it died before it could take us along
  try {
    const auto text = what();
    for (std::size_t sent = 0; sent < text.size();) {
      const auto n = ::write(to, text.data() + sent, text.size() - sent);
      if (n < 0 && errno != EINTR) ::_exit(1);
      if (n > 0) sent += static_cast<std::size_t>(n);
    }
    ::_exit(0);
  } catch (const std::exception& e) {
    std::cerr << "scada swarm: " << e.what() << std::endl;
    ::_exit(1);
  }
}

std::string death(int status) {
  if (WIFSIGNALED(status))
    return "killed by signal " + std::to_string(WTERMSIG(status)) + " (" +
           ::strsignal(WTERMSIG(status)) + ")";
  return "ended with status " + std::to_string(WEXITSTATUS(status)) + " and no answer";
}

}  // namespace

trial::trial(const work& what, std::chrono::milliseconds patience)
    : until_{steady::now() + patience} {
  auto ends = std::array<int, 2>{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::system_error{errno, std::generic_category(), "pipe"};
  const auto us = ::getpid();
  // What is written but not yet out would come out of both.
  std::cout.flush();
  pid_ = ::fork();
  if (pid_ == 0) {
    ::close(ends[0]);
    answer(what, ends[1], us);
  }
  const auto why = errno;
  ::close(ends[1]);
  answer_ = ends[0];
  if (pid_ > 0) {
    ::fcntl(answer_, F_SETFL, O_NONBLOCK);
    return;
  }
  ::close(answer_);
  throw std::system_error{why, std::generic_category(), "fork"};
}

trial::trial(trial&& other) noexcept
    : until_{other.until_},
      pid_{std::exchange(other.pid_, 0)},
      answer_{std::exchange(other.answer_, -1)},
      said_{std::move(other.said_)} {}

trial::~trial() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    reap();
  }
  if (answer_ >= 0) ::close(answer_);
}

void trial::read_on() {
  auto some = std::array<char, 4096>{};
  while (answer_ >= 0) {
    const auto n = ::read(answer_, some.data(), some.size());
    if (n > 0) {
      said_.append(some.data(), static_cast<std::size_t>(n));
    } else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
      ::close(std::exchange(answer_, -1));
    } else if (errno == EAGAIN) {
      return;
    }
  }
}

int trial::reap() {
  auto status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
  return status;
}

std::optional<result<std::string>> trial::look() {
  read_on();
  if (answer_ < 0) {
    const auto status = reap();
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return std::move(said_);
    return failed(fault_code::disconnected, death(status));
  }
  if (steady::now() < until_) return {};
  ::kill(pid_, SIGKILL);
  reap();
  return failed(fault_code::timeout, "not done in time");
}

result<std::string> trial::wait() {
  while (true) {
    if (auto over = look()) return std::move(*over);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until_ - steady::now());
    auto there = pollfd{answer_, POLLIN, 0};
    ::poll(&there, 1, static_cast<int>(std::clamp(left, 0ms, 10'000ms).count()));
  }
}

}  // namespace hearth::tools
