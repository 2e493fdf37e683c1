#include "drivers/ports/gpio_port.hpp"

#include <cerrno>
#include <cstring>
#include <map>

namespace hearth {
namespace {

class gpio_port final : public port {
 public:
  gpio_port(std::string name, gpio_chip_opener open)
      : name_{std::move(name)}, open_{std::move(open)} {}

  result<bus_answer> transact(const bus_request& request, time_point) override {
    if (const auto* const read = std::get_if<gpio_read>(&request)) return carry_out(*read);
    if (const auto* const write = std::get_if<gpio_write>(&request)) return carry_out(*write);
    return failed(fault_code::unsupported, "a GPIO chip only reads and writes lines");
  }

 private:
  enum class held : unsigned char { as_is, output };

  result<bus_answer> carry_out(const gpio_read& read) {
    if (const auto ready = ready_for(read.line); !ready) return tl::make_unexpected(ready.error());
    if (!lines_.contains(read.line)) {
      if (const auto error = chip_->claim(read.line, read.active_low, {}))
        return tl::make_unexpected(fault_of(error, read.line));
      lines_[read.line] = held::as_is;
    }
    const auto level = chip_->read(read.line);
    if (!level) return tl::make_unexpected(fault_of(level.error(), read.line));
    return *level;
  }

  result<bus_answer> carry_out(const gpio_write& write) {
    if (const auto ready = ready_for(write.line); !ready) return tl::make_unexpected(ready.error());
    const auto found = lines_.find(write.line);
    if (found != lines_.end() && found->second == held::output) {
      if (const auto error = chip_->write(write.line, write.on))
        return tl::make_unexpected(fault_of(error, write.line));
      return done{};
    }
    if (found != lines_.end()) {
      chip_->release(write.line);
      lines_.erase(found);
    }
    if (const auto error = chip_->claim(write.line, write.active_low, write.on))
      return tl::make_unexpected(fault_of(error, write.line));
    lines_[write.line] = held::output;
    return done{};
  }

  result<void> ready_for(unsigned line) {
    if (!chip_) {
      auto opened = open_(name_);
      if (!opened) return tl::make_unexpected(fault_of_open(opened.error()));
      chip_ = std::move(*opened);
    }
    if (line < chip_->lines()) return {};
    return failed(fault_code::no_such_device, name_ + " has " + std::to_string(chip_->lines()) +
                                                  " lines from 0, and no line " +
                                                  std::to_string(line));
  }

  [[nodiscard]] fault fault_of_open(int error) const {
    const auto detail = "cannot open GPIO chip " + name_ + ": " + std::strerror(error);
    if (error == EACCES || error == EPERM)
      return {fault_code::permission, detail + "; add the user to group gpio"};
    if (error == ENOENT || error == ENODEV || error == ENXIO || error == ENOTTY || error == EINVAL)
      return {fault_code::no_such_device, detail + "; gpiodetect lists the chips there are"};
    return {fault_code::io, detail};
  }

  fault fault_of(int error, unsigned line) {
    const auto name = "line " + std::to_string(line);
    if (error == EBUSY) {
      const auto user = chip_->consumer(line);
      return {fault_code::refused,
              name + " is used by " + (user.empty() ? "another program" : user)};
    }
    const auto detail = name + " of " + name_ + ": " + std::strerror(error);
    if (error == EACCES || error == EPERM)
      return {fault_code::permission, detail + "; add the user to group gpio"};
    if (error != ENODEV && error != ENXIO && error != EBADF && error != EIO)
      return {fault_code::io, detail};
    chip_.reset();
    lines_.clear();
    return {fault_code::no_such_device, detail + "; the chip is opened again when it is back"};
  }

  std::string name_;
  gpio_chip_opener open_;
  std::unique_ptr<gpio_chip> chip_;
  std::map<unsigned, held> lines_;
};

}  // namespace

result<std::unique_ptr<port>> make_gpio_port(const layout& house, bus_id bus) {
  return make_gpio_port(text_option(house[bus].options, "chip"), open_gpiod_chip);
}

std::unique_ptr<port> make_gpio_port(std::string chip, gpio_chip_opener open) {
  return std::make_unique<gpio_port>(std::move(chip), std::move(open));
}

}  // namespace hearth
