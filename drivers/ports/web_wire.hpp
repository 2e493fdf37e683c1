#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <vector>

/// Connections of the page server, in clear or through TLS; for the files of this folder only.
namespace hearth {

/// One connection's bytes. Used on the server's thread alone; what it is given to call it calls
/// once, later, unless the connection or its loop ends before.
class web_wire {
 public:
  using done = std::function<void(boost::system::error_code, std::size_t)>;

  explicit web_wire(boost::asio::ip::tcp::socket& socket) : socket_{socket} {}
  web_wire(const web_wire&) = delete;
  web_wire& operator=(const web_wire&) = delete;
  virtual ~web_wire() = default;

  /// Makes it ready to read and write; for TLS its handshake.
  virtual void open(std::function<void(bool)> opened) = 0;
  virtual void read(boost::asio::mutable_buffer into, done read) = 0;
  virtual void write(std::vector<boost::asio::const_buffer> what, done written) = 0;
  /// Tells the peer that nothing more comes.
  virtual void finish(std::function<void()> finished) = 0;
  /// At once.
  void close();
  boost::asio::ip::tcp::socket& socket() { return socket_; }

 private:
  boost::asio::ip::tcp::socket& socket_;
};

struct web_keys;

std::unique_ptr<web_wire> plain_wire(boost::asio::ip::tcp::socket socket);
std::unique_ptr<web_wire> tls_wire(boost::asio::ip::tcp::socket socket,
                                   std::shared_ptr<web_keys> keys);

}  // namespace hearth
