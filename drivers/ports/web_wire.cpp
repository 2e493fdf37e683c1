#include "drivers/ports/web_wire.hpp"

#include "drivers/ports/web_keys.hpp"

#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

namespace hearth {

namespace net = boost::asio;
namespace ssl = boost::asio::ssl;
using error = boost::system::error_code;
using net::ip::tcp;

namespace {

class plain final : public web_wire {
 public:
  explicit plain(std::unique_ptr<tcp::socket> s) : web_wire{*s}, socket_{std::move(s)} {}

  void open(std::function<void(bool)> opened) override {
    net::post(socket_->get_executor(), [opened = std::move(opened)] { opened(true); });
  }
  void read(net::mutable_buffer into, done read) override {
    socket_->async_read_some(net::mutable_buffers_1{into}, std::move(read));
  }
  void write(std::vector<net::const_buffer> what, done written) override {
    net::async_write(*socket_, std::move(what), std::move(written));
  }
  void finish(std::function<void()> finished) override {
    auto ignored = error{};
    socket_->shutdown(tcp::socket::shutdown_send, ignored);
    net::post(socket_->get_executor(), std::move(finished));
  }

 private:
  std::unique_ptr<tcp::socket> socket_;
};

class secured final : public web_wire {
 public:
  secured(std::unique_ptr<ssl::stream<tcp::socket>> s, std::shared_ptr<web_keys> keys)
      : web_wire{s->next_layer()}, keys_{std::move(keys)}, stream_{std::move(s)} {}

  void open(std::function<void(bool)> opened) override {
    stream_->async_handshake(ssl::stream_base::server,
                             [opened = std::move(opened)](error failure) { opened(!failure); });
  }
  void read(net::mutable_buffer into, done read) override {
    stream_->async_read_some(net::mutable_buffers_1{into}, std::move(read));
  }
  void write(std::vector<net::const_buffer> what, done written) override {
    net::async_write(*stream_, std::move(what), std::move(written));
  }
  void finish(std::function<void()> finished) override {
    stream_->async_shutdown([this, finished = std::move(finished)](error) {
      auto ignored = error{};
      stream_->next_layer().shutdown(tcp::socket::shutdown_send, ignored);
      finished();
    });
  }

 private:
  std::shared_ptr<web_keys> keys_;  ///< those it began with, whatever is taken meanwhile
  std::unique_ptr<ssl::stream<tcp::socket>> stream_;
};

}  // namespace

void web_wire::close() {
  auto ignored = error{};
  socket_.close(ignored);
}

std::unique_ptr<web_wire> plain_wire(tcp::socket socket) {
  return std::make_unique<plain>(std::make_unique<tcp::socket>(std::move(socket)));
}

std::unique_ptr<web_wire> tls_wire(tcp::socket socket, std::shared_ptr<web_keys> keys) {
  auto stream = std::make_unique<ssl::stream<tcp::socket>>(std::move(socket), keys->context);
  return std::make_unique<secured>(std::move(stream), std::move(keys));
}

}  // namespace hearth
