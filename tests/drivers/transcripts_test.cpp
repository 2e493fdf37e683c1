#include "tests/support/transcript.hpp"

#include "drivers/blueprint.hpp"
#include "drivers/modbus_generic.hpp"
#include "drivers/sdm120.hpp"
#include "drivers/sdm630.hpp"
#include "tests/support/files.hpp"

#include <doctest/doctest.h>

#include <filesystem>

using namespace hearth;

TEST_CASE("every Modbus driver holds the conversations of its transcripts, byte for byte") {
  for (const auto& what :
       {sdm120_model(), sdm630_model(), modbus_generic_model(), blueprint_model()}) {
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
