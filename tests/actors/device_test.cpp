#include "actors/device.hpp"

#include "protocol/limits.hpp"
#include "tests/actors/houses.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace hearth;
using namespace hearth::testing;

namespace {

/// A board whose relays are the actuator channels of a device, each one line; it refuses values
/// that are no switch, like every driver.
class relay_board final : public actuator {
 public:
  explicit relay_board(std::vector<channel_id> relays) : relays_{std::move(relays)} {}
  std::vector<bus_request> poll() override {
    auto all = std::vector<bus_request>{};
    for (const auto c : relays_) all.push_back(gpio_read{c.value, false});
    return all;
  }
  std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                              time_point now) override {
    auto all = std::vector<reading>{};
    for (std::size_t i = 0; i < answers.size(); ++i) {
      auto r = reading{relays_[i], failed(fault_code::not_ready), now};
      if (answers[i])
        r.value = switched(std::get<bool>(*answers[i]));
      else
        r.value = tl::make_unexpected(answers[i].error());
      all.push_back(std::move(r));
    }
    return all;
  }
  result<std::vector<bus_request>> encode(const command& c) override {
    if (c.value.unit != unit::on_off) return failed(fault_code::unsupported, "not a switch");
    return std::vector<bus_request>{gpio_write{c.target.value, false, c.value.amount != 0}};
  }
  std::vector<bus_request> make_safe(channel_id c) override {
    return {gpio_write{c.value, false, false}};
  }

 private:
  std::vector<channel_id> relays_;
};

/// The bus on which the board hangs: lines that do as they are told, unless they are stuck or lost.
struct bench {
  std::map<unsigned, bool> lines;
  std::map<unsigned, bool> stuck;
  std::map<unsigned, fault_code> broken;  ///< writes to these fail
  int writes = 0;

  std::vector<result<bus_answer>> carry_out(const std::vector<bus_request>& batch) {
    auto answers = std::vector<result<bus_answer>>{};
    for (const auto& request : batch) {
      if (const auto* w = std::get_if<gpio_write>(&request)) {
        ++writes;
        if (const auto fails = broken.find(w->line); fails != broken.end()) {
          answers.push_back(failed(fails->second, "write"));
          continue;
        }
        if (!stuck.contains(w->line)) lines[w->line] = w->on;
        answers.push_back(done{});
      } else {
        const auto line = std::get<gpio_read>(request).line;
        answers.push_back(stuck.contains(line) ? stuck[line] : lines[line]);
      }
    }
    return answers;
  }
};

command order(channel_id target, bool on, time_point now, std::string cause = "test") {
  return {target,           switched(on), authority::local,
          std::move(cause), now,          now + limits::command_life};
}

struct fixture {
  std::shared_ptr<const layout> house = shared(small_house());
  device board{house, by::relays,
               std::make_unique<relay_board>(
                   std::vector{at::enable, at::pump, at::living_call, at::bed_call})};
  bench bus;
  time_point now = noon;

  /// Carries out what waits to be written; nothing if nothing does.
  std::optional<device::outcome> write() {
    const auto work = board.next_write(now);
    if (!work) return {};
    return board.answered(*work, bus.carry_out(work->requests), now);
  }
  device::outcome poll() {
    const auto work = board.next_poll();
    return board.answered(work, bus.carry_out(work.requests), now);
  }
  /// As after every start.
  void start() { write(); }
  void take(channel_id c, bool on) { CHECK(board.take(order(c, on, now), now).empty()); }
};

const reading& of_channel(const device::outcome& what, channel_id c) {
  const auto found = std::find_if(what.readings.begin(), what.readings.end(),
                                  [&](const auto& r) { return r.channel == c; });
  REQUIRE(found != what.readings.end());
  return *found;
}

}  // namespace

TEST_CASE_FIXTURE(
    fixture, "the first batch makes every actuator safe, whatever ran before, and reads back") {
  bus.lines = {{0, true}, {1, true}};
  CHECK_FALSE(board.all_safe());
  const auto work = board.next_write(now);
  REQUIRE(work);
  CHECK(work->writes.size() == 4);
  CHECK(work->requests.size() == 8);
  const auto told = board.answered(*work, bus.carry_out(work->requests), now);
  CHECK(told.readings.size() == 4);
  CHECK(told.events.empty());
  CHECK(of_channel(told, at::enable).value == switched(false));
  CHECK(board.all_safe());
  CHECK_FALSE(board.next_write(now));
}

