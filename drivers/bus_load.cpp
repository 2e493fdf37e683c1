#include "drivers/bus_load.hpp"

#include "drivers/modbus_bus.hpp"
#include "drivers/registry.hpp"

#include <chrono>
#include <cmath>

namespace hearth {
namespace {

// Modbus over serial line, specification and implementation guide V1.02, section 2.5.1.1: a frame
// is address, function and data, and two bytes of CRC; before it the line is silent for 3.5
// characters, but above 19200 baud for 1.75 ms.
constexpr auto read_request_bytes = 8;
constexpr auto answer_bytes_without_data = 5;
constexpr auto silent_characters = 3.5;
constexpr auto fastest_with_silent_characters = 19200;
constexpr auto fixed_silence_s = 1.75e-3;

int data_bytes(const modbus_read& read) {
  const auto bits =
      read.table == register_row::table::coil || read.table == register_row::table::discrete;
  return bits ? (read.count + 7) / 8 : 2 * read.count;
}

double time_of(const std::vector<bus_request>& poll, serial_format line) {
  auto total = 0.0;
  for (const auto& request : poll) total += wire_time_s(request, line);
  return total;
}

serial_format format_of(const option_map& options) {
  const auto parity = text_option(options, "parity") == "none" ? 0 : 1;
  // One start bit and eight of data.
  return {integer_option(options, "baud"),
          9 + parity + static_cast<int>(integer_option(options, "stop_bits"))};
}

}  // namespace

double wire_time_s(const bus_request& request, serial_format line) {
  const auto* read = std::get_if<modbus_read>(&request);
  if (!read) return 0;
  const auto character_s = line.bits / static_cast<double>(line.baud);
  const auto silence_s = line.baud > fastest_with_silent_characters
                             ? fixed_silence_s
                             : silent_characters * character_s;
  const auto bytes = read_request_bytes + answer_bytes_without_data + data_bytes(*read);
  return bytes * character_s + 2 * silence_s;
}

std::optional<line_load> poll_load(const layout& house, bus_id bus) {
  if (house[bus].kind != modbus_rtu_kind) return {};
  auto load = line_load{.line = format_of(house[bus].options), .share = 0, .devices = {}};
  for (std::uint16_t i = 0; i < house.devices.size(); ++i) {
    const auto& device = house.devices[i];
    const auto* kind = find_model(device.model);
    if (device.bus != bus || !kind) continue;
    const auto driver = kind->make(house, device_id{i});
    const auto* settling = dynamic_cast<const settling_driver*>(driver.get());
    const auto poll = settling ? settling->settled_poll() : driver->poll();
    const auto every_s = std::chrono::duration<double>{device.poll_every}.count();
    const auto share = time_of(poll, load.line) / every_s;
    load.devices.push_back({device_id{i}, share});
    load.share += share;
  }
  if (load.devices.empty()) return {};
  return load;
}

std::string to_text(const line_load& load) {
  return "load " + std::to_string(std::lround(std::ceil(load.share * 100))) + " % at " +
         std::to_string(load.line.baud) + " baud";
}

}  // namespace hearth
