/// 1,000 channels on 8 buses with the actors of `scada run`, on threads and the clock of the day:
/// how late polls are, what they cost, and whether a bus that hangs holds up another one. The
/// floor, in the same run: one thread a bus that does the same calls in a plain loop.
///
/// Usage: many_channels [SECONDS]      (60)

#include "actors/topology.hpp"
#include "drivers/registry.hpp"
#include "layouts/parse.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <mutex>
#include <sstream>
#include <sys/resource.h>
#include <thread>

namespace {

using namespace hearth;
using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

constexpr auto buses = 8;
constexpr auto devices_per_bus = 5;
constexpr auto channels_per_device = 25;
constexpr auto period = 1000ms;
/// A read of 50 registers at 115,200 baud takes about this long on the wire, in which nobody
/// computes.
constexpr auto on_the_wire = 12ms;
constexpr auto hangs_for = 2s;

void wait_for(std::chrono::nanoseconds time) {
  const auto all = timespec{time.count() / 1'000'000'000, time.count() % 1'000'000'000};
  ::clock_nanosleep(CLOCK_MONOTONIC, 0, &all, nullptr);
}

/// When each device of each bus was asked.
class times {
 public:
  void note(int bus, int unit) {
    const auto lock = std::lock_guard{mutex_};
    all_[bus][unit].push_back(steady::now());
  }
  /// By how much periods differed from what was asked for, as parts of it, of the buses from
  /// `first` on; sorted.
  [[nodiscard]] std::vector<double> lateness(int first) const {
    auto parts = std::vector<double>{};
    for (auto bus = first; bus < buses; ++bus)
      for (const auto& asked : all_[bus])
        for (auto i = std::size_t{2}; i < asked.size(); ++i)
          parts.push_back(
              std::abs(std::chrono::duration<double>{asked[i] - asked[i - 1] - period} / period));
    std::ranges::sort(parts);
    return parts;
  }

 private:
  std::mutex mutex_;
  std::vector<steady::time_point> all_[buses][devices_per_bus + 1];
};

class timed_port final : public port {
 public:
  timed_port(times& into, int bus, std::shared_ptr<std::atomic<bool>> hangs)
      : into_{into}, bus_{bus}, hangs_{std::move(hangs)} {}
  result<bus_answer> transact(const bus_request& request, time_point) override {
    const auto* read = std::get_if<modbus_read>(&request);
    if (!read) return failed(fault_code::unsupported);
    into_.note(bus_, read->unit);
    if (*hangs_) {
      wait_for(hangs_for);
      return failed(fault_code::timeout);
    }
    wait_for(on_the_wire);
    return words(read->count, 0x4120);  // as floats, 10.0…
  }

