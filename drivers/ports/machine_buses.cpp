#include "drivers/ports/machine_buses.hpp"

#include <gpiod.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <memory>
#include <set>
#include <unistd.h>

namespace hearth {
namespace {

namespace fs = std::filesystem;

/// A folder with more is no folder of devices.
constexpr std::size_t most_entries = 10'000;

struct chip_closer {
  void operator()(::gpiod_chip* chip) const { ::gpiod_chip_close(chip); }
};
using open_chip = std::unique_ptr<::gpiod_chip, chip_closer>;

std::string text_or_nothing(const char* text) { return text ? text : ""; }

/// The names in a folder, sorted; none if it cannot be read.
std::vector<std::string> names_in(const fs::path& folder) {
  auto names = std::vector<std::string>{};
  auto error = std::error_code{};
  for (auto at = fs::directory_iterator{folder, error};
       !error && at != fs::directory_iterator{} && names.size() < most_entries; at.increment(error))
    names.push_back(at->path().filename());
  std::ranges::sort(names);
  return names;
}

std::string first_line_of(const fs::path& file) {
  auto in = std::ifstream{file};
  auto line = std::string{};
  std::getline(in, line);
  return line;
}

std::vector<std::string> serial_ports(const fs::path& root) {
  auto ports = std::vector<std::string>{};
  auto known = std::set<fs::path>{};
  auto error = std::error_code{};
  for (const auto& name : names_in(root / "dev/serial/by-id")) {
    const auto link = root / "dev/serial/by-id" / name;
    ports.push_back(link);
    known.insert(fs::canonical(link, error));
  }
  for (const auto& name : names_in(root / "dev"))
    for (const auto* const kind : {"ttyUSB", "ttyACM", "ttyAMA", "ttySC"})
      if (name.starts_with(kind) && !known.contains(fs::canonical(root / "dev" / name, error)))
        ports.push_back(root / "dev" / name);
  return ports;
}

/// Whether one of its open files is `device`; nothing if it does not let us look.
std::optional<bool> has_open(const fs::path& process, const fs::path& device) {
  auto error = std::error_code{};
  auto at = fs::directory_iterator{process / "fd", error};
  if (error) return {};
  for (; at != fs::directory_iterator{}; at.increment(error)) {
    if (error) return false;  // it ends just now
    auto ignored = std::error_code{};
    if (fs::read_symlink(at->path(), ignored) == device) return true;
  }
  return false;
}

}  // namespace

machine_buses list_machine_buses(const fs::path& root) {
  auto all = machine_buses{};
  for (const auto& name : names_in(root / "dev")) {
    const auto device = root / "dev" / name;
    if (name.starts_with("i2c-"))
      all.i2c.push_back({device, first_line_of(root / "sys/bus/i2c/devices" / name / "name")});
    if (!name.starts_with("gpiochip")) continue;
    errno = 0;
    if (const auto chip = open_chip{::gpiod_chip_open(device.c_str())})
      all.chips.push_back({text_or_nothing(::gpiod_chip_name(chip.get())),
                           text_or_nothing(::gpiod_chip_label(chip.get())),
                           ::gpiod_chip_num_lines(chip.get())});
    else if (errno == EACCES || errno == EPERM)
      all.closed.push_back(device);
  }
  if (auto slaves = list_onewire_slaves(root / "sys/bus/w1/devices")) all.onewire = *slaves;
  all.serial = serial_ports(root);
  return all;
}

result<std::vector<gpio_line_entry>> list_gpio_lines(const std::string& name) {
  errno = 0;
  const auto chip = open_chip{::gpiod_chip_open_lookup(name.c_str())};
  if (!chip) {
    const auto error = errno != 0 ? errno : ENODEV;
    const auto detail = "cannot open GPIO chip " + name + ": " + std::strerror(error);
    if (error == EACCES || error == EPERM)
      return failed(fault_code::permission,
                    detail + "; add the user to group gpio: sudo usermod -aG gpio $USER");
    return failed(fault_code::no_such_device, detail + "; scada probe lists the chips there are");
  }
  auto lines = std::vector<gpio_line_entry>{};
  for (auto number = 0U; number < ::gpiod_chip_num_lines(chip.get()); ++number) {
    auto* const line = ::gpiod_chip_get_line(chip.get(), number);
    if (!line) continue;
    lines.push_back({number, text_or_nothing(::gpiod_line_name(line)),
                     ::gpiod_line_direction(line) == GPIOD_LINE_DIRECTION_OUTPUT,
                     ::gpiod_line_active_state(line) == GPIOD_LINE_ACTIVE_STATE_LOW,
                     ::gpiod_line_is_used(line), text_or_nothing(::gpiod_line_consumer(line))});
  }
  return lines;
}

result<std::vector<std::string>> list_onewire_slaves(const fs::path& folder) {
  auto error = std::error_code{};
  if (!fs::is_directory(folder, error))
    return failed(fault_code::no_such_device,
                  folder.string() + " is not there: is dtoverlay=w1-gpio set?");
  auto names = names_in(folder);
  std::erase_if(names, [](const std::string& name) { return name.starts_with("w1_bus_master"); });
  return names;
}

std::optional<device_holder> holder_of(const fs::path& device) {
  auto error = std::error_code{};
  const auto real = fs::canonical(device, error);
  if (error) return {};
  auto perhaps = std::optional<device_holder>{};
  for (const auto& name : names_in("/proc")) {
    auto process = 0L;
    const auto* const end = name.data() + name.size();
    const auto [stopped, wrong] = std::from_chars(name.data(), end, process);
    if (wrong != std::errc{} || stopped != end || process == ::getpid()) continue;
    const auto program = first_line_of(fs::path{"/proc"} / name / "comm");
    const auto holds = has_open(fs::path{"/proc"} / name, real);
    if (holds == true) return device_holder{process, program};
    if (!holds && program == "scada") perhaps = device_holder{process, program, false};
  }
  return perhaps;
}

}  // namespace hearth
