#include "drivers/ports/gpio_port.hpp"

#include "drivers/gpio_bus.hpp"
#include "drivers/gpio_relay.hpp"
#include "drivers/ports/pulse_memory.hpp"
#include "tests/support/mosquitto.hpp"
#include "tests/support/one_device.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <fstream>
#include <map>
#include <utility>

using namespace hearth;
using namespace hearth::testing;

namespace {

/// A chip of eight lines in memory, with a record of every level a line was driven to.
struct bench {
  struct line {
    bool level = false;  ///< logical
    bool output = false;
    bool claimed = false;
    std::string consumer;
    std::uint32_t rises = 0;  ///< since it is watched, by the kernel
    std::uint32_t told = 0;
    std::chrono::nanoseconds at{};
  };
  std::map<unsigned, line> lines;
  std::vector<std::string> log;
  int open_error = 0;
  int line_error = 0;
  int opened = 0;

  gpio_chip_opener opener();
};

class bench_watch final : public watched_line {
 public:
  bench_watch(bench& b, unsigned number) : bench_{b}, number_{number} {}
  tl::expected<bool, int> level() override {
    if (bench_.line_error) return tl::make_unexpected(bench_.line_error);
    return bench_.lines[number_].level;
  }
  tl::expected<std::optional<rise>, int> newest() override {
    if (bench_.line_error) return tl::make_unexpected(bench_.line_error);
    auto& line = bench_.lines[number_];
    if (line.rises == std::exchange(line.told, line.rises)) return std::optional<rise>{};
    return rise{line.rises, line.at};
  }

 private:
  bench& bench_;
  unsigned number_;
};

class bench_chip final : public gpio_chip {
 public:
  explicit bench_chip(bench& b) : bench_{b} {}
  bench_chip(const bench_chip&) = delete;
  bench_chip& operator=(const bench_chip&) = delete;
  ~bench_chip() override {
    for (auto& [number, line] : bench_.lines) line.claimed = false;
  }
  [[nodiscard]] unsigned lines() const override { return 8; }
  int claim(unsigned number, bool, std::optional<bool> output) override {
    if (bench_.line_error) return bench_.line_error;
    auto& line = bench_.lines[number];
    if (line.claimed || !line.consumer.empty()) return EBUSY;
    line.claimed = true;
    if (output) {
      line.output = true;
      line.level = *output;
      bench_.log.push_back(std::to_string(number) + (*output ? " starts on" : " starts off"));
    }
    return 0;
  }
  void release(unsigned number) override { bench_.lines[number].claimed = false; }
  int write(unsigned number, bool on) override {
    if (bench_.line_error) return bench_.line_error;
    bench_.lines[number].level = on;
    bench_.log.push_back(std::to_string(number) + (on ? " on" : " off"));
    return 0;
  }
  tl::expected<bool, int> read(unsigned number) override {
    if (bench_.line_error) return tl::make_unexpected(bench_.line_error);
    return bench_.lines[number].level;
  }
  tl::expected<std::unique_ptr<watched_line>, int> watch(
      unsigned number, bool, std::chrono::microseconds debounce) override {
    if (bench_.line_error) return tl::make_unexpected(bench_.line_error);
    bench_.log.push_back(std::to_string(number) + " watched " + std::to_string(debounce.count()));
    auto& line = bench_.lines[number];
    line.rises = line.told = 0;
    return std::make_unique<bench_watch>(bench_, number);
  }
  std::string consumer(unsigned number) override { return bench_.lines[number].consumer; }

 private:
  bench& bench_;
};

gpio_chip_opener bench::opener() {
  return [this](const std::string&) -> tl::expected<std::unique_ptr<gpio_chip>, int> {
    if (open_error) return tl::make_unexpected(open_error);
    ++opened;
    return std::make_unique<bench_chip>(*this);
  };
}

const auto now = time_point{};

fault_code code_of(const result<bus_answer>& answer) {
  REQUIRE_FALSE(answer);
  return answer.error().code;
}

}  // namespace

TEST_CASE("the first write makes a line an output with that very level") {
  auto pins = bench{};
  const auto port = make_gpio_port("gpiochip0", "", pins.opener());
  CHECK(pins.opened == 0);
  CHECK(port->transact(gpio_write{3, true, true}, now) == result<bus_answer>{done{}});
  CHECK(port->transact(gpio_write{3, true, false}, now) == result<bus_answer>{done{}});
  CHECK(port->transact(gpio_read{3, true}, now) == result<bus_answer>{false});
  CHECK(pins.log == std::vector<std::string>{"3 starts on", "3 off"});
  CHECK(pins.opened == 1);
}