 private:
  times& into_;
  int bus_;
  std::shared_ptr<std::atomic<bool>> hangs_;
};

std::shared_ptr<const layout> big_house() {
  auto yaml = std::ostringstream{};
  yaml << "site: bench\ntimezone: UTC\nbuses:\n";
  for (auto b = 0; b < buses; ++b)
    yaml << "  b" << b << ": { kind: modbus-tcp, host: 127.0.0." << b + 1 << " }\n";
  yaml << "devices:\n";
  for (auto b = 0; b < buses; ++b)
    for (auto d = 1; d <= devices_per_bus; ++d) {
      yaml << "  - id: d" << b << "-" << d << "\n    model: modbus-generic\n    bus: b" << b
           << "\n    address: " << d << "\n    poll: 1 s\n    registers:\n";
      for (auto c = 0; c < channels_per_device; ++c)
        yaml << "      c" << c << ": { table: input, address: " << 2 * c
             << ", format: f32, unit: W }\n";
      yaml << "    channels:\n";
      for (auto c = 0; c < channels_per_device; ++c)
        yaml << "      c" << c << ": d" << b << "." << d << "." << c << "\n";
    }
  auto parsed = parse_layout(yaml.str(), "bench.yaml", ".", known_catalog());
  for (const auto& d : parsed.diagnostics) std::fputs(to_text(d).c_str(), stderr);
  if (!parsed.layout) std::exit(1);
  return std::make_shared<const layout>(std::move(*parsed.layout));
}

double processor_seconds() {
  auto used = rusage{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](timeval t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double resident_mib() {
  auto file = std::ifstream{"/proc/self/status"};
  for (auto line = std::string{}; std::getline(file, line);)
    if (line.starts_with("VmRSS:")) return std::atof(line.c_str() + 6) / 1024;
  return 0;
}

struct outcome {
  double p50, p99, core, mib;
};

void print(const char* what, const outcome& o, double floor) {
  std::printf("%s\t%.2f %%\t%.2f %%\t%.2f %%\t%.2f\t%.1f MiB\n", what, 100 * o.p50, 100 * o.p99,
              100 * o.core, o.core / floor, o.mib);
}

outcome measured_over(std::chrono::seconds time, const times& asked, int first_bus) {
  const auto before = processor_seconds();
  wait_for(time);
  const auto used = processor_seconds() - before;
  const auto parts = asked.lateness(first_bus);
  const auto at = [&](double share) {
    return parts[static_cast<std::size_t>(share * static_cast<double>(parts.size() - 1))];
  };
  return {at(0.5), at(0.99), used / std::chrono::duration<double>{time}.count(), resident_mib()};
}

outcome with_actors(const std::shared_ptr<const layout>& house, std::chrono::seconds time,
                    bool one_hangs) {
  auto asked = times{};
  const auto never = std::make_shared<std::atomic<bool>>(false);
  const auto hung = std::make_shared<std::atomic<bool>>(one_hangs);
  auto config = caf::actor_system_config{};
  configure(config);
  auto system = caf::actor_system{config};
  auto parts =
      house_parts{.context = {house, house_clock::real()},
                  .ports = {{"modbus-tcp",
                             [&](const layout&, bus_id bus) -> result<std::unique_ptr<port>> {
                               return std::make_unique<timed_port>(asked, bus.value,
                                                                   bus.value == 0 ? hung : never);
                             }}},
                  .journal = {},
                  .connect = {},
                  .log = [](const event&) {},
                  .first_words = {},
                  .boot_id = "bench",
                  .snapshot_observer = {},
                  .statement_observer = {}};
  const auto running = spawn_house(system, std::move(parts));
  const auto o = measured_over(time, asked, one_hangs ? 1 : 0);
  *hung = false;
  auto self = caf::scoped_actor{system};
  self->request(running.supervisor, 10s, atom::stop::value)
      .receive([](atom::done) {}, [](const caf::error&) {});
  wait_for(2500ms);  // what hung comes back before its port goes
  return o;
}

outcome plain_loop(std::chrono::seconds time) {
  auto asked = times{};
  auto over = std::atomic<bool>{false};
  auto threads = std::vector<std::thread>{};
  for (auto b = 0; b < buses; ++b)
    threads.emplace_back([&, b] {
      auto io = timed_port{asked, b, std::make_shared<std::atomic<bool>>(false)};
      for (auto due = steady::now(); !over; due += period) {
        for (std::uint8_t d = 1; d <= devices_per_bus; ++d)
          (void)io.transact(modbus_read{d, register_row::table::input, 0, 2 * channels_per_device},
                            {});
        wait_for(std::max<std::chrono::nanoseconds>(due + period - steady::now(), 0ns));
      }
    });
  const auto o = measured_over(time, asked, 0);
  over = true;
  for (auto& t : threads) t.join();
  return o;
}

}  // namespace

int main(int argc, char** argv) {
  const auto time = std::chrono::seconds{argc > 1 ? std::atoi(argv[1]) : 60};
  const auto house = big_house();
  std::printf("%zu channels on %zu buses, each read every %lld ms, %lld s each\n",
              house->channels.size(), house->buses.size(), static_cast<long long>(period.count()),
              static_cast<long long>(time.count()));
  std::printf("who\tlate p50\tlate p99\tof a core\tratio\tRSS\n");
  const auto floor = plain_loop(time);
  print("plain loop", floor, floor.core);
  print("actors", with_actors(house, time, false), floor.core);
  print("seven, one hangs", with_actors(house, time, true), floor.core);
  return 0;
}
