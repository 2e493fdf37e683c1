#pragma once

#include "drivers/web.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace hearth {

/// Why a request is not taken, which ends its connection: nobody knows where the next would begin.
struct web_refusal {
  unsigned status = 400;
  std::string reason;  ///< one sentence for whoever wrote the client
};

/// A request with what its connection has to know.
struct heard_request {
  web_request request;  ///< without id and peer
  bool keep_alive = true;
};

struct needs_more {};
/// The client waits for "100 Continue" before it sends the body.
struct wants_go_ahead {};
using web_step = std::variant<needs_more, wants_go_ahead, heard_request, web_refusal>;

/// Makes requests of the bytes of one connection, in whatever pieces they come. It keeps no more
/// than one header, one body and what was added last, and it takes only what can be read in one
/// way: what a proxy might read differently (two lengths, folded lines, bare line ends, chunks) is
/// refused.
class web_reader {
 public:
  explicit web_reader(const web_bounds& bounds) : bounds_{bounds} {}

  void add(std::string_view bytes) { unread_.append(bytes); }
  /// To be called until it needs more.
  web_step next();
  /// Whether nothing of a further request is there yet.
  [[nodiscard]] bool is_between_requests() const { return !head_ && unread_.empty(); }

 private:
  struct head {
    heard_request heard;
    std::size_t body_bytes = 0;
    bool expects_go_ahead = false;
  };
  [[nodiscard]] std::variant<head, web_refusal> head_from(std::string_view text) const;

  web_bounds bounds_;
  std::string unread_;
  std::optional<head> head_;
};

}  // namespace hearth
