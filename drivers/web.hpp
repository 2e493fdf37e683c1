#pragma once

#include "protocol/fault.hpp"
#include "protocol/time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// A page server as the house sees it: requests come in, checked and bounded; answers go out.
/// `ports/web_server.*` is the only place that knows HTTP and TLS.
namespace hearth {

/// One request that was read whole. What is malformed, too large or too slow never gets here.
struct web_request {
  std::uint64_t id = 0;  ///< to answer it by
  std::string method;    ///< "GET", "HEAD", "POST", "PUT", "DELETE"
  /// Decoded once, begins with '/'; has no "..", no empty part and no control character.
  std::string path;
  std::multimap<std::string, std::string> query;  ///< decoded
  std::map<std::string, std::string> headers;     ///< of those in `heard_headers`, lower case
  std::string body;
  std::string peer;  ///< the address it came from, without port
};

/// The others are not passed on.
inline constexpr const char* heard_headers[] = {
    "accept-encoding", "authorization", "content-type",   "cookie",        "host",
    "if-none-match",   "origin",        "sec-fetch-site", "x-hearth-token"};

struct web_response {
  unsigned status = 200;
  std::vector<std::pair<std::string, std::string>> headers;  ///< besides those every answer has
  std::string body;
  /// Instead of `body`: what is sent as it is, shared and not copied.
  std::shared_ptr<const std::string> content = {};
  /// Stays open as a stream of server-sent events; `body` is its beginning. The word is the
  /// stream's owner, by whom it can be ended.
  std::optional<std::string> stream = {};
};

/// How busy it is, since the start where it is a count.
struct web_traffic {
  std::uint64_t connections = 0;  ///< open now
  std::uint64_t streams = 0;      ///< open now
  std::uint64_t waiting = 0;      ///< requests without an answer yet
  std::uint64_t accepted = 0, refused = 0, requests = 0, malformed = 0, too_slow = 0, unread = 0;
};

struct web_bounds {
  std::size_t connections = 256;  ///< beyond: refused with 503
  std::size_t of_one_address = 64;
  std::size_t waiting = 64;  ///< requests under way; beyond: 503
  std::size_t streams = 32;
  std::size_t header_bytes = 8 * 1024;
  std::size_t body_bytes = 64 * 1024;
  std::size_t stream_bytes = 256 * 1024;  ///< not yet read by one client; beyond: it is hung up on
  std::chrono::milliseconds patience{10'000};  ///< for a whole request, and for reading its answer
  std::chrono::milliseconds idle{60'000};      ///< between two requests of one connection
  /// Streams are told so often that they are alive, so that routers keep them and ends are noticed;
  /// and so often it is looked whether there is another certificate.
  std::chrono::milliseconds heartbeat{15'000};
};

/// The certificate that a server shows, which may be another one each time it is asked for.
struct web_certificate {
  std::string fingerprint;  ///< SHA-256, hex
  time_point until;         ///< its end
  /// The sentence that it ends soon, has ended or is not yet valid; nothing: all is well.
  std::optional<std::string> trouble = {};
  bool is_invalid = false;  ///< by the machine's clock: it has ended, or is not yet valid
  /// Why newer files are not taken; this one goes on.
  std::optional<std::string> refused = {};
  bool operator==(const web_certificate&) const = default;
};

struct web_address {
  std::string listen;     ///< "0.0.0.0:8443", "[::1]:8480"
  std::string cert, key;  ///< files (PEM); both empty: plain HTTP
};

/// All functions may be called from any thread and never block or throw.
class web_server {
 public:
  virtual ~web_server() = default;
  /// Answers a request; an id nobody waits for (its peer has left) is ignored.
  virtual void answer(std::uint64_t id, web_response what) = 0;
  /// Adds to every open stream.
  virtual void tell(std::shared_ptr<const std::string> event) = 0;
  /// Ends the streams of this owner.
  virtual void end_streams(const std::string& owner) = 0;
  [[nodiscard]] virtual web_traffic traffic() const = 0;
  /// Where it listens indeed: the port, where 0 was asked for.
  [[nodiscard]] virtual std::string listens_at() const = 0;
  /// Nothing: it speaks plain HTTP.
  [[nodiscard]] virtual std::optional<web_certificate> certificate() const = 0;
};

/// `heard` is called on the server's thread and must only enqueue.
using web_server_maker = std::function<result<std::unique_ptr<web_server>>(
    const web_address& where, const web_bounds& bounds, std::function<void(web_request)> heard)>;

}  // namespace hearth
