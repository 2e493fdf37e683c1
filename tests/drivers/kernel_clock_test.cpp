#include "drivers/ports/kernel_clock.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace std::chrono_literals;

TEST_CASE("the kernel's clock shows what the system clock shows") {
  const auto before = std::chrono::floor<duration>(std::chrono::system_clock::now());
  const auto said = kernel_clock()();
  const auto after = std::chrono::floor<duration>(std::chrono::system_clock::now());
  // A sandbox may forbid the question; then the answer says so and is no date.
  if (!said) {
    CHECK(said.error().code == fault_code::io);
    return;
  }
  CHECK(said->utc >= before);
  CHECK(said->utc <= after);
}
