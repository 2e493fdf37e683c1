#include "drivers/blueprint.hpp"
#include "drivers/registry.hpp"
#include "tests/support/files.hpp"
#include "tests/support/transcript.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

using namespace hearth;

namespace {

/// Every model of the registry that speaks Modbus, and the one to copy.
std::vector<model> modbus_models() {
  auto found = std::vector<model>{blueprint_model()};
  std::copy_if(models().begin(), models().end(), std::back_inserter(found), [](const model& m) {
    return std::ranges::count(m.spec.bus_kinds, "modbus-rtu") > 0;
  });
  return found;
}

}  // namespace

TEST_CASE("every Modbus driver holds the conversations of its transcripts, byte for byte") {
  for (const auto& what : modbus_models()) {
    const auto folder = hearth::testing::source("tests/transcripts") / what.spec.name;
    CAPTURE(folder.string());
    REQUIRE(std::filesystem::is_directory(folder));
    auto played = 0;
    for (const auto& file : std::filesystem::directory_iterator{folder}) {
      for (const auto& difference : hearth::testing::differences(file.path(), what))
        FAIL_CHECK(difference);
      ++played;
    }
    CHECK(played > 0);
  }
}
