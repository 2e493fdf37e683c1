#include "actors/portal/request_checks.hpp"

#include "actors/portal/people_rules.hpp"

#include <algorithm>
#include <charconv>

namespace hearth {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// The longest host name there is (RFC 1035), with brackets and a port.
constexpr auto longest_host = std::size_t{255 + 8};

bool is_port(std::string_view text) {
  auto number = 0U;
  const auto [stop, bad] = std::from_chars(text.data(), text.data() + text.size(), number);
  return bad == std::errc{} && stop == text.data() + text.size() && number > 0 && number < 65536;
}

/// The name without port and closing dot, in small letters; nothing if it is none.
std::optional<std::string> host_name(std::string_view host) {
  if (host.empty() || host.size() > longest_host) return {};
  if (host.front() == '[') {
    const auto end = host.find(']');
    if (end == std::string_view::npos) return {};
    const auto rest = host.substr(end + 1);
    if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) return {};
    return lower_case(host.substr(0, end + 1));
  }
  if (const auto colon = host.find(':'); colon != std::string_view::npos) {
    if (!is_port(host.substr(colon + 1))) return {};
    host = host.substr(0, colon);
  }
  if (host.ends_with('.')) host.remove_suffix(1);
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
  };
  if (host.empty() || !std::ranges::all_of(host, fits)) return {};
  return lower_case(host);
}

bool is_ipv4(std::string_view text) {
  for (auto part = 0; part < 4; ++part) {
    const auto end = std::min(text.find('.'), text.size());
    auto number = 256U;
    const auto [stop, bad] = std::from_chars(text.data(), text.data() + end, number);
    if (bad != std::errc{} || stop != text.data() + end || number > 255 || end > 3) return false;
    if ((part < 3) != (end < text.size())) return false;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return true;
}

}  // namespace

std::vector<std::string> cookies_named(std::string_view header, std::string_view name) {
  auto out = std::vector<std::string>{};
  while (!header.empty() && out.size() < cookies_looked_at) {
    const auto end = std::min(header.find(';'), header.size());
    const auto one = trimmed(header.substr(0, end));
    header.remove_prefix(std::min(end + 1, header.size()));
    const auto equals = one.find('=');
    if (equals != std::string_view::npos && one.substr(0, equals) == name)
      out.emplace_back(one.substr(equals + 1));
  }
  return out;
}

std::optional<std::string> header_of(const web_request& asked, const std::string& name) {
  const auto found = asked.headers.find(name);
  if (found == asked.headers.end()) return {};
  return found->second;
}

bool is_own_host(std::string_view host, std::span<const std::string> names) {
  const auto name = host_name(host);
  if (!name) return false;
  if (name->front() == '[')
    return std::ranges::all_of(name->substr(1, name->size() - 2), [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == ':' || c == '.';
    });
  if (is_ipv4(*name) || name->find('.') == std::string::npos) return true;
  for (const auto* ending : {".local", ".localhost", ".home.arpa", ".internal"})
    if (name->ends_with(ending)) return true;
  return std::ranges::any_of(names, [&](const auto& n) { return same_name(n, *name); });
}

bool is_same_origin(std::string_view origin, std::string_view host, bool encrypted) {
  const auto scheme = std::string_view{encrypted ? "https://" : "http://"};
  return origin.starts_with(scheme) && same_name(origin.substr(scheme.size()), host);
}

bool is_json_type(std::string_view content_type) {
  const auto end = std::min(content_type.find(';'), content_type.size());
  if (lower_case(trimmed(content_type.substr(0, end))) != "application/json") return false;
  const auto rest =
      lower_case(trimmed(content_type.substr(std::min(end + 1, content_type.size()))));
  return rest.empty() || rest == "charset=utf-8" || rest == "charset=\"utf-8\"";
}

std::optional<std::string> bearer_token(std::string_view authorization) {
  const auto end = authorization.find(' ');
  if (end == std::string_view::npos || lower_case(authorization.substr(0, end)) != "bearer")
    return {};
  const auto token = trimmed(authorization.substr(end));
  const auto shown = [](char c) { return c > ' ' && c < 0x7F; };
  if (token.empty() || !std::ranges::all_of(token, shown)) return {};
  return std::string{token};
}

}  // namespace hearth
