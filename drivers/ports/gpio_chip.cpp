#include "drivers/ports/gpio_chip.hpp"

#include "drivers/ports/gpio_watch.hpp"

#include <gpiod.h>

#include <cerrno>

namespace hearth {
namespace {

constexpr const char* our_name = "hearth";

/// libgpiod does not always set errno.
int last_error() { return errno != 0 ? errno : EIO; }

class gpiod_library_chip final : public gpio_chip {
 public:
  explicit gpiod_library_chip(::gpiod_chip* chip) : chip_{chip} {}
  gpiod_library_chip(const gpiod_library_chip&) = delete;
  gpiod_library_chip& operator=(const gpiod_library_chip&) = delete;
  ~gpiod_library_chip() override { ::gpiod_chip_close(chip_); }

  [[nodiscard]] unsigned lines() const override { return ::gpiod_chip_num_lines(chip_); }

  int claim(unsigned line, bool active_low, std::optional<bool> output) override {
    errno = 0;
    auto* const found = ::gpiod_chip_get_line(chip_, line);
    if (!found) return last_error();
    auto config = ::gpiod_line_request_config{};
    config.consumer = our_name;
    config.request_type =
        output ? GPIOD_LINE_REQUEST_DIRECTION_OUTPUT : GPIOD_LINE_REQUEST_DIRECTION_AS_IS;
    config.flags = active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0;
    return ::gpiod_line_request(found, &config, output.value_or(false) ? 1 : 0) == 0 ? 0
                                                                                     : last_error();
  }

  void release(unsigned line) override {
    if (auto* const found = ::gpiod_chip_get_line(chip_, line)) ::gpiod_line_release(found);
  }

  int write(unsigned line, bool on) override {
    errno = 0;
    auto* const found = ::gpiod_chip_get_line(chip_, line);
    return found && ::gpiod_line_set_value(found, on ? 1 : 0) == 0 ? 0 : last_error();
  }

  tl::expected<bool, int> read(unsigned line) override {
    errno = 0;
    auto* const found = ::gpiod_chip_get_line(chip_, line);
    const auto level = found ? ::gpiod_line_get_value(found) : -1;
    if (level < 0) return tl::make_unexpected(last_error());
    return level != 0;
  }

  tl::expected<std::unique_ptr<watched_line>, int> watch(
      unsigned line, bool active_low, std::chrono::microseconds debounce) override {
    return watch_line(std::string{"/dev/"} + ::gpiod_chip_name(chip_), line, active_low, debounce,
                      our_name);
  }

  std::string consumer(unsigned line) override {
    auto* const found = ::gpiod_chip_get_line(chip_, line);
    if (!found || ::gpiod_line_update(found) != 0) return {};
    const auto* const name = ::gpiod_line_consumer(found);
    return name ? name : "";
  }

 private:
  ::gpiod_chip* chip_;
};

}  // namespace

tl::expected<std::unique_ptr<gpio_chip>, int> open_gpiod_chip(const std::string& chip) {
  errno = 0;
  if (auto* const opened = ::gpiod_chip_open_lookup(chip.c_str()))
    return std::make_unique<gpiod_library_chip>(opened);
  return tl::make_unexpected(last_error());
}

}  // namespace hearth
