#include "drivers/ports/http_port.hpp"

#include "drivers/http_sensor.hpp"
#include "drivers/neighbour.hpp"
#include "drivers/ports/sensor_token.hpp"
#include "drivers/ports/tcp_door.hpp"

#include <algorithm>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <mutex>
#include <optional>
#include <thread>

namespace hearth {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace net = boost::asio;
using net::ip::tcp;
using error = boost::system::error_code;
using steady = std::chrono::steady_clock;

constexpr auto longest_header = 8U * 1024;
/// How long a refused poster may still send what nobody reads, so that it gets to see its answer.
constexpr auto lingering = std::chrono::seconds{1};

struct account {
  http_sensor_account sensor;
  steady::time_point second_began;
  std::size_t posts = 0;  ///< in that second
};

struct listening {
  std::vector<std::string> topics;
  std::function<void(bus_message)> heard;
};

/// What all sessions share; only the listeners are also touched from outside their thread.
struct reception {
  std::vector<account> accounts;
  http_bounds bounds;
  std::size_t open = 0;
  neighbour_count open_of;
  std::mutex lock;
  std::vector<listening> listeners;

  /// False if nobody listens yet.
  bool pass_on(const std::string& topic, const std::string& body) {
    const auto held = std::lock_guard{lock};
    auto heard = false;
    for (const auto& listener : listeners)
      if (std::ranges::find(listener.topics, topic) != listener.topics.end()) {
        listener.heard({topic, body});
        heard = true;
      }
    return heard;
  }
};

struct answer {
  http::status status;
  std::string reason;  ///< for whoever set the module up
};

/// The token of "Authorization: Bearer TOKEN", said once.
std::optional<std::string_view> token_of(const http::fields& header) {
  if (header.count(http::field::authorization) != 1) return {};
  const auto said = header[http::field::authorization];
  constexpr std::string_view scheme = "Bearer ";
  if (said.size() <= scheme.size() || !beast::iequals(said.substr(0, scheme.size()), scheme.data()))
    return {};
  return std::string_view{said.data() + scheme.size(), said.size() - scheme.size()};
}

bool is_json(beast::string_view type) {
  const auto kind = type.substr(0, type.find(';'));
  return beast::iequals(kind.substr(0, kind.find(' ')), "application/json");
}

/// One connection, from its first byte to its last.
class session : public std::enable_shared_from_this<session> {
 public:
  session(tcp::socket socket, std::string peer, reception& desk)
      : stream_{std::move(socket)}, peer_{std::move(peer)}, desk_{desk} {
    desk_.open_of.add(peer_);
    ++desk_.open;
  }
  session(const session&) = delete;
  session& operator=(const session&) = delete;
  ~session() {
    --desk_.open;
    desk_.open_of.remove(peer_);
  }

  void read() {
    request_.emplace();
    request_->header_limit(longest_header);
    request_->body_limit(longest_post);
    stream_.expires_after(desk_.bounds.patience);
    http::async_read_header(
        stream_, buffer_, *request_,
        [self = shared_from_this()](error failure, std::size_t) { self->has_header(failure); });
  }

 private:
  void has_header(error failure) {
    if (failure) return not_read(failure);
    sensor_ = nullptr;
    if (const auto refused = refusal()) return reply(*refused, false);
    http::async_read(
        stream_, buffer_, *request_,
        [self = shared_from_this()](error missing, std::size_t) { self->has_body(missing); });
  }

  void has_body(error failure) {
    if (failure) return not_read(failure);
    reply(take(request_->get().body()), request_->get().keep_alive());
  }

  /// Bytes that are no HTTP get an answer; who went away or was too slow does not.
  void not_read(error failure) {
    if (failure == http::error::body_limit) return reply(too_large(), false);
    if (failure == http::error::header_limit)
      return reply({http::status::request_header_fields_too_large, "too long a header"}, false);
    if (failure == http::error::end_of_stream || failure == http::error::partial_message) return;
    if (failure.category() == http::make_error_code(http::error::bad_method).category())
      reply({http::status::bad_request, "this is no HTTP: " + failure.message()}, false);
  }

  static answer too_large() {
    return {http::status::payload_too_large,
            "a post has " + std::to_string(longest_post) + " bytes at most"};
  }

  /// What its header alone already forbids; nothing if the body may come.
  std::optional<answer> refusal() {
    const auto& header = request_->get();
    const auto path = std::string_view{header.target().data(), header.target().size()};
    const auto named = std::ranges::find(
        desk_.accounts, path, [](const account& a) -> std::string_view { return a.sensor.topic; });
    if (named == desk_.accounts.end())
      return answer{http::status::not_found, "the layout has no such sensor on this bus"};
    if (header.method() != http::verb::post)
      return answer{http::status::method_not_allowed, "sensors post"};
    const auto token = token_of(header);
    if (!token || !is_token_of(named->sensor.token_sha256, *token))
      return answer{http::status::unauthorized, "not the token of this sensor"};
    const auto length = request_->content_length();
    if (request_->chunked() || !length)
      return answer{http::status::length_required, "say the Content-Length"};
    if (*length > longest_post) return too_large();
    if (!is_json(header[http::field::content_type]))
      return answer{http::status::unsupported_media_type, "the body is application/json"};
    sensor_ = &*named;
    return {};
  }

