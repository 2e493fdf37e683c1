#include "drivers/ports/onewire_port.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace hearth {
namespace {

/// The kernel's text has 75 characters.
constexpr std::size_t longest_text = 512;

/// A name, not a path: a layout must not make this program read other files.
bool is_slave_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  c == '-' || c == '_' || c == '.';
         });
}

fault fault_of(int error, const std::string& file) {
  const auto detail = "cannot read " + file + ": " + std::strerror(error);
  if (error == ENOENT || error == ENODEV || error == ENXIO || error == ENOTDIR)
    return {fault_code::no_such_device, detail + "; is the sensor wired and w1-therm loaded?"};
  if (error == EACCES || error == EPERM)
    return {fault_code::permission, detail + "; let the user of this program read it"};
  return {fault_code::io, detail};
}

result<bus_answer> read_file(const std::string& file) {
  // Not blocking: a layout that points at a pipe must not hang its bus.
  const auto descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return tl::make_unexpected(fault_of(errno, file));
  auto text = std::array<char, longest_text>{};
  auto size = std::size_t{0};
  auto error = 0;
  while (size < text.size()) {
    const auto got = ::read(descriptor, text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) error = errno;
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
  }
  ::close(descriptor);
  if (error != 0) return tl::make_unexpected(fault_of(error, file));
  if (size == 0) return failed(fault_code::no_such_device, file + " is empty: the sensor is gone");
  return std::string{text.data(), size};
}

class onewire_port final : public port {
 public:
  explicit onewire_port(std::string path) : path_{std::move(path)} {}

  result<bus_answer> transact(const bus_request& request, time_point) override {
    const auto* const read = std::get_if<onewire_read>(&request);
    if (!read) return failed(fault_code::unsupported, "a 1-Wire bus only reads slaves");
    if (!is_slave_name(read->slave))
      return failed(fault_code::no_such_device,
                    "'" + read->slave + "' is no name of a 1-Wire slave");
    return read_file(path_ + "/" + read->slave + "/w1_slave");
  }

 private:
  std::string path_;
};

}  // namespace

result<std::unique_ptr<port>> make_onewire_port(const layout& house, bus_id bus) {
  return std::make_unique<onewire_port>(text_option(house[bus].options, "path"));
}

}  // namespace hearth