TEST_CASE_FIXTURE(fixture, "a poll reads every channel and writes nothing") {
  start();
  bus.lines[1] = true;
  bus.writes = 0;
  const auto told = poll();
  CHECK(told.readings.size() == 4);
  CHECK(of_channel(told, at::pump).value == switched(true));
  CHECK(bus.writes == 0);
}

TEST_CASE_FIXTURE(fixture, "a command is written and read back in one batch") {
  start();
  take(at::enable, true);
  const auto work = board.next_write(now);
  REQUIRE(work);
  CHECK(work->requests.front() == bus_request{gpio_write{0, false, true}});
  CHECK(work->requests.size() == 5);
  const auto told = board.answered(*work, bus.carry_out(work->requests), now);
  CHECK(of_channel(told, at::enable).value == switched(true));
  CHECK_FALSE(board.all_safe());
  CHECK_FALSE(write());
}

TEST_CASE_FIXTURE(fixture, "the newest command per channel wins, though an older one comes later") {
  start();
  now += 10s;
  const auto old = order(at::enable, true, now - 1s);
  take(at::enable, false);
  board.take(old, now);
  write();
  CHECK_FALSE(bus.lines[0]);
  take(at::enable, true);
  take(at::enable, false);
  write();
  CHECK_FALSE(bus.lines[0]);
}

TEST_CASE_FIXTURE(
    fixture, "a command that cannot be is a fault on its channel and leaves the one before alone") {
  start();
  take(at::enable, true);
  auto wrong = order(at::enable, true, now + 1s);
  wrong.value = of(3 * watt);
  const auto told = board.take(wrong, now + 1s);
  REQUIRE(told.size() == 1);
  CHECK(told[0].value.error().code == fault_code::unsupported);
  const auto foreign = board.take(order(at::top, true, now), now);
  REQUIRE(foreign.size() == 1);
  CHECK(foreign[0].channel == at::top);
  write();
  CHECK(bus.lines[0]);
}

TEST_CASE_FIXTURE(fixture, "a command that is dead already is not carried out") {
  start();
  CHECK(board.take(order(at::enable, true, now - limits::command_life), now).empty());
  CHECK_FALSE(write());
  CHECK(board.all_safe());
}

TEST_CASE_FIXTURE(fixture, "when a command dies its actuator is made safe, exactly once") {
  start();
  take(at::enable, true);
  take(at::pump, true);
  write();
  CHECK(board.next_expiry() == noon + limits::command_life);
  now += 10s;
  take(at::pump, true);
  write();
  now = noon + limits::command_life - 1ms;
  CHECK_FALSE(write());
  now += 1ms;
  bus.writes = 0;
  REQUIRE(write());
  CHECK(bus.writes == 1);
  CHECK_FALSE(bus.lines[0]);
  CHECK(bus.lines[1]);
  CHECK_FALSE(write());
  CHECK(board.next_expiry() == noon + 10s + limits::command_life);
  now += 10s;
  write();
  CHECK_FALSE(bus.lines[1]);
  CHECK(board.all_safe());
  CHECK_FALSE(board.next_expiry());
}

TEST_CASE_FIXTURE(fixture,
                  "a renewal keeps a command alive, and what reads back so is not written again") {
  start();
  take(at::enable, true);
  CHECK(write());
  for (auto i = 0; i < 12; ++i, now += 10s) {
    take(at::enable, true);
    CHECK_FALSE(write());
    poll();
    CHECK(bus.lines[0]);
  }
  CHECK_FALSE(board.all_safe());
}