  answer take(const std::string& body) {
    const auto now = steady::now();
    if (now - sensor_->second_began >= std::chrono::seconds{1}) {
      sensor_->second_began = now;
      sensor_->posts = 0;
    }
    if (++sensor_->posts > desk_.bounds.posts_per_second)
      return {http::status::too_many_requests, "this sensor posts too often"};
    // Also what is wrong goes on: its channels are to show the fault.
    if (!desk_.pass_on(sensor_->sensor.topic, body))
      return {http::status::service_unavailable, "nobody listens yet"};
    const auto objection = objection_to(read_post(body));
    if (objection.empty()) return {http::status::no_content, {}};
    return {http::status::bad_request, objection};
  }

  void reply(const answer& what, bool keep_alive) {
    reply_ = {what.status, 11};
    reply_.set(http::field::cache_control, "no-store");
    if (what.status == http::status::unauthorized)
      reply_.set(http::field::www_authenticate, "Bearer");
    if (what.status == http::status::method_not_allowed) reply_.set(http::field::allow, "POST");
    if (what.status == http::status::too_many_requests ||
        what.status == http::status::service_unavailable)
      reply_.set(http::field::retry_after, "1");
    if (!what.reason.empty()) {
      reply_.set(http::field::content_type, "text/plain; charset=utf-8");
      reply_.body() = what.reason + "\n";
    }
    reply_.keep_alive(keep_alive);
    reply_.prepare_payload();
    stream_.expires_after(desk_.bounds.patience);
    http::async_write(stream_, reply_,
                      [self = shared_from_this(), keep_alive](error failure, std::size_t) {
                        if (failure) return;
                        if (keep_alive) return self->read();
                        self->hang_up();
                      });
  }

  /// Closing with bytes unread would take the answer from who still sends.
  void hang_up() {
    auto ignored = error{};
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    stream_.expires_after(lingering);
    drain();
  }
  void drain() {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(longest_post),
                            [self = shared_from_this()](error failure, std::size_t) {
                              if (!failure) self->drain();
                            });
  }

  beast::tcp_stream stream_;
  std::string peer_;
  reception& desk_;
  beast::flat_buffer buffer_{longest_header + longest_post};
  std::optional<http::request_parser<http::string_body>> request_;
  http::response<http::string_body> reply_;
  account* sensor_ = nullptr;
};

class http_port final : public port {
 public:
  http_port(std::string listen, std::vector<http_sensor_account> sensors, http_bounds bounds)
      : listen_{std::move(listen)} {
    desk_.bounds = bounds;
    for (auto& sensor : sensors) desk_.accounts.push_back({std::move(sensor), {}, 0});
  }
  http_port(const http_port&) = delete;
  http_port& operator=(const http_port&) = delete;
  ~http_port() override {
    io_.stop();
    if (thread_.joinable()) thread_.join();
  }

  result<bus_answer> transact(const bus_request& request, time_point) override {
    if (!std::holds_alternative<bus_presence>(request))
      return failed(fault_code::unsupported, "over HTTP nobody is asked: sensors post");
    if (const auto open = opened(); !open) return tl::make_unexpected(open.error());
    return done{};
  }

  void listen(std::vector<std::string> topics, std::function<void(bus_message)> heard) override {
    const auto held = std::lock_guard{desk_.lock};
    desk_.listeners.push_back({std::move(topics), std::move(heard)});
  }

 private:
  result<void> opened() {
    if (thread_.joinable()) return {};
    const auto at = endpoint_from(listen_);
    if (!at || at->port() == 0)
      return failed(fault_code::no_such_device,
                    "'listen: " + listen_ + "' is no address with a port, as 192.168.1.20:8480 is");
    try {
      auto made = std::make_unique<tcp_door>(
          io_,
          [this](tcp::socket socket, const std::string& peer) { admit(std::move(socket), peer); });
      if (const auto open = made->open(*at); !open) return tl::make_unexpected(open.error());
      door_ = std::move(made);
      thread_ = std::thread{[this] { run_until_stopped(io_); }};
    } catch (const std::exception& e) {
      door_.reset();
      return failed(fault_code::io, std::string{"cannot start a thread: "} + e.what());
    }
    return {};
  }

  void admit(tcp::socket socket, const std::string& peer) {
    if (desk_.open >= desk_.bounds.connections ||
        desk_.open_of.of(peer) >= desk_.bounds.of_one_address)
      return say_busy(socket);
    std::make_shared<session>(std::move(socket), peer, desk_)->read();
  }

  std::string listen_;
  reception desk_;         // before what refers to it
  net::io_context io_{1};  // its end ends the sessions
  std::unique_ptr<tcp_door> door_;
  std::thread thread_;
};

}  // namespace

result<std::unique_ptr<port>> make_http_port(const layout& house, bus_id bus) {
  return make_http_port(text_option(house[bus].options, "listen"), http_accounts(house, bus), {});
}

std::unique_ptr<port> make_http_port(std::string listen, std::vector<http_sensor_account> accounts,
                                     http_bounds bounds) {
  return std::make_unique<http_port>(std::move(listen), std::move(accounts), bounds);
}

}  // namespace hearth
