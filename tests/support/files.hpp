#pragma once

#include "tests/support/places.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace hearth::testing {

inline std::string contents_of(const std::filesystem::path& file) {
  auto in = std::ifstream{file, std::ios::binary};
  auto text = std::ostringstream{};
  text << in.rdbuf();
  return text.str();
}

}  // namespace hearth::testing