TEST_CASE("reading a relay before anyone commands it leaves it as it is") {
  auto pins = bench{};
  pins.lines[3] = {.level = true, .output = true, .claimed = false, .consumer = ""};
  const auto port = make_gpio_port("gpiochip0", "", pins.opener());
  CHECK(port->transact(gpio_read{3, false}, now) == result<bus_answer>{true});
  CHECK(pins.lines[3].output);
  CHECK(pins.log.empty());
  CHECK(port->transact(gpio_write{3, false, true}, now) == result<bus_answer>{done{}});
  CHECK(port->transact(gpio_read{3, false}, now) == result<bus_answer>{true});
  CHECK(pins.log == std::vector<std::string>{"3 starts on"});
}

TEST_CASE("a line used by another program names it, and is taken when it is free") {
  auto pins = bench{};
  pins.lines[5].consumer = "gpiomon";
  const auto port = make_gpio_port("gpiochip0", "", pins.opener());
  const auto busy = port->transact(gpio_write{5, false, true}, now);
  CHECK(code_of(busy) == fault_code::refused);
  CHECK(busy.error().detail == "line 5 is used by gpiomon");
  pins.lines[5].consumer.clear();
  CHECK(port->transact(gpio_write{5, false, true}, now));
}

TEST_CASE("a chip that is missing, forbidden or lost is a fault of the call and is opened again") {
  auto pins = bench{};
  pins.open_error = ENOENT;
  const auto port = make_gpio_port("pinctrl-bcm2835", "", pins.opener());
  CHECK(code_of(port->transact(gpio_read{1}, now)) == fault_code::no_such_device);
  pins.open_error = EACCES;
  const auto forbidden = port->transact(gpio_read{1}, now);
  CHECK(code_of(forbidden) == fault_code::permission);
  CHECK(forbidden.error().detail.find("group gpio") != std::string::npos);
  pins.open_error = EMFILE;
  CHECK(code_of(port->transact(gpio_read{1}, now)) == fault_code::io);
  pins.open_error = 0;
  CHECK(port->transact(gpio_write{1, false, true}, now));

  MESSAGE("the expander is unplugged and plugged in again");
  pins.line_error = ENODEV;
  CHECK(code_of(port->transact(gpio_write{1, false, true}, now)) == fault_code::no_such_device);
  pins.open_error = ENODEV;
  CHECK(code_of(port->transact(gpio_write{1, false, true}, now)) == fault_code::no_such_device);
  pins.open_error = pins.line_error = 0;
  CHECK(port->transact(gpio_write{1, false, true}, now));
  CHECK(pins.opened == 2);
  CHECK(pins.log.back() == "1 starts on");

  MESSAGE("an error of one line does not let go of the others");
  pins.line_error = EPERM;
  CHECK(code_of(port->transact(gpio_write{1, false, true}, now)) == fault_code::permission);
  pins.line_error = ENOMEM;
  CHECK(code_of(port->transact(gpio_read{1, false}, now)) == fault_code::io);
  CHECK(pins.opened == 2);
}

TEST_CASE("a line the chip has not, and a request of another bus, are refused") {
  auto pins = bench{};
  const auto port = make_gpio_port("gpiochip0", "", pins.opener());
  CHECK(code_of(port->transact(gpio_read{8}, now)) == fault_code::no_such_device);
  CHECK(code_of(port->transact(onewire_read{"28-1"}, now)) == fault_code::unsupported);
}

TEST_CASE("the real library says that there is no such chip") {
  auto house = one_device(gpio_relay_model().spec, {{"line", "17"}});
  for (const auto* chip : {"no-such-label", "/dev/no-such-chip", "999", "/dev/null", ""}) {
    INFO(chip);
    house.buses[0].options["chip"] = std::string{chip};
    const auto port = make_gpio_port(house, {0}, ".");
    REQUIRE(port);
    CHECK(code_of((*port)->transact(gpio_read{17}, now)) == fault_code::no_such_device);
    CHECK(code_of((*port)->transact(gpio_write{17, false, true}, now)) ==
          fault_code::no_such_device);
  }
}

TEST_CASE("pulses are counted from where they stood, whatever was not asked in time") {
  const auto folder = temporary_folder{};
  const auto totals = folder.file("totals");
  auto pins = bench{};
  const auto count = gpio_count{4, false, std::chrono::microseconds{500}};
  {
    const auto port = make_gpio_port("gpiochip0", totals, pins.opener());
    CHECK(port->transact(count, now) == result<bus_answer>{pulses{0, {}}});
    pins.lines[4].rises = 5000;
    pins.lines[4].at = std::chrono::seconds{10};
    CHECK(port->transact(count, now) == result<bus_answer>{pulses{5000, {}}});
    pins.lines[4].rises = 5500;
    pins.lines[4].at = std::chrono::seconds{11};
    CHECK(port->transact(count, now) ==
          result<bus_answer>{pulses{5500, pulses::pace{500, std::chrono::seconds{1}}}});
    CHECK(port->transact(count, now) == result<bus_answer>{pulses{5500, {}}});
    // The board is pulled out and comes back: the kernel counts from one again.
    pins.line_error = ENODEV;
    CHECK(code_of(port->transact(count, now)) == fault_code::no_such_device);
    pins.line_error = 0;
    CHECK(port->transact(count, now) == result<bus_answer>{pulses{5500, {}}});
    pins.lines[4].rises = 3;
    CHECK(port->transact(count, now) == result<bus_answer>{pulses{5503, {}}});
  }
  // Another run of the program, another pace to be found out.
  const auto port = make_gpio_port("gpiochip0", totals, pins.opener());
  CHECK(port->transact(count, now) == result<bus_answer>{pulses{5503, {}}});
  pins.lines[4].rises = 1;
  CHECK(port->transact(count, now) == result<bus_answer>{pulses{5504, {}}});
}

