#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace hearth::testing {

/// A path inside the source tree.
inline std::filesystem::path source(const std::string& relative) {
  return std::filesystem::path{HEARTH_SOURCE_DIR} / relative;
}

inline std::string contents_of(const std::filesystem::path& file) {
  auto in = std::ifstream{file, std::ios::binary};
  auto text = std::ostringstream{};
  text << in.rdbuf();
  return text.str();
}

}  // namespace hearth::testing
