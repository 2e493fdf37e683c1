#include "layouts/suggest.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace hearth;

TEST_CASE("a swap of neighbours is one slip of the finger") {
  CHECK(edit_distance("power", "power") == 0);
  CHECK(edit_distance("pwoer", "power") == 1);
  CHECK(edit_distance("powr", "power") == 1);
  CHECK(edit_distance("", "power") == 5);
  CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("only what is near enough is suggested, and case alone is nearest") {
  const auto known = std::vector<std::string>{"W", "kW", "MW"};
  CHECK(nearest("kw", known) == "kW");
  CHECK(nearest("mw", known) == "MW");
  CHECK_FALSE(nearest("horses", known).has_value());
  CHECK_FALSE(nearest("", known).has_value());
  CHECK_FALSE(nearest(std::string(1000, 'x'), known).has_value());
}

TEST_CASE("the hint lists what is known when nothing is near, or when asked to") {
  const auto known = std::vector<std::string>{"power", "energy"};
  CHECK(suggestion("powr", known, listing::when_none_is_near) == "did you mean 'power'?");
  CHECK(suggestion("powr", known, listing::always) ==
        "did you mean 'power'? known are: power, energy");
  CHECK(suggestion("colour", known, listing::when_none_is_near) == "known are: power, energy");
  CHECK(suggestion("colour", {}, listing::always).empty());
}

TEST_CASE("quoted text is short, whole characters and harmless to a terminal") {
  CHECK(in_quotes("hp.power") == "'hp.power'");
  CHECK(in_quotes("\x1b[2J\n") == "'?[2J?'");
  const auto cut = in_quotes(std::string(59, 'x') + "°°°");
  CHECK(cut == "'" + std::string(59, 'x') + "…'");
}
