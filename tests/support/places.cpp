#include "tests/support/places.hpp"

namespace hearth::testing {

std::filesystem::path source(const std::string& relative) {
  return std::filesystem::path{HEARTH_SOURCE_DIR} / relative;
}

std::filesystem::path built(const std::string& relative) {
  return std::filesystem::path{HEARTH_BINARY_DIR} / relative;
}

}  // namespace hearth::testing
