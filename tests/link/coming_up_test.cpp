// Who is there first, and what comes before what while the link comes up.
#include "tests/link/real_link.hpp"

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;

TEST_CASE_TEMPLATE("parent first: a node that waits hears everything the house says, each once",
                   Security, plain, with_tls) {
  auto link = real_link<Security>{};
  link.node.arrive();
  link.house.start();
  link.house.say_events(7);
  REQUIRE(link.drained(7));
  CHECK(link.node.notes().journaled == up_to("b1", 7));
}