TEST_CASE_FIXTURE(fixture,
                  "a relay that dropped is closed again only by who can have seen it drop") {
  start();
  take(at::enable, true);
  write();
  now += 5s;
  bus.lines[0] = false;
  CHECK(count_kind(poll().events, "actuator-mismatch") == 1);
  // On its way when the relay was seen to have dropped.
  take(at::enable, true);
  CHECK_FALSE(write());
  CHECK_FALSE(bus.lines[0]);
  now += 1s;
  take(at::enable, true);
  CHECK(write());
  CHECK(bus.lines[0]);
}

TEST_CASE_FIXTURE(
    fixture,
    "a write that fails is a fault on that channel alone, and is tried again with the next poll") {
  start();
  take(at::enable, true);
  take(at::pump, true);
  bus.broken[0] = fault_code::refused;
  const auto told = write();
  REQUIRE(told);
  CHECK(of_channel(*told, at::enable).value.error().code == fault_code::refused);
  CHECK(of_channel(*told, at::pump).value == switched(true));
  CHECK(told->readings.size() == 4);
  bus.broken.clear();
  bus.writes = 0;
  poll();
  REQUIRE(write());
  CHECK(bus.writes == 1);
  CHECK(bus.lines[0]);
  CHECK_FALSE(write());
}

TEST_CASE_FIXTURE(fixture,
                  "a write that keeps failing ends with its command, and then making safe is tried "
                  "until it works") {
  start();
  take(at::enable, true);
  bus.broken[0] = fault_code::timeout;
  for (; now < noon + limits::command_life; now += 10s) CHECK(write());
  for (auto i = 0; i < 5; ++i, now += 10s) {
    const auto told = write();
    REQUIRE(told);
    CHECK(of_channel(*told, at::enable).value.error().code == fault_code::timeout);
    CHECK_FALSE(board.all_safe());
  }
  bus.broken.clear();
  write();
  CHECK(board.all_safe());
  CHECK_FALSE(write());
}

TEST_CASE_FIXTURE(fixture, "a dead bus is a fault of every channel, and nothing is forgotten") {
  start();
  take(at::enable, true);
  const auto work = board.next_write(now);
  const auto told =
      board.answered(*work, failed(fault_code::timeout, "the bus did not answer"), now);
  CHECK(told.readings.size() == 4);
  for (const auto& r : told.readings) CHECK(r.value.error().code == fault_code::timeout);
  CHECK(write());
  CHECK(bus.lines[0]);
}

TEST_CASE_FIXTURE(fixture, "a bus that answers too little or too much harms nobody") {
  start();
  take(at::enable, true);
  const auto work = board.next_write(now);
  auto answers = bus.carry_out(work->requests);
  SUBCASE("too little") { answers.resize(2, failed(fault_code::io)); }
  SUBCASE("nothing") { answers.clear(); }
  SUBCASE("too much") { answers.resize(50, failed(fault_code::io)); }
  CHECK(board.answered(*work, answers, now).readings.size() == 4);
}

TEST_CASE_FIXTURE(
    fixture, "a read-back that contradicts raises one alarm, and only a renewal is written again") {
  start();
  bus.stuck[0] = false;
  take(at::enable, true);
  const auto told = write();
  REQUIRE(told->events.size() == 1);
  CHECK(told->events[0].kind == "actuator-mismatch");
  CHECK(told->events[0].severity == severity::alarm);
  CHECK(told->events[0].subject == "hp.enable");
  for (auto i = 0; i < 5; ++i) {
    now += 5s;
    take(at::enable, true);
    CHECK(write()->events.empty());
    CHECK(poll().events.empty());
    // By itself a device closes no relay that has dropped: whoever decides may want it to rest.
    CHECK_FALSE(write());
  }
  bus.stuck.clear();
  CHECK_FALSE(write());
  CHECK_FALSE(bus.lines[0]);
  take(at::enable, true);
  const auto obeys = write();
  CHECK(bus.lines[0]);
  CHECK(count_kind(obeys->events, "actuator-obeys") == 1);
  CHECK(poll().events.empty());
  bus.stuck[0] = false;
  CHECK(count_kind(poll().events, "actuator-mismatch") == 1);
}

