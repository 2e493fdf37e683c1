#include "protocol/topics.hpp"

#include <doctest/doctest.h>

using namespace hearth;

TEST_CASE("a topic says which house, which way and what") {
  CHECK(birth_topic("maple-12") == "hearth/v1/maple-12/birth");
  CHECK(up_topic("maple-12", "report") == "hearth/v1/maple-12/up/report");
  CHECK(up_topic("maple-12", "birth") == birth_topic("maple-12"));
  CHECK(down_topic("maple-12", "contract") == "hearth/v1/maple-12/down/contract");
  CHECK(all_down("maple-12") == "hearth/v1/maple-12/down/#");

  CHECK(parse_topic("hearth/v1/maple-12/birth") == topic{"maple-12", direction::up, "birth"});
  CHECK(parse_topic("hearth/v1/maple-12/up/report") == topic{"maple-12", direction::up, "report"});
  CHECK(parse_topic("hearth/v1/m/down/query") == topic{"m", direction::down, "query"});
}

TEST_CASE("what is no topic of ours is none") {
  for (auto text : {"", "hearth", "hearth/v1", "hearth/v1/", "hearth/v1/m", "hearth/v1/m/",
                    "hearth/v1//birth", "hearth/v1/m/up", "hearth/v1/m/up/", "hearth/v1/m/up/a/b",
                    "hearth/v1/m/up/birth", "hearth/v1/m/side/report", "hearth/v2/m/up/report",
                    "hearth/v1/m/birth/", "hearth/v1/m/birth/up", "/hearth/v1/m/birth"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_topic(text));
  }
}
