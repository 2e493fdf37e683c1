#pragma once

#include "drivers/neighbour.hpp"
#include "drivers/ports/web_keys.hpp"
#include "drivers/ports/web_reader.hpp"
#include "drivers/ports/web_wire.hpp"

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <set>
#include <unordered_map>

namespace hearth {

class web_session;

/// The counts of `web_traffic`, read from any thread.
struct web_counters {
  std::atomic<std::uint64_t> connections, streams, waiting, accepted, refused, requests, malformed,
      too_slow, unread;
};

/// What all connections of one server share. Only its thread touches it, but for the counters.
struct web_reception {
  explicit web_reception(const web_bounds& b, std::function<void(web_request)> h,
                         std::unique_ptr<web_key_files> k)
      : bounds{b}, heard{std::move(h)}, keys{std::move(k)} {}

  web_bounds bounds;
  std::function<void(web_request)> heard;
  std::unique_ptr<web_key_files> keys;  ///< none: plain HTTP
  web_counters count{};
  std::uint64_t last_id = 0;
  std::size_t handshakes = 0;
  neighbour_count handshakes_of, open_of;
  /// Requests without an answer; they keep their connection.
  std::unordered_map<std::uint64_t, std::shared_ptr<web_session>> waiting;
  std::set<web_session*> streams;
};

/// One connection, from its first byte to its last: read, pass on, wait, answer, again; or a stream
/// until either side ends it. Each stage has its time, after which the connection is closed.
class web_session : public std::enable_shared_from_this<web_session> {
 public:
  web_session(boost::asio::ip::tcp::socket socket, std::string peer, web_reception& desk);
  web_session(const web_session&) = delete;
  web_session& operator=(const web_session&) = delete;
  ~web_session();

  void begin();
  /// The answer to the request it waits for.
  void answered(web_response what);
  /// Adds to its stream; a reader with too much unread is hung up on.
  void tell(const std::shared_ptr<const std::string>& event);
  /// Ends its stream after what was told, with the event `bye`.
  void say_bye();
  [[nodiscard]] const std::string& stream_owner() const { return owner_; }

 private:
  using error = boost::system::error_code;
  void secure();
  void end_handshake();
  void next_request();
  void step();
  void read_more();
  void pass_on(heard_request heard);
  void redirect(const web_request& request);
  void reply(web_response what);
  void write_head();
  void write_body();
  void become_stream();
  void pump();
  void watch_reader();
  void leave_streams();
  void hang_up();
  void drain(std::size_t left);
  void allow(std::chrono::milliseconds time, void (web_session::*then)());
  void is_too_slow();
  void is_unanswered();
  void close();

  std::unique_ptr<web_wire> wire_;
  std::string peer_;
  web_reception& desk_;
  boost::asio::steady_timer timer_;
  std::uint64_t stage_ = 0;  ///< so that a timer that has just fired ends no later stage
  web_reader reader_;
  std::vector<char> room_;
  bool has_begun_ = false, first_ = true, is_handshaking_ = false, is_secured_ = false;
  bool keep_alive_ = true, is_head_ = false, is_streaming_ = false, is_ending_ = false;
  std::optional<std::uint64_t> waiting_for_;
  web_response answer_;
  std::string head_;
  std::size_t written_ = 0;  ///< of the body
  std::string owner_;
  std::deque<std::shared_ptr<const std::string>> unread_;
  std::size_t unread_bytes_ = 0, writing_ = 0;  ///< `writing_` of them are on their way
};

}  // namespace hearth
