#include "protocol/limits.hpp"
#include "tests/actors/obedient_house.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace hearth::testing;

namespace {

/// A house whose node may not be admin.
struct fixture : obedient_house {
  static layout modest() {
    auto l = small_house();
    l.link->remote_admin = false;
    return l;
  }
  fixture() : obedient_house{modest()} { run_until(noon); }

  void ask_here(decltype(request::wish) wish, duration lease = 5min) {
    carry(mind.take_on_site({authority::admin, std::move(wish), lease, "filter"}, "here-1",
                            seen.time()));
  }
  [[nodiscard]] std::vector<event> events(const std::string& kind) const {
    auto all = told<event>();
    std::erase_if(all, [&](const event& e) { return e.kind != kind; });
    return all;
  }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "what somebody in the house holds is held at once, and ends by itself") {
  ask_here(hold{"living.call", switched(true)});
  REQUIRE(commanded(at::living_call));
  CHECK(commanded(at::living_call)->source == authority::admin);
  CHECK(switches[at::living_call]);
  run_until(noon + 5min + 1s);
  CHECK_FALSE(switches[at::living_call]);
  CHECK(events("lease-ended").size() == 1);
}

TEST_CASE_FIXTURE(fixture, "the node hears of it as an event and not as an answer to nothing") {
  ask_here(hold{"living.call", switched(true)});
  CHECK(told<outcome>().empty());
  REQUIRE(events("on-site").size() == 1);
  CHECK(events("on-site")[0].subject == "living.call");
  ask_here(keep_alive{}, {});
  CHECK(events("on-site").size() == 1);
  ask_here(hold{"living.temp", {21, unit::celsius}});
  REQUIRE(events("on-site-refused").size() == 1);
  CHECK(events("on-site-refused")[0].severity == severity::warning);
}

TEST_CASE_FIXTURE(fixture, "somebody in the house passes the interlock like everybody else") {
  seen.degrees(at::top, 76);
  run_until(noon + 5s);
  ask_here(hold{"hp.enable", switched(true)});
  run_until(noon + 1min);
  CHECK_FALSE(switches[at::enable]);
  REQUIRE_FALSE(events("interlock").empty());
  CHECK(events("interlock").back().text.find("store-too-hot") == 0);
}

TEST_CASE_FIXTURE(fixture,
                  "somebody in the house is not the node: a limit in its silence gives way") {
  ask(request{authority::grid, power_limit{2 * kilowatt, 1 * kilowatt, 10min}, 1h, "line"});
  for (auto t = noon; t < noon + limits::limit_silence + 10s; t += 20s) {
    run_until(t);
    ask_here(hold{"living.call", switched(true)});
  }
  CHECK_FALSE(events("limit-failsafe").empty());
}

TEST_CASE_FIXTURE(fixture, "the node still may not be admin") {
  ask_here(hold{"living.call", switched(true)});
  ask(request{authority::admin, release{}, {}, "let go"});
  REQUIRE(told<outcome>().size() == 1);
  CHECK_FALSE(told<outcome>()[0].accepted);
  run_until(noon + 1min);
  CHECK(switches[at::living_call]);
}
