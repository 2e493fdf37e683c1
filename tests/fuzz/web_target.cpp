#include "drivers/web_target.hpp"

#include "protocol/utf8.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace hearth;
using namespace hearth::testing;

namespace {

/// Every byte escaped but the slash, which must not be.
std::string escaped(std::string_view text) {
  constexpr auto* digits = "0123456789ABCDEF";
  auto out = std::string{};
  for (const auto c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '/')
      out += c;
    else
      out.append({'%', digits[byte / 16], digits[byte % 16]});
  }
  return out;
}

bool has_no_control(std::string_view text) {
  for (const auto c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return false;
  return true;
}

}  // namespace

/// What is taken leads nowhere else, and means the same when it is written in another way.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz_input{data, size}.rest();
  is_web_host(text);
  is_plain_header(text);
  if (const auto length = content_length_from(text))
    must(text.find_first_not_of("0123456789") == text.npos, "a length is digits");
  const auto read = web_target_from(text);
  if (!read) return 0;
  const auto& path = read->path;
  must(path.starts_with('/'), "a path begins with a slash");
  must((path + "/").find("/../") == path.npos && (path + "/").find("/./") == path.npos,
       "a path goes down");
  must(path.find("//") == path.npos && (path == "/" || path.back() != '/'), "no part is empty");
  must(path.find('\\') == path.npos, "a path has no backslash");
  must(is_utf8(path) && has_no_control(path), "a path is text");
  must(read->query.size() <= query_parts, "a query has a bound");
  auto query = std::string{};
  for (const auto& [name, value] : read->query) {
    must(is_utf8(name) && is_utf8(value) && has_no_control(name) && has_no_control(value),
         "a query is text");
    query += (query.empty() ? "?" : "&") + escaped(name) + "=" + escaped(value);
  }
  const auto again = web_target_from(escaped(path) + query);
  if (!again) {
    must((escaped(path) + query).size() > longest_target, "what was taken is taken again");
    return 0;
  }
  must(again->path == path && again->query == read->query, "two ways to write it mean the same");
  return 0;
}
