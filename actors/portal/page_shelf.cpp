#include "actors/portal/page_shelf.hpp"

#include "actors/portal/json_answer.hpp"

#include <string_view>

namespace hearth {
namespace {

bool takes_gzip(const web_request& asked) {
  const auto said = asked.headers.find("accept-encoding");
  if (said == asked.headers.end()) return false;
  const auto at = said->second.find("gzip");
  return at != std::string::npos && said->second.compare(at, 8, "gzip;q=0") != 0;
}

/// "W/\"abc\", \"def\"": one of several, perhaps weakened by a proxy.
bool is_known(const web_request& asked, std::string_view etag) {
  const auto said = asked.headers.find("if-none-match");
  return said != asked.headers.end() && said->second.find(etag) != std::string::npos;
}

}  // namespace

page_shelf::page_shelf(std::span<const page_file> files) {
  for (const auto& f : files)
    files_.emplace(std::string{f.path}, kept{f, std::make_shared<const std::string>(f.gzip)});
}

std::optional<web_response> page_shelf::answer(const web_request& asked) const {
  if (asked.path.starts_with("/api/") || (asked.method != "GET" && asked.method != "HEAD"))
    return {};
  const auto last = std::string_view{asked.path}.substr(asked.path.rfind('/') + 1);
  const auto drawn = last.find('.') == std::string_view::npos;
  const auto found = files_.find(drawn ? std::string_view{"/index.html"} : asked.path);
  if (found == files_.end()) return {};
  const auto& [file, bytes] = found->second;
  auto headers = std::vector<std::pair<std::string, std::string>>{
      {"ETag", std::string{file.etag}},
      {"Vary", "Accept-Encoding"},
      {"Cache-Control", file.immutable ? "public, max-age=31536000, immutable" : "no-cache"}};
  if (is_known(asked, file.etag)) return web_response{304, std::move(headers), {}};
  if (!takes_gzip(asked))
    return problem(406, "the pages come compressed; accept gzip (curl --compressed)");
  headers.emplace_back("Content-Type", std::string{file.type});
  headers.emplace_back("Content-Encoding", "gzip");
  return web_response{200, std::move(headers), {}, bytes};
}

}  // namespace hearth
