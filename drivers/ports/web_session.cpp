#include "drivers/ports/web_session.hpp"

#include "drivers/web_answer.hpp"

namespace hearth {

namespace net = boost::asio;
using net::ip::tcp;

namespace {

using namespace std::chrono_literals;

/// Read at once: a page's request fits in one.
constexpr std::size_t read_bytes = 4 * 1024;
/// Written within one `patience`: so slow a reader still gets a long export, in time.
constexpr std::size_t write_bytes = 64 * 1024;
/// Handshakes under way: each costs a Pi some milliseconds. Of one address fewer, so that who never
/// ends them keeps nobody else out; a browser has six. Beyond: closed, browsers try again.
constexpr std::size_t handshakes = 32;
constexpr std::size_t handshakes_of_one_address = 8;
/// Whoever answers requests is told to be gone after so many patiences.
constexpr int answer_patiences = 3;
/// How long, and how much, a refused client may still send what nobody reads, so that it gets to
/// see its answer.
constexpr auto lingering = 1s;
constexpr std::size_t lingering_bytes = 256 * 1024;
/// Events written together.
constexpr std::size_t events_together = 16;
/// The first byte of every TLS connection; that of no request.
constexpr char tls_handshake = 0x16;

}  // namespace

web_session::web_session(tcp::socket socket, std::string peer, web_reception& desk)
    : wire_{plain_wire(std::move(socket))},
      peer_{std::move(peer)},
      desk_{desk},
      timer_{wire_->socket().get_executor()},
      reader_{desk.bounds} {
  desk_.open_of.add(peer_);
  ++desk_.count.connections;
}

web_session::~web_session() {
  leave_streams();
  end_handshake();
  --desk_.count.connections;
  desk_.open_of.remove(peer_);
}

void web_session::begin() {
  if (!desk_.keys) return next_request();
  // Who speaks plain HTTP to a TLS port is told where to go instead of nothing.
  allow(desk_.bounds.patience, &web_session::is_too_slow);
  room_.resize(1);
  wire_->socket().async_receive(net::buffer(room_), tcp::socket::message_peek,
                                [self = shared_from_this()](error failure, std::size_t count) {
                                  if (failure || count == 0) return self->close();
                                  if (self->room_.front() == tls_handshake) return self->secure();
                                  self->next_request();
                                });
}

void web_session::secure() {
  if (desk_.handshakes >= handshakes ||
      desk_.handshakes_of.of(peer_) >= handshakes_of_one_address) {
    ++desk_.count.refused;
    return close();
  }
  desk_.handshakes_of.add(peer_);
  ++desk_.handshakes;
  is_handshaking_ = true;
  auto socket = std::move(wire_->socket());
  wire_ = tls_wire(std::move(socket), desk_.keys->in_use());
  wire_->open([self = shared_from_this()](bool well) {
    self->end_handshake();
    if (!well) {
      ++self->desk_.count.malformed;
      return self->close();
    }
    self->is_secured_ = true;
    self->next_request();
  });
}

void web_session::end_handshake() {
  if (!std::exchange(is_handshaking_, false)) return;
  --desk_.handshakes;
  desk_.handshakes_of.remove(peer_);
}

void web_session::next_request() {
  // A connection that has not asked anything yet is not idle but slow.
  has_begun_ = first_ || !reader_.is_between_requests();
  allow(has_begun_ ? desk_.bounds.patience : desk_.bounds.idle,
        has_begun_ ? &web_session::is_too_slow : &web_session::close);
  first_ = false;
  step();
}

void web_session::step() {
  auto next = reader_.next();
  if (std::holds_alternative<needs_more>(next)) return read_more();
  if (std::holds_alternative<wants_go_ahead>(next)) {
    static constexpr std::string_view go_ahead = "HTTP/1.1 100 Continue\r\n\r\n";
    return wire_->write({net::buffer(go_ahead.data(), go_ahead.size())},
                        [self = shared_from_this()](error failure, std::size_t) {
                          if (failure) return self->close();
                          self->step();
                        });
  }
  if (auto* const no = std::get_if<web_refusal>(&next)) {
    ++desk_.count.malformed;
    keep_alive_ = is_head_ = false;
    return reply(plain_answer(no->status, no->reason));
  }
  pass_on(std::move(std::get<heard_request>(next)));
}

void web_session::read_more() {
  room_.resize(read_bytes);
  wire_->read(net::buffer(room_), [self = shared_from_this()](error failure, std::size_t count) {
    if (failure) return self->close();
    if (!self->has_begun_) {
      self->has_begun_ = true;
      self->allow(self->desk_.bounds.patience, &web_session::is_too_slow);
    }
    self->reader_.add({self->room_.data(), count});
    self->step();
  });
}

void web_session::pass_on(heard_request heard) {
  auto& request = heard.request;
  is_head_ = request.method == "HEAD";
  keep_alive_ = heard.keep_alive;
  if (desk_.keys && !is_secured_) return redirect(request);
  if (desk_.waiting.size() >= desk_.bounds.waiting) {
    ++desk_.count.refused;
    return reply(plain_answer(503, "too much is asked at the moment"));
  }
  ++desk_.count.requests;
  ++desk_.count.waiting;
  request.id = *(waiting_for_ = ++desk_.last_id);
  request.peer = peer_;
  desk_.waiting.emplace(request.id, shared_from_this());
  room_.clear();
  room_.shrink_to_fit();
  allow(answer_patiences * desk_.bounds.patience, &web_session::is_unanswered);
  desk_.heard(std::move(request));
}

/// Only the place: what was asked in clear is not repeated.
void web_session::redirect(const web_request& request) {
  keep_alive_ = false;
  const auto host = request.headers.find("host");
  if (host == request.headers.end() || (request.method != "GET" && !is_head_))
    return reply(plain_answer(400, "this port speaks https"));
  auto there = plain_answer(308, "this port speaks https");
  there.headers.emplace_back("Location", "https://" + host->second + "/");
  reply(std::move(there));
}

void web_session::answered(web_response what) {
  waiting_for_.reset();
  if (!what.stream || is_head_) return reply(std::move(what));
  if (desk_.streams.size() >= desk_.bounds.streams) {
    ++desk_.count.refused;
    return reply(plain_answer(503, "too many pages are open at the moment"));
  }
  answer_ = std::move(what);
  become_stream();
}

void web_session::reply(web_response what) {
  answer_ = std::move(what);
  if (answer_.stream) keep_alive_ = false;
  head_ = answer_head(answer_, {is_secured_, keep_alive_});
  written_ = 0;
  write_head();
}

/// A short body goes with the head, in one packet.
void web_session::write_head() {
  const auto body = is_head_ ? std::string_view{} : answer_body(answer_);
  written_ = std::min(body.size(), write_bytes);
  if (is_secured_ && written_ <= read_bytes) {  // and in one record
    head_ += body.substr(0, written_);
    allow(desk_.bounds.patience, &web_session::is_too_slow);
    return wire_->write({net::buffer(head_)},
                        [self = shared_from_this()](error failure, std::size_t) {
                          failure ? self->close() : self->write_body();
                        });
  }
  allow(desk_.bounds.patience, &web_session::is_too_slow);
  wire_->write({net::buffer(head_), net::buffer(body.data(), written_)},
               [self = shared_from_this()](error failure, std::size_t) {
                 failure ? self->close() : self->write_body();
               });
}

void web_session::write_body() {
  const auto body = is_head_ ? std::string_view{} : answer_body(answer_);
  if (written_ >= body.size()) {
    answer_ = {};
    head_ = {};
    return keep_alive_ ? next_request() : hang_up();
  }
  const auto part = body.substr(written_, write_bytes);
  written_ += part.size();
  allow(desk_.bounds.patience, &web_session::is_too_slow);
  wire_->write({net::buffer(part.data(), part.size())},
               [self = shared_from_this()](error failure, std::size_t) {
                 failure ? self->close() : self->write_body();
               });
}

// ---- streams

void web_session::become_stream() {
  owner_ = *answer_.stream;
  auto begin = answer_head(answer_, {is_secured_, false});
  begin += answer_.body;
  answer_ = {};
  is_streaming_ = true;
  desk_.streams.insert(this);
  ++desk_.count.streams;
  tell(std::make_shared<const std::string>(std::move(begin)));
  watch_reader();
}

void web_session::tell(const std::shared_ptr<const std::string>& event) {
  if (!is_streaming_ || is_ending_ || !event || event->empty()) return;
  // What it begins with goes out whatever its size.
  if (unread_bytes_ != 0 && unread_bytes_ + event->size() > desk_.bounds.stream_bytes) {
    ++desk_.count.unread;
    return close();
  }
  unread_.push_back(event);
  unread_bytes_ += event->size();
  pump();
}

void web_session::pump() {
  if (writing_ != 0) return;
  if (unread_.empty()) {
    if (is_ending_) return close();
    return allow({}, nullptr);
  }
  auto parts = std::vector<net::const_buffer>{};
  for (const auto& event : unread_) {
    if (parts.size() == events_together) break;
    parts.push_back(net::buffer(*event));
  }
  writing_ = parts.size();
  // A phone that has left without a word is gone when nothing more fits into its window.
  allow(desk_.bounds.idle, &web_session::is_too_slow);
  wire_->write(std::move(parts), [self = shared_from_this()](error failure, std::size_t) {
    if (failure) return self->close();
    for (; self->writing_ != 0; --self->writing_) {
      self->unread_bytes_ -= self->unread_.front()->size();
      self->unread_.pop_front();
    }
    self->pump();
  });
}

void web_session::say_bye() {
  static const auto bye = std::make_shared<const std::string>("event: bye\ndata: {}\n\n");
  if (!is_streaming_ || is_ending_) return;
  tell(bye);
  is_ending_ = true;
  leave_streams();
}

/// Nothing more comes from a page that listens but its end.
void web_session::watch_reader() {
  room_.resize(1);
  wire_->read(net::buffer(room_), [self = shared_from_this()](error, std::size_t) {
    if (!self->is_ending_) self->close();
  });
}

void web_session::leave_streams() {
  if (desk_.streams.erase(this) != 0) --desk_.count.streams;
}

// ---- ends

/// Closing with bytes unread would take the answer from who still sends.
void web_session::hang_up() {
  allow(lingering, &web_session::close);
  wire_->finish([self = shared_from_this()] {
    self->room_.resize(read_bytes);
    self->drain(lingering_bytes);
  });
}

void web_session::drain(std::size_t left) {
  wire_->socket().async_read_some(
      net::buffer(room_), [self = shared_from_this(), left](error failure, std::size_t count) {
        if (failure || count >= left) return self->close();
        self->drain(left - count);
      });
}

/// Gives the stage that begins now its time; none, where there is no time.
void web_session::allow(std::chrono::milliseconds time, void (web_session::*then)()) {
  const auto stage = ++stage_;
  timer_.cancel();
  if (!then) return;
  timer_.expires_after(time);
  timer_.async_wait([weak = weak_from_this(), stage, then](error stopped) {
    const auto self = weak.lock();
    if (!stopped && self && self->stage_ == stage) (self.get()->*then)();
  });
}

void web_session::is_too_slow() {
  ++desk_.count.too_slow;
  close();
}

/// Whoever should have answered did not.
void web_session::is_unanswered() {
  if (!waiting_for_) return;
  const auto self = shared_from_this();
  if (desk_.waiting.erase(*std::exchange(waiting_for_, {})) != 0) --desk_.count.waiting;
  keep_alive_ = false;
  reply(plain_answer(503, "the house does not answer its page"));
}

void web_session::close() {
  ++stage_;
  timer_.cancel();
  leave_streams();
  is_streaming_ = false;
  wire_->close();
}

}  // namespace hearth
