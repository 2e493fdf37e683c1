#include "protocol/messages.hpp"

#include "tests/protocol/examples.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace hearth;

TEST_CASE("a kind names one message in each direction") {
  auto up = std::map<std::string_view, std::size_t>{};
  auto down = up;
  for (const auto& [name, content] : hearth::testing::examples()) {
    CAPTURE(name);
    CHECK((is_upstream(content) || is_downstream(content)));
    if (is_upstream(content))
      CHECK(up.try_emplace(kind_of(content), content.index()).first->second == content.index());
    if (is_downstream(content))
      CHECK(down.try_emplace(kind_of(content), content.index()).first->second == content.index());
  }
  CHECK(up.size() == 15);
  CHECK(down.size() == 10);
}

TEST_CASE("reports, events, outcomes, losses and how a contract goes are journaled, nothing else") {
  for (const auto& [name, content] : hearth::testing::examples()) {
    CAPTURE(name);
    const auto expected = name == "report" || name == "event" || name == "outcome" ||
                          name.starts_with("contract_report") || name == "loss";
    CHECK(is_journaled(content) == expected);
    if (expected) CHECK_FALSE(is_downstream(content));
  }
}
