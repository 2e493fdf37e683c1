/// What the 86-channel house costs the processor, on virtual time: the very actors of `scada run`
/// around ports that answer at once and a node in memory. Prints, in nanoseconds of CPU, "tick NS"
/// for the decision and reports of one control tick alone, "second NS" for one second of
/// everything, "reading NS" for the same divided by the readings taken, "message NS" for one
/// delayed message of the actor library and nothing else; then "good COUNT" of "channels COUNT" and
/// "days_per_s DAYS".

#include "actors/blackboard.hpp"
#include "actors/dispatcher.hpp"
#include "actors/report_builder.hpp"
#include "drivers/registry.hpp"
#include "layouts/parse.hpp"
#include "tests/bench/virtual_time.hpp"
#include "tests/scenarios/memory_broker.hpp"

#include <cstdio>
#include <ctime>
#include <map>

namespace {

using namespace hearth;
using bench::virtual_time;
using namespace std::chrono_literals;

constexpr auto simulated = duration{2h};
constexpr auto plain_ticks = 5'000;
constexpr auto plain_messages = 100'000;
const auto start = time_point{std::chrono::sys_days{std::chrono::year{2026} / 1 / 15}};

double cpu_ns() {
  auto t = timespec{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

/// Answers every request with something plausible; a relay reads back what was written.
class ready_port final : public port {
 public:
  /// Meters on the serial line speak floats, the heat pump's gateway speaks tenths.
  explicit ready_port(bool floats) : floats_{floats} {}

  result<bus_answer> transact(const bus_request& request, time_point) override {
    if (const auto* read = std::get_if<modbus_read>(&request)) return registers(*read);
    if (const auto* read = std::get_if<gpio_read>(&request)) return lines_[read->line];
    if (const auto* write = std::get_if<gpio_write>(&request)) lines_[write->line] = write->on;
    if (std::holds_alternative<onewire_read>(request))
      return std::string{
          "72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57 t=23125\n"};
    return done{};
  }

 private:
  [[nodiscard]] bus_answer registers(const modbus_read& read) const {
    const auto bits =
        read.table == register_row::table::coil || read.table == register_row::table::discrete;
    auto all = words(read.count, bits ? 1 : 350);
    if (floats_ && !bits)
      for (std::size_t i = 0; i < all.size(); ++i) all[i] = i % 2 == 0 ? 0x3F80 : 0;  // 1.0
    return all;
  }

  bool floats_;
  std::map<unsigned, bool> lines_;
};

std::map<std::string, port_maker> ready_ports(const layout& house) {
  auto ports = std::map<std::string, port_maker>{};
  for (const auto& bus : house.buses)
    ports[bus.kind] = [floats = bus.kind == "modbus-rtu"](const layout&,
                                                          bus_id) -> result<std::unique_ptr<port>> {
      return std::make_unique<ready_port>(floats);
    };
  return ports;
}

double readings_per_second(const layout& house) {
  auto rate = 0.0;
  for (const auto& device : house.devices)
    rate += static_cast<double>(device.channels.size()) * 1000 /
            static_cast<double>(device.poll_every.count());
  return rate;
}

/// Blackboard, dispatcher and report builder alone, every channel read once a minute.
double ns_per_tick(const std::shared_ptr<const layout>& house) {
  auto board = blackboard{house, start};
  auto mind = dispatcher{house, start};
  auto builder = report_builder{house, start};
  auto heard = std::vector<reading>{};
  for (std::size_t i = 0; i < house->channels.size(); ++i)
    heard.push_back({{static_cast<std::uint16_t>(i)}, measured{1, house->channels[i].unit}, start});
  const auto began = cpu_ns();
  for (auto i = 0; i < plain_ticks; ++i) {
    const auto now = start + i * 1s;
    if (i % 10 == 0) {
      for (auto& r : heard) r.at = now;
      board.take(heard, now);
    }
    const auto frozen = board.freeze(now);
    mind.decide(frozen);
    builder.take(frozen);
  }
  return (cpu_ns() - began) / plain_ticks;
}

double ns_per_message() {
  auto time = virtual_time{};
  auto* const left = new int{plain_messages};
  const auto ticker = time.system.spawn([left](caf::event_based_actor* self) -> caf::behavior {
    self->delayed_send(self, 1s, atom::tick::value);
    return {[self, left](atom::tick) {
      if (--*left > 0) self->delayed_send(self, 1s, atom::tick::value);
    }};
  });
  time.scheduler.run();
  const auto began = cpu_ns();
  time.pass(plain_messages * 1s);
  const auto took = cpu_ns() - began;
  delete left;
  return took / plain_messages;
}

void run_house(const std::shared_ptr<const layout>& house) {
  auto time = virtual_time{};
  auto node = testing::memory_broker{};
  const auto clock = house_clock::driven(start, [&time] { return time.system.clock().now(); });
  auto running = spawn_house(time.system, {.context = {house, clock},
                                           .ports = ready_ports(*house),
                                           .journal = {},
                                           .connect = node.maker(),
                                           .log = [](const event&) {},
                                           .first_words = {},
                                           .boot_id = "bench",
                                           .blocking_ports = false,
                                           .seed = 1,
                                           .snapshot_observer = {},
                                           .statement_observer = {}});
  time.scheduler.run();
  time.pass(2min);
  const auto seen = node.all<snapshot_report>();
  auto good = 0;
  for (const auto& p : seen.empty() ? std::vector<channel_point>{} : seen.back().points)
    good += p.quality == quality::good;
  const auto began = cpu_ns();
  for (auto passed = duration{0}; passed < simulated; passed += 5min) {
    time.pass(5min);
    node.heard.clear();
  }
  const auto per_second = (cpu_ns() - began) / (static_cast<double>(simulated.count()) / 1000);
  std::printf("second %.0f\nreading %.0f\ngood %d\nchannels %zu\ndays_per_s %.3f\n", per_second,
              per_second / readings_per_second(*house), good, house->channels.size(),
              1e9 / per_second / 86400);
  time.end(running);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fputs("usage: house_tick LAYOUT\n", stderr), 2;
  auto parsed = load_layout(argv[1], known_catalog());
  if (!parsed.layout) return std::fputs("house_tick: the layout is wrong\n", stderr), 1;
  const auto house = std::make_shared<const layout>(std::move(*parsed.layout));
  std::printf("tick %.0f\nmessage %.0f\n", ns_per_tick(house), ns_per_message());
  run_house(house);
}
