#pragma once

#include "protocol/fault.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

/// Where a small server of this house listens; for the files of this folder only.
namespace hearth {

/// "0.0.0.0:8443", "[fd00::20]:8480"; nothing if it is anything else. Port 0 is any free one.
std::optional<boost::asio::ip::tcp::endpoint> endpoint_from(std::string_view text);

/// A socket that listens. Used on the loop's thread, once it runs.
class tcp_door {
 public:
  /// Is called for each who comes, with the number of the address it comes from: of an IPv4 one on
  /// an IPv6 socket as IPv4 writes it, of a link-local one with its interface.
  using admitting = std::function<void(boost::asio::ip::tcp::socket, std::string peer)>;

  tcp_door(boost::asio::io_context& io, admitting admit)
      : socket_{io}, pause_{io}, admit_{std::move(admit)} {}

  /// Listens from now on; at all addresses, of IPv4 and IPv6, where the number is [::]. A fault
  /// says why it cannot, and nothing is changed by it.
  result<void> open(const boost::asio::ip::tcp::endpoint& at);
  /// Where it listens indeed: the port, where 0 was asked for.
  [[nodiscard]] const std::string& listens_at() const { return listens_at_; }

 private:
  void accept();

  boost::asio::ip::tcp::acceptor socket_;
  boost::asio::steady_timer pause_;
  admitting admit_;
  std::string listens_at_;
};

/// Tells who is one too many to come back, without waiting for him, in HTTP and in clear.
void say_busy(boost::asio::ip::tcp::socket& socket);

/// The life of a server's thread: until the loop is stopped. Where memory runs out one connection
/// is gone, and the others stay.
void run_until_stopped(boost::asio::io_context& io) noexcept;

}  // namespace hearth
