#pragma once

#include <span>
#include <string_view>

namespace hearth {

/// One file of the pages, as it is served: compressed when the program was built.
struct page_file {
  std::string_view path;  ///< "/index.html"
  std::string_view type;  ///< "text/html; charset=utf-8"
  std::string_view etag;  ///< with its quotes
  std::string_view gzip;
  bool immutable = false;  ///< its name changes with what it says
};

/// All of them.
std::span<const page_file> page_files();

}  // namespace hearth
