#include "tests/support/pseudo_terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace hearth::testing {

pseudo_terminal::pseudo_terminal() : far_end_{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)} {
  if (far_end_ < 0 || ::grantpt(far_end_) != 0 || ::unlockpt(far_end_) != 0)
    throw std::runtime_error{"this machine has no pseudo terminals; mount devpts"};
  path_ = ::ptsname(far_end_);
  near_end_ = ::open(path_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
  // Raw, or the line would echo whatever the test says.
  auto settings = termios{};
  ::tcgetattr(near_end_, &settings);
  ::cfmakeraw(&settings);
  ::tcsetattr(near_end_, TCSANOW, &settings);
}

pseudo_terminal::~pseudo_terminal() {
  ::close(near_end_);
  ::close(far_end_);
}

bytes pseudo_terminal::hear(std::size_t count, std::chrono::milliseconds patience) {
  auto heard = bytes{};
  const auto until = std::chrono::steady_clock::now() + patience;
  while (heard.size() < count) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    auto line = pollfd{.fd = far_end_, .events = POLLIN, .revents = 0};
    if (left.count() < 0 || ::poll(&line, 1, static_cast<int>(left.count())) <= 0) break;
    auto byte = std::uint8_t{};
    if (::read(far_end_, &byte, 1) != 1) break;
    heard.push_back(byte);
  }
  return heard;
}

void pseudo_terminal::say(const bytes& what) {
  auto said = std::size_t{0};
  while (said < what.size()) {
    const auto n = ::write(far_end_, what.data() + said, what.size() - said);
    if (n <= 0) throw std::runtime_error{"the pseudo terminal takes no bytes"};
    said += static_cast<std::size_t>(n);
  }
}

std::string to_hex(const bytes& b) {
  constexpr auto digits = "0123456789ABCDEF";
  auto text = std::string{};
  for (const auto byte : b) {
    if (!text.empty()) text += ' ';
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

}  // namespace hearth::testing
