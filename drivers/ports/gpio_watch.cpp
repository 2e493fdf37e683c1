#include "drivers/ports/gpio_watch.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/gpio.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace hearth {
namespace {

class kernel_watch final : public watched_line {
 public:
  explicit kernel_watch(int line) : line_{line} {}
  kernel_watch(const kernel_watch&) = delete;
  kernel_watch& operator=(const kernel_watch&) = delete;
  ~kernel_watch() override { ::close(line_); }

  tl::expected<bool, int> level() override {
    auto values = gpio_v2_line_values{.bits = 0, .mask = 1};
    if (::ioctl(line_, GPIO_V2_LINE_GET_VALUES_IOCTL, &values) < 0)
      return tl::make_unexpected(errno);
    return (values.bits & 1) != 0;
  }

  tl::expected<std::optional<rise>, int> newest() override {
    auto last = std::optional<rise>{};
    // The kernel keeps so few edges that this ends even if they come as fast as they are read.
    for (auto rounds = 0; rounds < 4; ++rounds) {
      auto ready = pollfd{line_, POLLIN, 0};
      const auto some = ::poll(&ready, 1, 0);
      if (some < 0 && errno != EINTR) return tl::make_unexpected(errno);
      if (some > 0 && (ready.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0)
        return tl::make_unexpected(ENODEV);
      if (some <= 0) break;
      auto edges = std::array<gpio_v2_line_event, 64>{};
      const auto got = ::read(line_, edges.data(), sizeof edges);
      if (got < 0) return tl::make_unexpected(errno);
      const auto many = static_cast<std::size_t>(got) / sizeof edges[0];
      if (many == 0) break;
      const auto& edge = edges[many - 1];
      last = rise{edge.line_seqno, std::chrono::nanoseconds{edge.timestamp_ns}};
    }
    return last;
  }

 private:
  int line_;
};

}  // namespace

tl::expected<std::unique_ptr<watched_line>, int> watch_line(const std::string& chip_path,
                                                            unsigned line, bool active_low,
                                                            std::chrono::microseconds debounce,
                                                            const char* consumer) {
  const auto chip = ::open(chip_path.c_str(), O_RDWR | O_CLOEXEC);
  if (chip < 0) return tl::make_unexpected(errno);
  auto wanted = gpio_v2_line_request{};
  wanted.offsets[0] = line;
  wanted.num_lines = 1;
  std::strncpy(wanted.consumer, consumer, sizeof wanted.consumer - 1);
  wanted.config.flags = GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_EDGE_RISING;
  if (active_low) wanted.config.flags |= GPIO_V2_LINE_FLAG_ACTIVE_LOW;
  if (debounce.count() > 0) {
    wanted.config.num_attrs = 1;
    wanted.config.attrs[0].mask = 1;
    wanted.config.attrs[0].attr.id = GPIO_V2_LINE_ATTR_ID_DEBOUNCE;
    wanted.config.attrs[0].attr.debounce_period_us = static_cast<__u32>(debounce.count());
  }
  const auto done = ::ioctl(chip, GPIO_V2_GET_LINE_IOCTL, &wanted);
  const auto error = errno;
  ::close(chip);
  if (done < 0) return tl::make_unexpected(error);
  return std::make_unique<kernel_watch>(wanted.fd);
}

}  // namespace hearth
