#include "drivers/web_target.hpp"

#include "protocol/utf8.hpp"

#include <algorithm>
#include <charconv>

namespace hearth {
namespace {

constexpr auto visible = [](char c) { return c > ' ' && c < '\x7F'; };

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10U;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10U;
  return {};
}

/// Control characters are those of ASCII and, in UTF-8, U+0080 to U+009F.
bool has_control(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F) return true;
    if (byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0)
      return true;
  }
  return false;
}

enum class plus : unsigned char { stays, is_space };

/// Decodes once. An escaped slash is refused in a path, whose parts it would divide anew.
result<std::string> unescaped(std::string_view text, plus sign) {
  auto out = std::string{};
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && sign == plus::is_space) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const auto high = i + 1 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
      const auto low = i + 2 < text.size() ? hex_digit(text[i + 2]) : std::nullopt;
      if (!high || !low)
        return failed(fault_code::malformed, "a '%' without two hexadecimal digits after it");
      out += static_cast<char>(*high * 16 + *low);
      if (out.back() == '/' && sign == plus::stays)
        return failed(fault_code::malformed, "an escaped slash in the path");
      i += 2;
    }
  }
  if (has_control(out)) return failed(fault_code::malformed, "a control character in the target");
  if (!is_utf8(out)) return failed(fault_code::malformed, "the target is not UTF-8");
  return out;
}

result<std::string> path_from(std::string_view text) {
  auto path = unescaped(text, plus::stays);
  if (!path) return path;
  if (path->find('\\') != path->npos) return failed(fault_code::malformed, "a backslash in a path");
  if (path->find("//") != path->npos)
    return failed(fault_code::malformed, "an empty part in the path");
  for (auto rest = std::string_view{*path}.substr(1); !rest.empty();) {
    const auto part = rest.substr(0, rest.find('/'));
    if (part == "." || part == "..")
      return failed(fault_code::malformed, "'.' and '..' lead nowhere here");
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
  }
  if (path->size() > 1 && path->back() == '/') path->pop_back();
  return path;
}

result<std::multimap<std::string, std::string>> query_from(std::string_view text) {
  auto out = std::multimap<std::string, std::string>{};
  while (!text.empty()) {
    const auto part = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    if (part.empty()) continue;
    if (out.size() == query_parts)
      return failed(fault_code::overflow,
                    "a query has " + std::to_string(query_parts) + " parts at most");
    const auto equals = std::min(part.find('='), part.size());
    auto name = unescaped(part.substr(0, equals), plus::is_space);
    if (!name) return tl::make_unexpected(name.error());
    auto value = unescaped(part.substr(std::min(equals + 1, part.size())), plus::is_space);
    if (!value) return tl::make_unexpected(value.error());
    out.emplace(std::move(*name), std::move(*value));
  }
  return out;
}

}  // namespace

result<web_target> web_target_from(std::string_view text) {
  if (text.empty() || text.front() != '/')
    return failed(fault_code::malformed, "a target begins with '/'");
  if (text.size() > longest_target)
    return failed(fault_code::overflow,
                  "a target has " + std::to_string(longest_target) + " bytes at most");
  // Browsers never send these, and what reads them differently would read another target.
  if (!std::ranges::all_of(text, visible) || text.find('#') != text.npos)
    return failed(fault_code::malformed, "a character in the target that must be escaped");
  const auto question = std::min(text.find('?'), text.size());
  auto path = path_from(text.substr(0, question));
  if (!path) return tl::make_unexpected(path.error());
  auto query = query_from(text.substr(std::min(question + 1, text.size())));
  if (!query) return tl::make_unexpected(query.error());
  return web_target{std::move(*path), std::move(*query)};
}

bool is_web_host(std::string_view text) {
  return !text.empty() && text.size() <= 255 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{".-_:[]"}.find(c) != std::string_view::npos;
  });
}

bool is_plain_header(std::string_view value) {
  return std::ranges::all_of(value, [](char c) { return visible(c) || c == ' ' || c == '\t'; });
}

std::optional<std::uint64_t> content_length_from(std::string_view text) {
  auto length = std::uint64_t{0};
  const auto* end = text.data() + text.size();
  const auto [stop, bad] = std::from_chars(text.data(), end, length);
  if (text.empty() || bad != std::errc{} || stop != end) return {};
  return length;
}

}  // namespace hearth
