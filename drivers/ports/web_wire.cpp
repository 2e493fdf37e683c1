#include "drivers/ports/web_wire.hpp"

#include "drivers/ports/openssl_parts.hpp"
#include "drivers/ports/private_file.hpp"

#include <algorithm>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

namespace hearth {

namespace net = boost::asio;
namespace ssl = boost::asio::ssl;
using error = boost::system::error_code;
using net::ip::tcp;

class web_keys {
 public:
  ssl::context context{ssl::context::tls_server};
};

namespace {

/// With TLS 1.2 only ciphers with forward secrecy that also authenticate; those of 1.3 all do.
constexpr auto ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr std::string_view http_1_1 = "http/1.1";

/// Agrees on HTTP/1.1 with whoever asks; who offers only something else is told so.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* length,
                    const unsigned char* offered, unsigned int bytes, void*) {
  for (auto at = 0U; at < bytes; at += offered[at] + 1U) {
    const auto* const name = reinterpret_cast<const char*>(offered + at + 1);
    if (at + 1U + offered[at] > bytes) break;
    if (std::string_view{name, offered[at]} != http_1_1) continue;
    *chosen = offered + at + 1;
    *length = offered[at];
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

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
  explicit secured(std::unique_ptr<ssl::stream<tcp::socket>> s)
      : web_wire{s->next_layer()}, stream_{std::move(s)} {}

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
  std::unique_ptr<ssl::stream<tcp::socket>> stream_;
};

}  // namespace

void web_wire::close() {
  auto ignored = error{};
  socket_.close(ignored);
}

result<std::shared_ptr<web_keys>> web_keys_from(const web_address& where) {
  const auto certificate = read_text_file("certificate", where.cert);
  if (!certificate) return tl::make_unexpected(certificate.error());
  const auto key = read_private_file("key", where.key);
  if (!key) return tl::make_unexpected(key.error());
  try {
    auto keys = std::make_shared<web_keys>();
    auto& context = keys->context;
    auto* const own = context.native_handle();
    context.set_options(ssl::context::default_workarounds | ssl::context::no_compression |
                        SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                        SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF);
    // Idle connections keep no buffers: 16 KB each way for every open tab.
    SSL_CTX_set_mode(own, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(own, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_alpn_select_cb(own, choose_protocol, nullptr);
    if (SSL_CTX_set_min_proto_version(own, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_cipher_list(own, ciphers) != 1)
      return failed(fault_code::io, "cannot set up TLS: " + openssl::last_words());
    auto failure = error{};
    context.use_certificate_chain(net::buffer(*certificate), failure);
    if (failure)
      return failed(fault_code::malformed,
                    "there is no certificate (PEM) in " + where.cert + ": " + failure.message());
    // Read by us, because OpenSSL would ask the terminal for the passphrase of an encrypted one.
    const auto read = openssl::private_key_from(*key);
    if (!read)
      return failed(fault_code::malformed, "there is no key (PEM, without a passphrase) in " +
                                               where.key + ": " + openssl::last_words());
    if (SSL_CTX_use_PrivateKey(own, read.get()) != 1 || SSL_CTX_check_private_key(own) != 1) {
      static_cast<void>(openssl::last_words());
      return failed(fault_code::mismatch, "the key " + where.key +
                                              " is not that of the certificate " + where.cert +
                                              ": they must be made together and copied together");
    }
    return keys;
  } catch (const std::exception& e) {
    return failed(fault_code::io, std::string{"cannot set up TLS: "} + e.what());
  }
}

std::unique_ptr<web_wire> plain_wire(tcp::socket socket) {
  return std::make_unique<plain>(std::make_unique<tcp::socket>(std::move(socket)));
}

std::unique_ptr<web_wire> tls_wire(tcp::socket socket, web_keys& keys) {
  return std::make_unique<secured>(
      std::make_unique<ssl::stream<tcp::socket>>(std::move(socket), keys.context));
}

}  // namespace hearth
