#include "drivers/ports/tcp_door.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <charconv>

namespace hearth {
namespace {

namespace net = boost::asio;
using net::ip::tcp;
using error = boost::system::error_code;

/// After the operating system would not give a connection: it has no more of something.
constexpr auto accept_pause = std::chrono::milliseconds{500};

std::string text_of(const tcp::endpoint& at) {
  const auto host = at.address().to_string();
  return (at.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(at.port());
}

/// An IPv4 peer of an IPv6 socket is the same peer.
std::string number_of(const net::ip::address& from) {
  if (from.is_v6() && from.to_v6().is_v4_mapped())
    return net::ip::make_address_v4(net::ip::v4_mapped, from.to_v6()).to_string();
  return from.to_string();
}

fault_code code_of(const error& failure) {
  if (failure == net::error::access_denied) return fault_code::permission;
  if (failure == boost::system::errc::address_not_available) return fault_code::no_such_device;
  return fault_code::io;
}

}  // namespace

std::optional<tcp::endpoint> endpoint_from(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return {};
  auto host = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  auto number = std::uint16_t{0};
  const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (bad != std::errc{} || end != digits.data() + digits.size()) return {};
  const auto is_six = host.starts_with('[') && host.ends_with(']');
  if (is_six) host = host.substr(1, host.size() - 2);
  auto failure = error{};
  const auto address = net::ip::make_address(std::string{host}, failure);
  if (failure || address.is_v6() != is_six) return {};
  return tcp::endpoint{address, number};
}

result<void> tcp_door::open(const tcp::endpoint& at) {
  auto failure = error{};
  auto made = tcp::acceptor{socket_.get_executor()};
  made.open(at.protocol(), failure);
  if (!failure) made.set_option(net::socket_base::reuse_address{true}, failure);
  if (!failure && at.address().is_v6() && at.address().is_unspecified())
    made.set_option(net::ip::v6_only{false}, failure);
  if (!failure) made.bind(at, failure);
  if (!failure) made.listen(net::socket_base::max_listen_connections, failure);
  if (!failure) listens_at_ = text_of(made.local_endpoint(failure));
  if (failure)
    return failed(code_of(failure), "cannot listen at " + text_of(at) + ": " + failure.message());
  socket_ = std::move(made);
  accept();
  return {};
}

void tcp_door::accept() {
  socket_.async_accept([this](error failure, tcp::socket socket) {
    if (failure == net::error::operation_aborted) return;
    if (failure) {
      pause_.expires_after(accept_pause);
      pause_.async_wait([this](error stopped) {
        if (!stopped) accept();
      });
      return;
    }
    accept();
    const auto peer = socket.remote_endpoint(failure);
    if (!failure) admit_(std::move(socket), number_of(peer.address()));
  });
}

void say_busy(tcp::socket& socket) {
  static constexpr std::string_view busy =
      "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
      "Connection: close\r\n\r\n";
  auto ignored = error{};
  socket.non_blocking(true, ignored);
  socket.write_some(net::buffer(busy.data(), busy.size()), ignored);
}

void run_until_stopped(net::io_context& io) noexcept {
  while (!io.stopped()) try {
      io.run();
    } catch (const std::exception&) {  // no memory: that connection is gone, the others stay
    }
}

}  // namespace hearth