TEST_CASE_FIXTURE(fixture,
                  "with another layout a relay that still does otherwise is alarmed anew") {
  start();
  bus.stuck[0] = true;
  take(at::enable, false);
  CHECK(count_kind(write()->events, "actuator-mismatch") == 1);
  auto same = std::map<channel_id, channel_id>{};
  for (const auto c : (*house)[by::relays].channels) same[c] = c;
  board.move_to(shared(small_house()), by::relays, same);
  CHECK(count_kind(poll().events, "actuator-mismatch") == 1);
  CHECK(poll().events.empty());
}

TEST_CASE_FIXTURE(fixture,
                  "a device that begins again says that its relay obeys, or that it does not") {
  board = device{house, by::relays,
                 std::make_unique<relay_board>(
                     std::vector{at::enable, at::pump, at::living_call, at::bed_call}),
                 true};
  start();
  auto said = "actuator-obeys", other = "actuator-mismatch";
  SUBCASE("it obeys") {}
  SUBCASE("it does not") {
    bus.stuck[0] = false;
    std::swap(said, other);
  }
  take(at::enable, true);
  const auto told = write();
  CHECK(count_kind(told->events, said) == 1);
  CHECK(count_kind(told->events, other) == 0);
  CHECK(poll().events.empty());
}

TEST_CASE_FIXTURE(
    fixture,
    "a relay that is stuck is alarmed until it is seen to obey, also without a command "
    "in between") {
  start();
  bus.stuck[0] = true;
  take(at::enable, false);
  CHECK(count_kind(write()->events, "actuator-mismatch") == 1);
  now += limits::command_life;
  while (!board.all_safe()) write();
  now += 1min;
  take(at::enable, false);
  CHECK(write()->events.empty());
  bus.stuck.clear();
  now += 10s;
  take(at::enable, false);
  CHECK(count_kind(write()->events, "actuator-obeys") == 1);
  CHECK(poll().events.empty());
}

TEST_CASE_FIXTURE(fixture, "a poll that was under way when the command came contradicts nothing") {
  start();
  const auto poll_before = board.next_poll();
  const auto old_state = bus.carry_out(poll_before.requests);
  take(at::enable, true);
  const auto write_work = board.next_write(now);
  const auto told = board.answered(poll_before, old_state, now);
  CHECK(told.events.empty());
  CHECK(board.answered(*write_work, bus.carry_out(write_work->requests), now).events.empty());
  CHECK_FALSE(write());
}

TEST_CASE_FIXTURE(fixture, "a command that comes while another is written is written next") {
  start();
  take(at::enable, true);
  const auto first = board.next_write(now);
  now += 1s;
  take(at::enable, false);
  const auto told = board.answered(*first, bus.carry_out(first->requests), now);
  CHECK(told.events.empty());
  CHECK(write());
  CHECK_FALSE(bus.lines[0]);
}

TEST_CASE_FIXTURE(fixture, "make safe ends every command, also one that is being written") {
  start();
  take(at::enable, true);
  const auto under_way = board.next_write(now);
  board.make_safe();
  board.answered(*under_way, bus.carry_out(under_way->requests), now);
  CHECK_FALSE(board.all_safe());
  CHECK(write());
  CHECK_FALSE(bus.lines[0]);
  CHECK(board.all_safe());
}

TEST_CASE_FIXTURE(fixture, "the last will makes every actuator safe without anybody's help") {
  for (unsigned line : {0u, 1u, 8u, 10u}) bus.lines[line] = true;
  bus.carry_out(board.last_will());
  for (unsigned line : {0u, 1u, 8u, 10u}) CHECK_FALSE(bus.lines[line]);
}

TEST_CASE("a device that cannot be commanded has nothing to make safe") {
  struct thermometer final : driver {
    std::vector<bus_request> poll() override { return {}; }
    std::vector<reading> decode(std::span<const result<bus_answer>>, time_point) override {
      return {};
    }
  };
  auto device =
      hearth::device{shared(small_house()), by::thermometers, std::make_unique<thermometer>()};
  CHECK(device.all_safe());
  CHECK_FALSE(device.next_write(noon));
  CHECK(device.last_will().empty());
  CHECK(device.answered(device.next_poll(), failed(fault_code::timeout), noon).readings.empty());
}
