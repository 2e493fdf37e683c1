#pragma once

#include "layouts/layout.hpp"
#include "layouts/model.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth {

/// One thing wrong with the user's file, compiler style.
struct diagnostic {
  std::string file;
  position at;
  std::string message;
  std::string hint;  ///< what to do; may be empty
};

/// "oak.yaml:14:12: error: unknown model 'egauge_403'\noak.yaml:14:12: hint: did you mean
/// 'egauge_4030'?\n"
std::string to_text(const diagnostic& d);

struct parsed_layout {
  std::optional<hearth::layout> layout;  ///< present exactly when there is no diagnostic
  std::vector<diagnostic> diagnostics;   ///< in file order
};

/// Reads a layout. `file` is the name diagnostics bear; `folder` is where relative paths start.
/// Never throws: whatever the bytes are, the answer is a layout or at least one diagnostic.
parsed_layout parse_layout(std::string_view yaml, const std::string& file,
                           const std::filesystem::path& folder, const catalog& known);

/// The same from a file; a file that cannot be read is a diagnostic too.
parsed_layout load_layout(const std::filesystem::path& file, const catalog& known);

}  // namespace hearth
