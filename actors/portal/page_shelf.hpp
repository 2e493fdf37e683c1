#pragma once

#include "actors/portal/page_files.hpp"
#include "drivers/web.hpp"

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace hearth {

/// The pages themselves: compressed files out of the program, sent as they are. Nothing of a path
/// ever reaches a disk.
class page_shelf {
 public:
  explicit page_shelf(std::span<const page_file> files);

  /// Nothing: this is no page. A path without a dot in its last part is one that the page's own
  /// script draws.
  [[nodiscard]] std::optional<web_response> answer(const web_request& asked) const;

 private:
  struct kept {
    page_file file;
    std::shared_ptr<const std::string> bytes;
  };
  std::map<std::string, kept, std::less<>> files_;
};

}  // namespace hearth
