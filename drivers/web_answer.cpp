#include "drivers/web_answer.hpp"

#include "drivers/web_target.hpp"

#include <algorithm>

namespace hearth {
namespace {

struct standard_header {
  const char* name;
  const char* value;
};

constexpr standard_header standard_headers[] = {
    {"Content-Security-Policy",
     "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
     "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
     "frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cache-Control", "no-store"}};

/// A year, as browsers recommend.
constexpr standard_header only_with_tls = {"Strict-Transport-Security", "max-age=31536000"};

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return lower(x) == lower(y);
  });
}

bool has(const web_response& what, std::string_view name) {
  return std::ranges::any_of(what.headers,
                             [&](const auto& header) { return same_name(header.first, name); });
}

/// The server's own business, which an answer cannot get wrong.
bool is_framing(std::string_view name) {
  return same_name(name, "Content-Length") || same_name(name, "Connection") ||
         same_name(name, "Transfer-Encoding");
}

bool is_good(const std::string& name, const std::string& value) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !name.empty() && std::ranges::all_of(name, letter) && is_plain_header(value);
}

bool is_without_body(unsigned status) { return status < 200 || status == 204 || status == 304; }

}  // namespace

std::string_view reason_of(unsigned status) {
  switch (status) {
  case 200: return "OK";
  case 201: return "Created";
  case 204: return "No Content";
  case 303: return "See Other";
  case 304: return "Not Modified";
  case 308: return "Permanent Redirect";
  case 400: return "Bad Request";
  case 401: return "Unauthorized";
  case 403: return "Forbidden";
  case 404: return "Not Found";
  case 405: return "Method Not Allowed";
  case 406: return "Not Acceptable";
  case 409: return "Conflict";
  case 410: return "Gone";
  case 411: return "Length Required";
  case 413: return "Content Too Large";
  case 414: return "URI Too Long";
  case 415: return "Unsupported Media Type";
  case 417: return "Expectation Failed";
  case 421: return "Misdirected Request";
  case 422: return "Unprocessable Content";
  case 429: return "Too Many Requests";
  case 431: return "Request Header Fields Too Large";
  case 500: return "Internal Server Error";
  case 501: return "Not Implemented";
  case 503: return "Service Unavailable";
  case 504: return "Gateway Timeout";
  case 505: return "HTTP Version Not Supported";
  default: return "Unknown";
  }
}

std::string_view answer_body(const web_response& what) {
  if (is_without_body(what.status)) return {};
  if (what.content && !what.stream) return *what.content;
  return what.body;
}

std::string answer_head(const web_response& what, const answer_facts& facts) {
  auto head = "HTTP/1.1 " + std::to_string(what.status) + " ";
  head += reason_of(what.status);
  head += "\r\n";
  const auto add = [&](std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
  };
  for (const auto& [name, value] : what.headers)
    if (is_good(name, value) && !is_framing(name)) add(name, value);
  for (const auto& [name, value] : standard_headers)
    if (!has(what, name)) add(name, value);
  if (facts.tls && !has(what, only_with_tls.name)) add(only_with_tls.name, only_with_tls.value);
  if (what.stream) {
    if (!has(what, "Content-Type")) add("Content-Type", "text/event-stream");
  } else if (!is_without_body(what.status)) {
    add("Content-Length", std::to_string(answer_body(what).size()));
  }
  // A stream lasts as long as its connection.
  if (!facts.keep_alive || what.stream) add("Connection", "close");
  head += "\r\n";
  return head;
}

web_response plain_answer(unsigned status, const std::string& reason) {
  auto made = web_response{status, {{"Content-Type", "text/plain; charset=utf-8"}}, reason + "\n"};
  if (status == 503 || status == 429) made.headers.emplace_back("Retry-After", "1");
  if (status == 405) made.headers.emplace_back("Allow", "GET, HEAD, POST, PUT, DELETE");
  return made;
}

}  // namespace hearth