TEST_CASE("the kernel's count of 32 bits goes round and loses nothing") {
  const auto folder = temporary_folder{};
  auto pins = bench{};
  const auto port = make_gpio_port("gpiochip0", folder.file("totals"), pins.opener());
  const auto count = gpio_count{4, false, {}};
  CHECK(port->transact(count, now));
  pins.lines[4].rises = 0xFFFFFFFF;
  CHECK(port->transact(count, now) == result<bus_answer>{pulses{0xFFFFFFFF, {}}});
  pins.lines[4].rises = 2;
  pins.lines[4].at = std::chrono::seconds{1};
  CHECK(port->transact(count, now) ==
        result<bus_answer>{pulses{0xFFFFFFFFull + 3, pulses::pace{3, std::chrono::seconds{1}}}});
}

TEST_CASE("a total that cannot be kept is not told") {
  auto pins = bench{};
  const auto port = make_gpio_port("gpiochip0", "/nowhere/at/all", pins.opener());
  const auto answer = port->transact(gpio_count{4, false, {}}, now);
  CHECK(code_of(answer) == fault_code::io);
  CHECK(answer.error().detail.find("/nowhere/at/all") != std::string::npos);
}

TEST_CASE("an input that is debounced is watched once and read as often as one likes") {
  auto pins = bench{};
  pins.lines[6].level = true;
  const auto port = make_gpio_port("gpiochip0", "", pins.opener());
  const auto read = gpio_read{6, false, std::chrono::milliseconds{20}};
  for (auto i = 0; i < 3; ++i) CHECK(port->transact(read, now) == result<bus_answer>{true});
  CHECK(pins.log == std::vector<std::string>{"6 watched 20000"});
  pins.line_error = EBUSY;
  CHECK(code_of(port->transact(read, now)) == fault_code::refused);
}

TEST_CASE(
    "what was counted outlives a write that was cut short, and a spoilt file counts from zero") {
  const auto folder = temporary_folder{};
  const auto file = folder.file("totals");
  pulse_memory::open(file).value()->keep(7, 123456);
  const auto spoil = [&](std::streamoff at, char with) {
    auto bytes = std::fstream{file, std::ios::in | std::ios::out | std::ios::binary};
    bytes.seekp(at);
    bytes.put(with);
  };
  CHECK(pulse_memory::open(file).value()->recall(7) == 123456);
  // The first of its two copies, then the other one, too.
  spoil(7 * 32, '!');
  CHECK(pulse_memory::open(file).value()->recall(7) == 123456);
  spoil(7 * 32 + 16, '!');
  CHECK(pulse_memory::open(file).value()->recall(7) == 0);
  CHECK(pulse_memory::open(file).value()->recall(8) == 0);
  CHECK(pulse_memory::open(file).value()->recall(5000) == 0);
}

TEST_CASE("a line that is wanted otherwise than before, after a reload, is claimed anew") {
  auto pins = bench{};
  const auto port = make_gpio_port("gpiochip0", "", pins.opener());
  const auto watched = [&](bool low, int ms) {
    return port->transact(gpio_read{6, low, std::chrono::milliseconds{ms}}, now);
  };
  CHECK(watched(false, 20));
  CHECK(watched(true, 20));
  CHECK(watched(true, 50));
  CHECK(watched(true, 50));
  CHECK(pins.log ==
        std::vector<std::string>{"6 watched 20000", "6 watched 20000", "6 watched 50000"});
  pins.log.clear();
  CHECK(port->transact(gpio_write{3, false, true}, now));
  CHECK(port->transact(gpio_write{3, true, true}, now));
  CHECK(port->transact(gpio_write{3, true, false}, now));
  // A relay becomes a contact, and a contact a relay.
  CHECK(port->transact(gpio_read{3, false, std::chrono::milliseconds{20}}, now));
  CHECK(port->transact(gpio_write{6, false, true}, now));
  CHECK(pins.log == std::vector<std::string>{"3 starts on", "3 starts on", "3 off",
                                             "3 watched 20000", "6 starts on"});
}
