#include "drivers/ports/web_server.hpp"

#include "drivers/ports/web_session.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <charconv>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <thread>

namespace hearth {
namespace {

namespace net = boost::asio;
using net::ip::tcp;
using error = boost::system::error_code;
using namespace std::chrono_literals;

/// After the operating system would not give a connection: it has no more of something.
constexpr auto accept_pause = 500ms;
/// What the system holds for one slow reader besides `web_bounds::stream_bytes`.
constexpr int socket_bytes = 64 * 1024;

/// "0.0.0.0:8443", "[::1]:0".
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

std::string text_of(const tcp::endpoint& at) {
  const auto host = at.address().to_string();
  return (at.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(at.port());
}

/// An IPv4 peer of an IPv6 socket is the same peer.
net::ip::address plain_address(const net::ip::address& from) {
  if (from.is_v6() && from.to_v6().is_v4_mapped())
    return net::ip::make_address_v4(net::ip::v4_mapped, from.to_v6());
  return from;
}

fault_code code_of(const error& failure) {
  if (failure == net::error::access_denied) return fault_code::permission;
  if (failure == boost::system::errc::address_not_available) return fault_code::no_such_device;
  return fault_code::io;
}

class beast_server final : public web_server {
 public:
  beast_server(const web_bounds& bounds, std::function<void(web_request)> heard,
               std::shared_ptr<web_keys> keys)
      : desk_{bounds, std::move(heard), std::move(keys)} {}
  beast_server(const beast_server&) = delete;
  beast_server& operator=(const beast_server&) = delete;
  ~beast_server() override {
    io_.stop();
    if (thread_.joinable()) thread_.join();
    desk_.waiting.clear();  // these hold sockets of `io_`
  }

  result<void> open(const std::string& listen) {
    const auto at = endpoint_from(listen);
    if (!at)
      return failed(fault_code::malformed,
                    "'" + listen + "' is no address with a port, as 0.0.0.0:8443 is");
    auto failure = error{};
    door_.open(at->protocol(), failure);
    if (!failure) door_.set_option(net::socket_base::reuse_address{true}, failure);
    if (!failure && at->address().is_v6() && at->address().is_unspecified())
      door_.set_option(net::ip::v6_only{false}, failure);
    if (!failure) door_.bind(*at, failure);
    if (!failure) door_.listen(net::socket_base::max_listen_connections, failure);
    if (!failure) listens_at_ = text_of(door_.local_endpoint(failure));
    if (failure)
      return failed(code_of(failure), "cannot listen at " + listen + ": " + failure.message());
    accept();
    beat();
    try {
      thread_ = std::thread{[this] { run(); }};
    } catch (const std::exception& e) {
      return failed(fault_code::io, std::string{"cannot start a thread: "} + e.what());
    }
    return {};
  }

  void answer(std::uint64_t id, web_response what) override {
    post([this, id, what = std::move(what)]() mutable {
      const auto found = desk_.waiting.extract(id);
      if (found.empty()) return;
      --desk_.count.waiting;
      found.mapped()->answered(std::move(what));
    });
  }
  void tell(std::shared_ptr<const std::string> event) override {
    post([this, event = std::move(event)] { tell_all(event); });
  }
  void end_streams(const std::string& owner) override {
    post([this, owner] {
      for (const auto& stream : streams())
        if (stream->stream_owner() == owner) stream->say_bye();
    });
  }

  [[nodiscard]] web_traffic traffic() const override {
    const auto& c = desk_.count;
    return {c.connections, c.streams,   c.waiting,  c.accepted, c.refused,
            c.requests,    c.malformed, c.too_slow, c.unread};
  }
  [[nodiscard]] std::string listens_at() const override { return listens_at_; }

 private:
  template <class Work>
  void post(Work work) {
    try {
      net::post(io_, std::move(work));
    } catch (const std::exception&) {  // no memory: as if the peer had left
    }
  }

  void run() noexcept {
    while (!io_.stopped()) try {
        io_.run();
      } catch (const std::exception&) {  // no memory: that connection is gone, the others stay
      }
  }

  /// They stay while they are told something, which may end them.
  [[nodiscard]] std::vector<std::shared_ptr<web_session>> streams() const {
    auto all = std::vector<std::shared_ptr<web_session>>{};
    for (auto* const stream : desk_.streams)
      if (auto alive = stream->weak_from_this().lock()) all.push_back(std::move(alive));
    return all;
  }
  void tell_all(const std::shared_ptr<const std::string>& event) {
    for (const auto& stream : streams()) stream->tell(event);
  }

  void beat() {
    heart_.expires_after(desk_.bounds.heartbeat);
    heart_.async_wait([this](error stopped) {
      if (stopped) return;
      static const auto comment = std::make_shared<const std::string>(": here\n\n");
      tell_all(comment);
      beat();
    });
  }

  void accept() {
    door_.async_accept([this](error failure, tcp::socket socket) {
      if (failure == net::error::operation_aborted) return;
      if (failure) {
        pause_.expires_after(accept_pause);
        pause_.async_wait([this](error stopped) {
          if (!stopped) accept();
        });
        return;
      }
      accept();
      admit(std::move(socket));
    });
  }

  void admit(tcp::socket socket) {
    auto failure = error{};
    const auto peer = socket.remote_endpoint(failure);
    if (failure) return;
    ++desk_.count.accepted;
    const auto from = plain_address(peer.address());
    const auto same = desk_.open_of.find(from);
    if (desk_.count.connections >= desk_.bounds.connections ||
        (same != desk_.open_of.end() && same->second >= desk_.bounds.of_one_address))
      return refuse(socket);
    socket.set_option(tcp::no_delay{true}, failure);
    socket.set_option(net::socket_base::send_buffer_size{socket_bytes}, failure);
    // A phone out of range acknowledges nothing.
    const auto unheard = static_cast<unsigned>(desk_.bounds.idle.count());
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &unheard, sizeof unheard);
    std::make_shared<web_session>(std::move(socket), from, desk_)->begin();
  }

  void refuse(tcp::socket& socket) {
    static constexpr std::string_view busy =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
        "Connection: close\r\n\r\n";
    ++desk_.count.refused;
    if (desk_.keys) return;  // it would wait for a handshake
    auto ignored = error{};
    socket.non_blocking(true, ignored);
    socket.write_some(net::buffer(busy.data(), busy.size()), ignored);
  }

  web_reception desk_;     // before what refers to it
  net::io_context io_{1};  // its end ends the connections
  tcp::acceptor door_{io_};
  net::steady_timer pause_{io_}, heart_{io_};
  std::string listens_at_;
  std::thread thread_;
};

}  // namespace

result<std::unique_ptr<web_server>> make_web_server(const web_address& where,
                                                    const web_bounds& bounds,
                                                    std::function<void(web_request)> heard) {
  auto keys = std::shared_ptr<web_keys>{};
  if (!where.cert.empty() || !where.key.empty()) {
    auto read = web_keys_from(where);
    if (!read) return tl::make_unexpected(read.error());
    keys = std::move(*read);
  }
  auto made = std::make_unique<beast_server>(bounds, std::move(heard), std::move(keys));
  if (const auto open = made->open(where.listen); !open) return tl::make_unexpected(open.error());
  return made;
}

}  // namespace hearth
