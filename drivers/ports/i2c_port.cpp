#include "drivers/ports/i2c_port.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace hearth {
namespace {

/// No chip of a house says more at once; a driver that asks for more is wrong.
constexpr std::size_t longest_message = 64;
/// A bus waits for one chip no longer, whatever a driver asks for.
constexpr duration longest_settling = std::chrono::milliseconds{200};

class kernel_adapter final : public i2c_adapter {
 public:
  explicit kernel_adapter(int descriptor) : descriptor_{descriptor} {}
  kernel_adapter(const kernel_adapter&) = delete;
  kernel_adapter& operator=(const kernel_adapter&) = delete;
  ~kernel_adapter() override { ::close(descriptor_); }

  int transfer(std::uint8_t address, std::span<const std::uint8_t> write,
               std::span<std::uint8_t> read) override {
    auto out = std::array<std::uint8_t, longest_message>{};
    std::ranges::copy(write, out.begin());
    auto messages = std::array<i2c_msg, 2>{};
    auto count = 0U;
    if (!write.empty())
      messages.at(count++) = {address, 0, static_cast<__u16>(write.size()), out.data()};
    if (!read.empty())
      messages.at(count++) = {address, I2C_M_RD, static_cast<__u16>(read.size()), read.data()};
    auto all = i2c_rdwr_ioctl_data{messages.data(), count};
    return ::ioctl(descriptor_, I2C_RDWR, &all) < 0 ? errno : 0;
  }

 private:
  int descriptor_;
};

/// The bus is this chip's until it has settled: a bus actor may block, and nobody else may talk.
void wait_for(duration d) {
  const auto time = timespec{d.count() / 1000, d.count() % 1000 * 1'000'000};
  ::clock_nanosleep(CLOCK_MONOTONIC, 0, &time, nullptr);
}

std::string hexadecimal(std::uint8_t address) {
  auto text = std::array<char, 8>{};
  std::snprintf(text.data(), text.size(), "0x%02x", address);
  return text.data();
}

class i2c_port final : public port {
 public:
  i2c_port(std::string device, i2c_adapter_opener open)
      : device_{std::move(device)}, open_{std::move(open)} {}

  result<bus_answer> transact(const bus_request& request, time_point) override {
    const auto* const asked = std::get_if<i2c_transfer>(&request);
    if (!asked) return failed(fault_code::unsupported, "an I2C bus only transfers bytes");
    if (asked->write.size() > longest_message || asked->read > longest_message)
      return failed(fault_code::unsupported,
                    "an I2C message has at most " + std::to_string(longest_message) + " bytes");
    if (!adapter_) {
      auto opened = open_(device_);
      if (!opened) return tl::make_unexpected(fault_of_open(opened.error()));
      adapter_ = std::move(*opened);
    }
    if (asked->settling > duration{}) wait_for(std::min(asked->settling, longest_settling));
    auto answer = bytes(asked->read);
    if (const auto error = adapter_->transfer(asked->address, asked->write, answer))
      return tl::make_unexpected(fault_of(error, asked->address));
    if (answer.empty()) return done{};
    return answer;
  }

 private:
  [[nodiscard]] fault fault_of_open(int error) const {
    const auto detail = "cannot open I2C adapter " + device_ + ": " + std::strerror(error);
    if (error == EACCES || error == EPERM)
      return {fault_code::permission, detail + "; add the user to group i2c"};
    if (error == ENOENT || error == ENODEV || error == ENXIO || error == ENOTDIR)
      return {fault_code::no_such_device,
              detail + "; is dtparam=i2c_arm=on set, and i2c-dev loaded?"};
    return {fault_code::io, detail};
  }

  fault fault_of(int error, std::uint8_t address) {
    const auto who = "chip " + hexadecimal(address) + " of " + device_;
    // What adapters say of a chip that does not acknowledge differs by driver.
    if (error == ENXIO || error == EREMOTEIO)
      return {fault_code::no_such_device, who + " does not answer"};
    if (error == ETIMEDOUT || error == EAGAIN)
      return {fault_code::timeout, who + ": the bus is held by somebody; are SDA and SCL wired?"};
    const auto detail = who + ": " + std::strerror(error);
    if (error == EOPNOTSUPP) return {fault_code::unsupported, detail};
    // The adapter itself is gone, or in a state of which nobody knows.
    adapter_.reset();
    return {fault_code::io, detail + "; the adapter is opened again"};
  }

  std::string device_;
  i2c_adapter_opener open_;
  std::unique_ptr<i2c_adapter> adapter_;
};

}  // namespace

tl::expected<std::unique_ptr<i2c_adapter>, int> open_i2c_device(const std::string& device) {
  const auto descriptor = ::open(device.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return tl::make_unexpected(errno);
  auto adapter = std::make_unique<kernel_adapter>(descriptor);
  auto can = 0UL;
  // Whatever else is called so is no adapter.
  if (::ioctl(descriptor, I2C_FUNCS, &can) < 0) return tl::make_unexpected(ENODEV);
  if ((can & I2C_FUNC_I2C) == 0) return tl::make_unexpected(EOPNOTSUPP);
  return adapter;
}

result<std::unique_ptr<port>> make_i2c_port(const layout& house, bus_id bus) {
  return make_i2c_port(text_option(house[bus].options, "device"), open_i2c_device);
}

std::unique_ptr<port> make_i2c_port(std::string device, i2c_adapter_opener open) {
  return std::make_unique<i2c_port>(std::move(device), std::move(open));
}

}  // namespace hearth
