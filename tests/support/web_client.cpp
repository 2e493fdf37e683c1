#include "tests/support/web_client.hpp"

#include "drivers/ports/openssl_parts.hpp"

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <optional>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace hearth::testing {

struct web_client::secured {
  openssl::context context{SSL_CTX_new(TLS_client_method())};
  openssl::session session;
};

web_client::web_client(std::uint16_t port, const how& h)
    : socket_{h.socket >= 0 ? h.socket : ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  if (socket_ < 0) return;  // no descriptor: not open
  auto mine = sockaddr_in{};
  mine.sin_family = AF_INET;
  ::inet_pton(AF_INET, h.from, &mine.sin_addr);
  REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&mine), sizeof mine) == 0);
  if (h.receive_bytes != 0)
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &h.receive_bytes, sizeof h.receive_bytes);
  const auto longest = timeval{10, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof longest);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &longest, sizeof longest);
  auto theirs = sockaddr_in{};
  theirs.sin_family = AF_INET;
  theirs.sin_port = htons(port);
  ::inet_pton(AF_INET, "127.0.0.1", &theirs.sin_addr);
  open_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&theirs), sizeof theirs) == 0;
  if (!h.tls || !open_) return;
  tls_ = std::make_unique<secured>();
  auto* const own = tls_->context.get();
  if (h.newest_tls != 0) {
    SSL_CTX_set_security_level(own, 0);
    SSL_CTX_set_min_proto_version(own, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(own, h.newest_tls);
  }
  tls_->session.reset(SSL_new(own));
  const auto name = std::string{h.protocol};
  const auto wire = static_cast<char>(name.size()) + name;
  SSL_set_alpn_protos(tls_->session.get(), reinterpret_cast<const unsigned char*>(wire.data()),
                      static_cast<unsigned>(wire.size()));
  SSL_set_fd(tls_->session.get(), socket_);
  open_ = SSL_connect(tls_->session.get()) == 1;
}

web_client::~web_client() {
  if (socket_ >= 0) ::close(socket_);
}

web_client& web_client::say(const std::string& text) {
  for (std::size_t sent = 0; sent < text.size();) {
    const auto left = text.size() - sent;
    const auto n = tls_ ? SSL_write(tls_->session.get(), text.data() + sent, static_cast<int>(left))
                        : static_cast<int>(::send(socket_, text.data() + sent, left, MSG_NOSIGNAL));
    if (n <= 0) break;
    sent += static_cast<std::size_t>(n);
  }
  return *this;
}

web_client& web_client::get(const std::string& path, const std::string& headers) {
  return say("GET " + path + " HTTP/1.1\r\nHost: house\r\n" + headers + "\r\n");
}

web_client& web_client::post(const std::string& path, const std::string& body,
                             const std::string& headers) {
  return say("POST " + path + " HTTP/1.1\r\nHost: house\r\nContent-Length: " +
             std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body);
}

std::string web_client::answer(bool is_to_head) {
  const auto ends_at = [&]() -> std::optional<std::size_t> {
    const auto head = heard_.find("\r\n\r\n");
    if (head == std::string::npos) return {};
    const auto length = header(heard_.substr(0, head + 4), "Content-Length");
    return head + 4 + (length.empty() || is_to_head ? 0 : std::stoul(length));
  };
  while (!ends_at() || heard_.size() < *ends_at())
    if (!read_some()) return "";
  const auto one = heard_.substr(0, *ends_at());
  heard_.erase(0, one.size());
  return one;
}

int web_client::status() {
  const auto text = answer();
  return text.starts_with("HTTP/1.1 ") ? std::stoi(text.substr(9, 3)) : 0;
}

std::string web_client::header(const std::string& answer, const std::string& name) {
  const auto line = answer.find("\r\n" + name + ": ");
  if (line == std::string::npos || line > answer.find("\r\n\r\n")) return "";
  const auto begin = line + name.size() + 4;
  return answer.substr(begin, answer.find("\r\n", begin) - begin);
}

std::string web_client::until(const std::string& text) {
  while (heard_.find(text) == std::string::npos)
    if (!read_some()) return "";
  const auto one = heard_.substr(0, heard_.find(text) + text.size());
  heard_.erase(0, one.size());
  return one;
}

bool web_client::is_ended() {
  while (read_some()) {
  }
  return ended_ && heard_.empty();
}

void web_client::finish() { ::shutdown(socket_, SHUT_WR); }

bool web_client::read_some() {
  auto bytes = std::array<char, 16 * 1024>{};
  const auto room = static_cast<int>(bytes.size());
  const auto n =
      tls_ ? SSL_read(tls_->session.get(), bytes.data(), room)
           : static_cast<int>(::recv(socket_, bytes.data(), static_cast<std::size_t>(room), 0));
  ended_ = n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
  if (n > 0) heard_.append(bytes.data(), static_cast<std::size_t>(n));
  return n > 0;
}

}  // namespace hearth::testing
