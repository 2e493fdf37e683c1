#include "drivers/ports/gpio_port.hpp"

#include "drivers/gpio_bus.hpp"
#include "drivers/gpio_relay.hpp"
#include "tests/support/one_device.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <map>

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
  };
  std::map<unsigned, line> lines;
  std::vector<std::string> log;
  int open_error = 0;
  int line_error = 0;
  int opened = 0;

  gpio_chip_opener opener();
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
  const auto port = make_gpio_port("gpiochip0", pins.opener());
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
  const auto port = make_gpio_port("gpiochip0", pins.opener());
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
  const auto port = make_gpio_port("gpiochip0", pins.opener());
  const auto busy = port->transact(gpio_write{5, false, true}, now);
  CHECK(code_of(busy) == fault_code::refused);
  CHECK(busy.error().detail == "line 5 is used by gpiomon");
  pins.lines[5].consumer.clear();
  CHECK(port->transact(gpio_write{5, false, true}, now));
}

TEST_CASE("a chip that is missing, forbidden or lost is a fault of the call and is opened again") {
  auto pins = bench{};
  pins.open_error = ENOENT;
  const auto port = make_gpio_port("pinctrl-bcm2835", pins.opener());
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
  const auto port = make_gpio_port("gpiochip0", pins.opener());
  CHECK(code_of(port->transact(gpio_read{8}, now)) == fault_code::no_such_device);
  CHECK(code_of(port->transact(onewire_read{"28-1"}, now)) == fault_code::unsupported);
}

TEST_CASE("the real library says that there is no such chip") {
  auto house = one_device(gpio_relay_model().spec, {{"line", "17"}});
  for (const auto* chip : {"no-such-label", "/dev/no-such-chip", "999", "/dev/null", ""}) {
    INFO(chip);
    house.buses[0].options["chip"] = std::string{chip};
    const auto port = make_gpio_port(house, {0});
    REQUIRE(port);
    CHECK(code_of((*port)->transact(gpio_read{17}, now)) == fault_code::no_such_device);
    CHECK(code_of((*port)->transact(gpio_write{17, false, true}, now)) ==
          fault_code::no_such_device);
  }
}
