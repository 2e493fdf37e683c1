#pragma once

#include <filesystem>
#include <string>

namespace hearth::testing {

/// A path inside the source tree.
std::filesystem::path source(const std::string& relative);
/// A path inside the build tree.
std::filesystem::path built(const std::string& relative);

}  // namespace hearth::testing
