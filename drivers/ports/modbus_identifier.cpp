#include "drivers/ports/modbus_identifier.hpp"

#include "drivers/modbus_bus.hpp"
#include "drivers/probe/modbus_identity.hpp"

#include <modbus/modbus.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <poll.h>
#include <unistd.h>

namespace hearth {
namespace {

using namespace std::chrono_literals;
using stopwatch = std::chrono::steady_clock;

/// A serial line this long silent has said all; longer than a USB adapter collects bytes.
constexpr auto quiet_line = 50ms;
constexpr std::size_t tcp_head = 7;  ///< up to and with the unit
constexpr std::size_t longest_answer = 260;

struct context_closer {
  void operator()(modbus_t* context) const {
    modbus_close(context);
    modbus_free(context);
  }
};
using context = std::unique_ptr<modbus_t, context_closer>;

context open(const bus_layout& bus) {
  const auto& options = bus.options;
  auto line = context{};
  if (bus.kind == modbus_tcp_kind) {
    const auto port = std::to_string(integer_option(options, "port"));
    line.reset(modbus_new_tcp_pi(text_option(options, "host").c_str(), port.c_str()));
  } else {
    const auto parity = text_option(options, "parity");
    line.reset(modbus_new_rtu(text_option(options, "port").c_str(),
                              static_cast<int>(integer_option(options, "baud")),
                              parity == "even"  ? 'E'
                              : parity == "odd" ? 'O'
                                                : 'N',
                              8, static_cast<int>(integer_option(options, "stop_bits"))));
  }
  if (!line) return {};
  const auto us = std::chrono::microseconds{duration_option(options, "timeout")}.count();
  modbus_set_response_timeout(line.get(), static_cast<std::uint32_t>(us / 1'000'000),
                              static_cast<std::uint32_t>(us % 1'000'000));
  if (modbus_connect(line.get()) != 0) return {};
  return line;
}

std::uint16_t crc_of(std::span<const std::uint8_t> message) {
  auto crc = std::uint16_t{0xFFFF};
  for (const auto byte : message) {
    crc ^= byte;
    for (auto bit = 0; bit < 8; ++bit)
      crc = static_cast<std::uint16_t>((crc & 1) != 0 ? crc >> 1 ^ 0xA001 : crc >> 1);
  }
  return crc;
}

/// All that comes: over TCP as many bytes as the head says, on a serial line until it is quiet.
bytes hear(int descriptor, bool serial, duration patience) {
  auto heard = bytes{};
  const auto until = stopwatch::now() + patience;
  while (heard.size() < longest_answer) {
    if (!serial && heard.size() >= tcp_head && heard.size() >= std::size_t{6} + heard[5]) break;
    const auto left = std::chrono::ceil<duration>(until - stopwatch::now());
    auto watched = pollfd{.fd = descriptor, .events = POLLIN, .revents = 0};
    const auto wait = serial && !heard.empty() ? std::min<duration>(left, quiet_line) : left;
    if (wait.count() <= 0 || ::poll(&watched, 1, static_cast<int>(wait.count())) <= 0) break;
    auto some = std::array<std::uint8_t, longest_answer>{};
    const auto got = ::read(descriptor, some.data(), longest_answer - heard.size());
    if (got <= 0) break;
    heard.insert(heard.end(), some.begin(), some.begin() + got);
  }
  return heard;
}

result<modbus_identity> ask(modbus_t* line, bool serial, std::uint8_t unit, duration patience) {
  auto request = std::vector<std::uint8_t>{unit};
  request.insert(request.end(), std::begin(identity_request), std::end(identity_request));
  modbus_flush(line);
  if (modbus_send_raw_request(line, request.data(), static_cast<int>(request.size())) < 0)
    return failed(fault_code::disconnected, modbus_strerror(errno));
  const auto heard = hear(modbus_get_socket(line), serial, patience);
  if (heard.empty()) return failed(fault_code::timeout, "no answer");
  const auto head = serial ? std::size_t{1} : tcp_head;
  const auto tail = serial ? std::size_t{2} : std::size_t{0};
  if (heard.size() <= head + tail || heard[head - 1] != unit)
    return failed(fault_code::malformed, "no identification");
  if (serial && crc_of(heard) != 0)  // a message with its own CRC behind it leaves nothing
    return failed(fault_code::checksum, "a bad checksum");
  return decode_identity(std::span{heard}.subspan(head, heard.size() - head - tail));
}

}  // namespace

modbus_identifier make_modbus_identifier(const layout& house, bus_id bus) {
  auto line = std::shared_ptr<modbus_t>{open(house[bus])};
  if (!line) return {};
  const auto serial = house[bus].kind == modbus_rtu_kind;
  const auto patience = duration_option(house[bus].options, "timeout");
  return [line = std::move(line), serial, patience](std::uint8_t unit) {
    return ask(line.get(), serial, unit, patience);
  };
}

}  // namespace hearth
