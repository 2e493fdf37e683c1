#include "actors/bus_actor.hpp"
#include "actors/topology.hpp"
#include "tests/actors/houses.hpp"

#include <caf/scheduler/test_coordinator.hpp>
#include <doctest/doctest.h>

using namespace hearth;
using namespace hearth::testing;

namespace {

/// Which unit each request was for, in the order in which they went over the wire.
using wire_log = std::vector<std::uint8_t>;

class logging_port : public port {
 public:
  explicit logging_port(std::shared_ptr<wire_log> log) : log_{std::move(log)} {}
  result<bus_answer> transact(const bus_request& request, time_point) override {
    if (const auto* read = std::get_if<modbus_read>(&request)) {
      log_->push_back(read->unit);
      return words(read->count);
    }
    log_->push_back(std::get<modbus_write>(request).unit);
    return done{};
  }

 private:
  std::shared_ptr<wire_log> log_;
};

bus_batch reads_of(std::uint8_t unit, std::size_t count) {
  return bus_batch(count, modbus_read{unit, register_row::table::holding, 0, 1});
}

/// Asks the next batch as soon as it has its answers: no device can be greedier.
caf::behavior greedy(caf::event_based_actor* self, const bus_actor& on, const bus_batch& batch) {
  self->send(self, atom::poll::value);
  return {[self, on, batch](atom::poll) {
    self->request(on, caf::infinite, batch).then([self](const bus_answers&) {
      self->send(self, atom::poll::value);
    });
  }};
}

/// A bus actor whose port logs, in an actor system where a test makes each step.
struct bus_in_steps {
  bus_in_steps()
      : system{configured(config)},
        scheduler{dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler())},
        on{system.spawn(
            bus,
            house_context{std::make_shared<const layout>(small_house()),
                          house_clock::driven(noon, [this] { return system.clock().now(); })},
            bus_id{0}, [log = log](const layout&, bus_id) -> result<std::unique_ptr<port>> {
              return std::make_unique<logging_port>(log);
            })} {}
  ~bus_in_steps() {
    for (const auto& actor : asking) caf::anon_send_exit(actor, caf::exit_reason::kill);
    caf::anon_send_exit(on, caf::exit_reason::kill);
    scheduler.run();
  }

  static caf::actor_system_config& configured(caf::actor_system_config& config) {
    configure(config);
    config.set("scheduler.policy", caf::atom("testing"));
    return config;
  }
  void add(const bus_batch& batch) { asking.push_back(system.spawn(greedy, on, batch)); }
  void run_until(std::size_t requests) {
    for (auto steps = 0; log->size() < requests && steps < 10'000; ++steps) scheduler.run_once();
  }

  caf::actor_system_config config;
  caf::actor_system system;
  caf::scheduler::test_coordinator& scheduler;
  std::shared_ptr<wire_log> log = std::make_shared<wire_log>();
  bus_actor on;
  std::vector<caf::actor> asking;
};

}  // namespace

TEST_CASE("a device with eight requests in each poll does not keep the others from their turn") {
  auto wire = bus_in_steps{};
  wire.add(reads_of(8, 8));
  wire.add(reads_of(1, 1));
  wire.add(reads_of(2, 1));
  wire.run_until(1000);
  REQUIRE(wire.log->size() >= 1000);
  // Between two turns of anybody each of the others has at most one: eight requests of the greedy
  // one and one of the third.
  for (const auto unit : {std::uint8_t{1}, std::uint8_t{2}}) {
    auto turns = 0;
    auto since = 0;
    for (const auto other : *wire.log) {
      if (other != unit) {
        CHECK(++since <= 9);
        continue;
      }
      ++turns;
      since = 0;
    }
    CHECK(turns >= 95);
  }
  // And its own eight go out in one piece.
  for (auto i = std::size_t{0}; i + 8 <= wire.log->size(); ++i)
    if ((*wire.log)[i] == 8 && (i == 0 || (*wire.log)[i - 1] != 8))
      CHECK(std::count(wire.log->begin() + static_cast<std::ptrdiff_t>(i),
                       wire.log->begin() + static_cast<std::ptrdiff_t>(i + 8), 8) == 8);
}

TEST_CASE("a command overtakes every poll that waits for the bus") {
  auto wire = bus_in_steps{};
  for (const auto unit : {1, 2, 3})
    caf::anon_send(wire.on, reads_of(static_cast<std::uint8_t>(unit), 8));
  caf::anon_send<caf::message_priority::high>(
      wire.on, bus_batch{modbus_write{9, register_row::table::coil, 0, {1}}});
  wire.scheduler.run();
  REQUIRE(wire.log->size() == 25);
  CHECK(wire.log->front() == 9);
  CHECK(*std::next(wire.log->begin()) == 1);
  CHECK(wire.log->back() == 3);
}
