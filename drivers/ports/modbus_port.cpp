#include "drivers/ports/modbus_port.hpp"

#include "drivers/modbus_bus.hpp"

#include <modbus/modbus.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <poll.h>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

namespace hearth {
namespace {

using namespace std::chrono_literals;
using table = register_row::table;
/// Time inside one call, which house time cannot tell: it stands still there.
using stopwatch = std::chrono::steady_clock;

/// How long a peer that let a connect run out is left alone.
constexpr auto reconnect_pause = 1s;
/// A serial line this long silent has nothing more to say: longer than the 16 ms in which USB
/// adapters collect bytes, and than 3.5 characters at 1200 baud.
constexpr auto quiet_line = 50ms;

struct tcp_peer {
  std::string host;
  int port = 0;
};
struct serial_line {
  std::string device;
  int baud = 0;
  char parity = 'N';
  int stop_bits = 1;
};

struct context_closer {
  void operator()(modbus_t* context) const {
    modbus_close(context);
    modbus_free(context);
  }
};
using context = std::unique_ptr<modbus_t, context_closer>;

/// Whether the device's answer was an exception, whole and valid.
bool is_exception(int error) { return error > MODBUS_ENOBASE && error <= EMBXGTAR; }

fault_code code_of(int error) {
  switch (error) {
  case ETIMEDOUT:
  case EINPROGRESS:  // what libmodbus leaves behind when a connect runs out
  case EAGAIN:
  case EMBXGPATH:                             // a gateway that has no such device behind it,
  case EMBXGTAR: return fault_code::timeout;  // or waited in vain for us
  case EMBBADCRC: return fault_code::checksum;
  case EMBBADDATA:
  case EMBBADSLAVE:
  case EMBMDATA: return fault_code::malformed;
  case EMBBADEXC:
  case EMBUNKEXC: return fault_code::refused;
  case ECONNRESET:
  case ECONNREFUSED:
  case ECONNABORTED:
  case ENOTCONN:
  case EPIPE:
  case EBADF:
  case EIO:
  case ENXIO:
  case ENODEV:
  case EHOSTUNREACH:
  case EHOSTDOWN:
  case ENETUNREACH:
  case ENETDOWN: return fault_code::disconnected;
  default: return is_exception(error) ? fault_code::refused : fault_code::io;
  }
}

/// libmodbus has words for its own errors; the system's version of the others is thread-safe.
std::string words_for(int error) {
  if (error > MODBUS_ENOBASE) return modbus_strerror(error);
  return std::generic_category().message(error);
}

std::string_view name_of(table t) {
  switch (t) {
  case table::coil: return "coil";
  case table::discrete: return "discrete input";
  case table::input: return "input register";
  case table::holding: return "holding register";
  }
  return "register";
}

/// "unit 2, input register 0x0048 (2)"
std::string describe(std::uint8_t unit, table where, std::uint16_t address, std::size_t count) {
  auto text = std::array<char, 80>{};
  std::snprintf(text.data(), text.size(), "unit %u, %s 0x%04X (%zu)", unsigned{unit},
                name_of(where).data(), unsigned{address}, count);
  return text.data();
}
std::string describe(const modbus_read& r) { return describe(r.unit, r.table, r.address, r.count); }
std::string describe(const modbus_write& w) {
  return describe(w.unit, w.table, w.address, w.values.size());
}

/// What the protocol can carry: libmodbus itself would send a read of nothing.
bool is_possible(const modbus_read& r) {
  const auto most = r.table == table::coil || r.table == table::discrete
                        ? MODBUS_MAX_READ_BITS
                        : MODBUS_MAX_READ_REGISTERS;
  return r.count >= 1 && r.count <= most;
}
bool is_possible(const modbus_write& w) {
  const auto most = static_cast<std::size_t>(w.table == table::coil ? MODBUS_MAX_WRITE_BITS
                                                                    : MODBUS_MAX_WRITE_REGISTERS);
  return (w.table == table::coil || w.table == table::holding) && !w.values.empty() &&
         w.values.size() <= most;
}

std::optional<bus_answer> carry_out(modbus_t* line, const modbus_read& r) {
  if (r.table == table::coil || r.table == table::discrete) {
    auto bits = std::vector<std::uint8_t>(r.count);
    const auto read = r.table == table::coil ? modbus_read_bits : modbus_read_input_bits;
    if (read(line, r.address, r.count, bits.data()) != r.count) return {};
    return words(bits.begin(), bits.end());
  }
  auto registers = words(r.count);
  const auto read = r.table == table::input ? modbus_read_input_registers : modbus_read_registers;
  if (read(line, r.address, r.count, registers.data()) != r.count) return {};
  return registers;
}

std::optional<bus_answer> carry_out(modbus_t* line, const modbus_write& w) {
  const auto count = static_cast<int>(w.values.size());
  auto written = 0;
  if (w.table == table::coil) {
    const auto bits = std::vector<std::uint8_t>(w.values.begin(), w.values.end());
    written = count == 1 ? modbus_write_bit(line, w.address, bits[0])
                         : modbus_write_bits(line, w.address, count, bits.data());
  } else {
    written = count == 1 ? modbus_write_register(line, w.address, w.values[0])
                         : modbus_write_registers(line, w.address, count, w.values.data());
  }
  if (written != count) return {};
  return done{};
}

class modbus_port final : public port {
 public:
  modbus_port(std::variant<tcp_peer, serial_line> peer, duration timeout)
      : peer_{std::move(peer)}, timeout_{timeout} {}

