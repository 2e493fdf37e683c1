#include "drivers/ports/web_reader.hpp"

#include "drivers/web_target.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

namespace hearth {
namespace {

namespace http = boost::beast::http;
using boost::beast::iequals;
using request_head = http::request<http::empty_body>;

constexpr std::string_view end_of_head = "\r\n\r\n";
/// Longer than any method; until then a client that speaks something else may hide it.
constexpr std::size_t longest_method = 16;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

/// Whether the bytes so far can be the beginning of a request, so that what is none is told at
/// once.
bool may_be_http(std::string_view text) {
  const auto method = text.substr(0, text.find(' '));
  return method.size() <= longest_method &&
         std::ranges::all_of(method, [](char c) { return (c >= 'A' && c <= 'Z') || c == '-'; });
}

/// A line end is "\r\n", and no line continues the one before.
bool has_clean_lines(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')) return false;
    if (text[i] != '\n') continue;
    if (i == 0 || text[i - 1] != '\r') return false;
    if (i + 1 < text.size() && (text[i + 1] == ' ' || text[i + 1] == '\t')) return false;
  }
  return true;
}

web_refusal refused(unsigned status, std::string reason) { return {status, std::move(reason)}; }

/// A method this house answers; what else there is in the world gets 405, what is none 501.
std::optional<web_refusal> refused_method(http::verb method) {
  constexpr http::verb answered[] = {http::verb::get, http::verb::head, http::verb::post,
                                     http::verb::put, http::verb::delete_};
  if (std::ranges::find(answered, method) != std::end(answered)) return {};
  if (method == http::verb::unknown) return refused(501, "there is no such method");
  return refused(405, "this house answers GET, HEAD, POST, PUT and DELETE");
}

/// Nothing where the lengths are said in one way; else why not.
std::optional<web_refusal> refused_length(const request_head& head, std::size_t longest) {
  const auto method = head.method();
  const auto has_body = method == http::verb::post || method == http::verb::put;
  const auto lengths = head.count(http::field::content_length);
  if (head.count(http::field::transfer_encoding) != 0)
    return lengths != 0 ? refused(400, "both Content-Length and Transfer-Encoding")
                        : refused(411, "say the Content-Length; chunks are not read");
  if (lengths > 1) return refused(400, "more than one Content-Length");
  if (lengths == 0)
    return has_body ? std::optional{refused(411, "say the Content-Length")} : std::nullopt;
  const auto length = content_length_from(view(head[http::field::content_length]));
  if (!length) return refused(400, "the Content-Length is no number");
  if ((method == http::verb::get || method == http::verb::head) && *length != 0)
    return refused(400, "a GET has no body");
  if (*length > longest)
    return refused(413, "a body has " + std::to_string(longest) + " bytes at most");
  return {};
}

/// Those headers that are passed on; a second of one, or one that is no plain text, is refused.
std::optional<web_refusal> hear_headers(const request_head& head, web_request& into) {
  for (const auto* const name : heard_headers) {
    const auto [first, last] = head.equal_range(name);
    if (first == last) continue;
    const auto value = view(first->value());
    if (std::next(first) != last) return refused(400, std::string{"more than one "} + name);
    if (!is_plain_header(value))
      return refused(400, std::string{"a character that is not allowed in "} + name);
    into.headers.emplace(name, value);
  }
  const auto host = into.headers.find("host");
  if (host == into.headers.end() ? head.version() >= 11 : !is_web_host(host->second))
    return refused(400, "no Host, or one that is none");
  return {};
}

/// `Expect` as it stands, which is nothing, or 100-continue.
std::optional<web_refusal> refused_expectation(const request_head& head) {
  const auto count = head.count(http::field::expect);
  if (count == 0 || (count == 1 && iequals(head[http::field::expect], "100-continue"))) return {};
  return refused(417, "nothing but 100-continue can be expected");
}

}  // namespace

std::variant<web_reader::head, web_refusal> web_reader::head_from(std::string_view text) const {
  if (!has_clean_lines(text)) return refused(400, "a line that does not end in one way");
  auto parser = http::request_parser<http::empty_body>{};
  parser.header_limit(static_cast<std::uint32_t>(bounds_.header_bytes));
  parser.body_limit(bounds_.body_bytes);
  parser.skip(true);
  auto failure = boost::system::error_code{};
  const auto used = parser.put(boost::asio::buffer(text.data(), text.size()), failure);
  if (failure == http::error::body_limit)
    return refused(413, "a body has " + std::to_string(bounds_.body_bytes) + " bytes at most");
  if (failure == http::error::bad_version) return refused(505, "this house speaks HTTP/1.1");
  if (failure) return refused(400, "this is no HTTP: " + failure.message());
  if (!parser.is_header_done() || used != text.size()) return refused(400, "this is no HTTP");

  const auto& read = parser.get();
  if (read.version() != 10 && read.version() != 11)
    return refused(505, "this house speaks HTTP/1.1");
  if (const auto no = refused_method(read.method())) return *no;
  if (const auto no = refused_length(read, bounds_.body_bytes)) return *no;
  if (const auto no = refused_expectation(read)) return *no;
  auto made = head{};
  auto& request = made.heard.request;
  if (const auto no = hear_headers(read, request)) return *no;
  if (read.target().size() > longest_target) return refused(414, "too long a target");
  auto target = web_target_from(view(read.target()));
  if (!target) return refused(400, target.error().detail);
  request.method = view(read.method_string());
  request.path = std::move(target->path);
  request.query = std::move(target->query);
  made.heard.keep_alive = read.keep_alive();
  made.body_bytes = static_cast<std::size_t>(
      content_length_from(view(read[http::field::content_length])).value_or(0));
  made.expects_go_ahead =
      read.version() == 11 && read.count(http::field::expect) != 0 && made.body_bytes != 0;
  return made;
}

web_step web_reader::next() {
  if (!head_) {
    if (!may_be_http(unread_)) return refused(400, "this is no HTTP");
    const auto end = unread_.find(end_of_head);
    // Of the end itself three bytes may be there already.
    const auto least = unread_.size() - std::min(unread_.size(), end_of_head.size() - 1);
    if (std::min(end, least) > bounds_.header_bytes)
      return refused(431,
                     "a header has " + std::to_string(bounds_.header_bytes) + " bytes at most");
    if (end == std::string::npos) return needs_more{};
    const auto length = end + end_of_head.size();
    auto made = head_from(std::string_view{unread_}.substr(0, length));
    if (auto* const no = std::get_if<web_refusal>(&made)) return std::move(*no);
    head_ = std::move(std::get<head>(made));
    unread_.erase(0, length);
  }
  if (unread_.size() < head_->body_bytes) {
    if (!std::exchange(head_->expects_go_ahead, false)) return needs_more{};
    return wants_go_ahead{};
  }
  auto heard = std::move(head_->heard);
  heard.request.body = unread_.substr(0, head_->body_bytes);
  unread_.erase(0, head_->body_bytes);
  if (unread_.empty()) unread_.shrink_to_fit();
  head_.reset();
  return heard;
}

}  // namespace hearth
