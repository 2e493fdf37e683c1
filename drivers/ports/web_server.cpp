#include "drivers/ports/web_server.hpp"

#include "drivers/ports/tcp_door.hpp"
#include "drivers/ports/web_session.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <thread>

namespace hearth {
namespace {

namespace net = boost::asio;
using net::ip::tcp;
using error = boost::system::error_code;
using namespace std::chrono_literals;

/// What the system holds for one slow reader besides `web_bounds::stream_bytes`.
constexpr int socket_bytes = 64 * 1024;

class beast_server final : public web_server {
 public:
  beast_server(const web_bounds& bounds, std::function<void(web_request)> heard,
               std::unique_ptr<web_key_files> keys)
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
    if (const auto open = door_.open(*at); !open) return tl::make_unexpected(open.error());
    beat();
    try {
      thread_ = std::thread{[this] { run_until_stopped(io_); }};
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
  [[nodiscard]] std::string listens_at() const override { return door_.listens_at(); }
  [[nodiscard]] std::optional<web_certificate> certificate() const override {
    if (!desk_.keys) return {};
    return desk_.keys->state();
  }

 private:
  template <class Work>
  void post(Work work) {
    try {
      net::post(io_, std::move(work));
    } catch (const std::exception&) {  // no memory: as if the peer had left
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
      beat();
      static const auto comment = std::make_shared<const std::string>(": here\n\n");
      tell_all(comment);
      if (desk_.keys) desk_.keys->look();
    });
  }

  void admit(tcp::socket socket, std::string peer) {
    ++desk_.count.accepted;
    if (desk_.count.connections >= desk_.bounds.connections ||
        desk_.open_of.of(peer) >= desk_.bounds.of_one_address) {
      ++desk_.count.refused;
      if (!desk_.keys) say_busy(socket);  // with TLS it would wait for a handshake
      return;
    }
    auto ignored = error{};
    socket.set_option(tcp::no_delay{true}, ignored);
    socket.set_option(net::socket_base::send_buffer_size{socket_bytes}, ignored);
    // A phone out of range acknowledges nothing.
    const auto unheard = static_cast<unsigned>(desk_.bounds.idle.count());
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &unheard, sizeof unheard);
    std::make_shared<web_session>(std::move(socket), std::move(peer), desk_)->begin();
  }

  web_reception desk_;     // before what refers to it
  net::io_context io_{1};  // its end ends the connections
  tcp_door door_{io_, [this](tcp::socket socket, std::string peer) {
                   admit(std::move(socket), std::move(peer));
                 }};
  net::steady_timer heart_{io_};
  std::thread thread_;
};

}  // namespace

result<std::unique_ptr<web_server>> make_web_server(const web_address& where,
                                                    const web_bounds& bounds,
                                                    std::function<void(web_request)> heard) {
  auto keys = std::unique_ptr<web_key_files>{};
  if (!where.cert.empty() || !where.key.empty()) {
    auto opened = web_key_files::open(where);
    if (!opened) return tl::make_unexpected(opened.error());
    keys = std::move(*opened);
  }
  auto made = std::make_unique<beast_server>(bounds, std::move(heard), std::move(keys));
  if (const auto open = made->open(where.listen); !open) return tl::make_unexpected(open.error());
  return made;
}

}  // namespace hearth