  result<bus_answer> transact(const bus_request& request, time_point now) override {
    if (const auto* read = std::get_if<modbus_read>(&request)) return exchange(*read, now);
    if (const auto* write = std::get_if<modbus_write>(&request)) return exchange(*write, now);
    return failed(fault_code::unsupported, "a Modbus bus carries only Modbus requests");
  }

 private:
  template <class Request>
  result<bus_answer> exchange(const Request& request, time_point now);
  /// Makes sure that what arrives next answers what is sent next.
  void discard_leftovers();
  std::optional<fault> open(time_point now);
  std::optional<fault> open(const tcp_peer& peer, time_point now);
  std::optional<fault> open(const serial_line& line);
  /// Decides what a failed exchange means for the line.
  void recover(fault_code code);
  [[nodiscard]] bool is_serial() const { return std::holds_alternative<serial_line>(peer_); }
  void give(stopwatch::duration time);

  std::variant<tcp_peer, serial_line> peer_;
  duration timeout_;
  context line_;                                          ///< null while closed
  std::optional<stopwatch::time_point> unsettled_until_;  ///< a late answer may come until then
  std::optional<time_point> leave_alone_until_;           ///< no connect before
  fault last_connect_;                                    ///< why `leave_alone_until_`
};

/// A byte timeout of zero makes libmodbus count the whole answer against the response timeout, so
/// that a peer which trickles bytes cannot hold the bus.
void modbus_port::give(stopwatch::duration time) {
  const auto us =
      std::max<std::int64_t>(1000, std::chrono::round<std::chrono::microseconds>(time).count());
  modbus_set_response_timeout(line_.get(), static_cast<std::uint32_t>(us / 1'000'000),
                              static_cast<std::uint32_t>(us % 1'000'000));
  modbus_set_byte_timeout(line_.get(), 0, 0);
}

template <class Request>
result<bus_answer> modbus_port::exchange(const Request& request, time_point now) {
  if (!is_possible(request))
    return failed(fault_code::unsupported,
                  describe(request) + ": no Modbus request can carry that");
  discard_leftovers();
  const auto deadline = stopwatch::now() + timeout_;
  if (!line_)
    if (auto why = open(now)) return tl::make_unexpected(*std::move(why));
  give(deadline - stopwatch::now());
  if (modbus_set_slave(line_.get(), request.unit) != 0)
    return failed(fault_code::unsupported, describe(request) + ": no such unit can be");
  errno = EMBBADDATA;  // for an answer of another length, which libmodbus calls a success
  auto answer = carry_out(line_.get(), request);
  if (answer) return *std::move(answer);
  const auto error = errno;
  const auto code = code_of(error);
  if (is_exception(error))
    return failed(code, describe(request) + ": " + words_for(error));  // the line is in order
  recover(code);
  if (code == fault_code::timeout)
    return failed(code, describe(request) + ": no whole answer within " + to_text(timeout_));
  return failed(code, describe(request) + ": " + words_for(error));
}

void modbus_port::recover(fault_code code) {
  if (!is_serial() || code == fault_code::disconnected || code == fault_code::io) {
    line_.reset();
    return;
  }
  // After a bad checksum the answer has been; else one may still be on its way.
  unsettled_until_ = stopwatch::now();
  if (code != fault_code::checksum) *unsettled_until_ += timeout_;
}

void modbus_port::discard_leftovers() {
  if (!line_) return;
  auto watched = pollfd{.fd = modbus_get_socket(line_.get()), .events = POLLIN, .revents = 0};
  const auto wait = [&](stopwatch::duration time) {
    const auto ms = std::chrono::ceil<duration>(std::max<stopwatch::duration>(time, 0ms));
    return ::poll(&watched, 1, static_cast<int>(ms.count())) > 0;
  };
  if (!is_serial()) {
    // Unasked bytes or the end of the connection: either way it is of no more use.
    if (wait(0ms)) line_.reset();
    return;
  }
  const auto give_up = stopwatch::now() + timeout_;  // a line that babbles for ever
  auto quiet_at = std::exchange(unsettled_until_, std::nullopt).value_or(stopwatch::now());
  while (wait(std::min(quiet_at, give_up) - stopwatch::now())) {
    if (watched.revents & (POLLHUP | POLLERR | POLLNVAL)) return line_.reset();
    modbus_flush(line_.get());
    if (stopwatch::now() >= give_up) return;
    quiet_at = stopwatch::now() + quiet_line;
  }
}

std::optional<fault> modbus_port::open(time_point now) {
  if (const auto* peer = std::get_if<tcp_peer>(&peer_)) return open(*peer, now);
  return open(std::get<serial_line>(peer_));
}

/// Half of the timeout is for the connect, so that the answer gets its share of the rest.
std::optional<fault> modbus_port::open(const tcp_peer& peer, time_point now) {
  if (leave_alone_until_ && now < *leave_alone_until_) return last_connect_;
  auto numeric = in_addr{};
  const auto port = std::to_string(peer.port);
  line_.reset(inet_pton(AF_INET, peer.host.c_str(), &numeric) == 1
                  ? modbus_new_tcp(peer.host.c_str(), peer.port)
                  : modbus_new_tcp_pi(peer.host.c_str(), port.c_str()));
  const auto where = peer.host + ":" + port;
  if (!line_) return fault{fault_code::no_such_device, where + " is no address"};
  give(timeout_ / 2);
  if (modbus_connect(line_.get()) == 0) return {};
  const auto error = errno;
  line_.reset();
  last_connect_ = {code_of(error), code_of(error) == fault_code::timeout
                                       ? where + ": no connection within " + to_text(timeout_ / 2)
                                       : where + ": " + words_for(error)};
  if (last_connect_.code == fault_code::timeout) leave_alone_until_ = now + reconnect_pause;
  return last_connect_;
}

std::optional<fault> modbus_port::open(const serial_line& line) {
  line_.reset(modbus_new_rtu(line.device.c_str(), line.baud, line.parity, 8, line.stop_bits));
  if (!line_) return fault{fault_code::no_such_device, line.device + ": " + words_for(errno)};
  if (modbus_connect(line_.get()) == 0) return {};
  const auto error = errno;
  line_.reset();
  switch (error) {
  case EACCES:
  case EPERM:
    return fault{fault_code::permission,
                 line.device + ": add the user to group dialout: sudo usermod -aG dialout $USER"};
  case ENOENT:
  case ENODEV:
  case ENXIO:
  case EIO:
    return fault{fault_code::no_such_device,
                 line.device + " is not there: is the adapter plugged in?"};
  case ENOTTY:
  case EINVAL: return fault{fault_code::no_such_device, line.device + " is not a serial device"};
  default: return fault{fault_code::io, line.device + ": " + words_for(error)};
  }
}

/// libmodbus takes any other number for 9600 without a word.
bool is_baud(std::int64_t baud) {
  constexpr auto known = std::array{1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200};
  return std::ranges::find(known, baud) != known.end();
}

}  // namespace

result<std::unique_ptr<port>> make_modbus_port(const layout& house, bus_id bus) {
  const auto& options = house[bus].options;
  const auto timeout = duration_option(options, "timeout");
  if (house[bus].kind == modbus_tcp_kind)
    return std::make_unique<modbus_port>(
        tcp_peer{text_option(options, "host"), static_cast<int>(integer_option(options, "port"))},
        timeout);
  if (house[bus].kind != modbus_rtu_kind)
    return failed(fault_code::unsupported, house[bus].kind + " is no Modbus bus");
  const auto baud = integer_option(options, "baud");
  if (!is_baud(baud))
    return failed(
        fault_code::unsupported,
        std::to_string(baud) + " baud is no speed of a Modbus line; usual ones are 9600 and 19200");
  const auto parity = text_option(options, "parity");
  return std::make_unique<modbus_port>(
      serial_line{text_option(options, "port"), static_cast<int>(baud),
                  parity == "even"  ? 'E'
                  : parity == "odd" ? 'O'
                                    : 'N',
                  static_cast<int>(integer_option(options, "stop_bits"))},
      timeout);
}

}  // namespace hearth
