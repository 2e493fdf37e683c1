#include "drivers/recording_port.hpp"

#include "drivers/gpio_relay.hpp"
#include "drivers/request_text.hpp"
#include "drivers/sdm120.hpp"
#include "drivers/shelly.hpp"
#include "tests/support/one_device.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>

using namespace hearth;
using namespace hearth::testing;

namespace {

const auto now = from_iso8601("2020-01-15T05:00:00Z").value();

/// Answers everything alike, and can be made to hear something.
struct parrot : port {
  result<bus_answer> answer = done{};
  std::function<void(bus_message)> heard;

  result<bus_answer> transact(const bus_request&, time_point) override { return answer; }
  void listen(std::vector<std::string>, std::function<void(bus_message)> h) override {
    heard = std::move(h);
  }
};

struct fixture {
  std::map<std::string, std::string> written;
  parrot* inner = nullptr;

  std::unique_ptr<port> open(const layout& house) {
    const auto make = written_down(
        [this](const layout&, bus_id) -> result<std::unique_ptr<port>> {
          auto made = std::make_unique<parrot>();
          inner = made.get();
          return made;
        },
        [this](const std::string& device, std::string lines) { written[device] += lines; });
    return std::move(make(house, {0}).value());
  }
};

}  // namespace

TEST_CASE("requests of every bus have a text of their own") {
  CHECK(request_text(modbus_read{7, register_row::table::input, 0x48, 2}) ==
        "read unit 7 input 0x0048 2");
  CHECK(request_text(modbus_write{1, register_row::table::coil, 3, {1}}) ==
        "write unit 1 coil 0x0003 0001");
  CHECK(request_text(modbus_write{1, register_row::table::holding, 16, {0x1234, 5}}) ==
        "write unit 1 holding 0x0010 1234 0005");
  CHECK(request_text(gpio_read{17, true}) == "read line 17 active low");
  CHECK(request_text(gpio_count{4, false, std::chrono::milliseconds{5}}) ==
        "count line 4 active high debounced 5000 us");
  CHECK(request_text(gpio_write{17, false, true}) == "write line 17 active high on");
  CHECK(request_text(onewire_read{"28-1"}) == "read 28-1");
  CHECK(request_text(i2c_transfer{0x48, {1, 0xC3}, 2, std::chrono::milliseconds{9}}) ==
        "0x48 write 01 C3 read 2 after 9 ms");
  CHECK(request_text(mqtt_publish{"a/b", "on\n"}) == "a/b on\\n");
  CHECK(request_text(mqtt_publish{"a/b", "on", true}) == "a/b (retained) on");
  CHECK(request_text(plant_write{"heat_pump.enable", 1}) == "write heat_pump.enable 1");
}

TEST_CASE("answers of every kind have a text of their own, in one line whatever they are") {
  CHECK(answer_text(bus_answer{done{}}) == "done");
  CHECK(answer_text(bus_answer{true}) == "on");
  CHECK(answer_text(bus_answer{words{0x12, 0xABCD}}) == "words 0012 ABCD");
  CHECK(answer_text(bus_answer{bytes{1, 0xFF}}) == "bytes 01 FF");
  CHECK(answer_text(bus_answer{20.5}) == "20.5");
  CHECK(answer_text(bus_answer{pulses{12, {}}}) == "pulses 12");
  CHECK(answer_text(bus_answer{pulses{12, pulses::pace{3, std::chrono::seconds{2}}}}) ==
        "pulses 12 3 2000");
  CHECK(answer_text(failed(fault_code::checksum, "at 17:00")) == "fault checksum");
  CHECK(answer_text(bus_answer{std::string{"t=\n1\r\x1b[2J"}}) == "t=\\n1??[2J");
  const auto endless = answer_text(bus_answer{std::string(100'000, '\n')});
  CHECK(endless.size() < 3000);
  CHECK(endless.find('\n') == std::string::npos);
}

TEST_CASE_FIXTURE(fixture,
                  "what goes over a bus is written under its device, and changes nothing") {
  const auto house = one_device(gpio_relay_model().spec, {{"line", "17"}});
  const auto io = open(house);
  inner->answer = true;
  CHECK(*io->transact(gpio_read{17, false}, now) == bus_answer{true});
  inner->answer = failed(fault_code::timeout, "nobody there");
  CHECK(io->transact(gpio_write{17, false, true}, now).error().detail == "nobody there");
  CHECK(written["device"] ==
        "poll\n>> read line 17 active high\n<< on\n>> write line 17 active high on\n<< fault "
        "timeout\n");
  CHECK(written.size() == 1);
}

TEST_CASE_FIXTURE(fixture, "what is addressed to nobody in the layout is written under the bus") {
  const auto house = one_device(gpio_relay_model().spec, {{"line", "17"}});
  const auto io = open(house);
  (void)io->transact(gpio_read{4, false}, now);
  CHECK(written.contains("bus"));
  CHECK_FALSE(written.contains("device"));
}

TEST_CASE_FIXTURE(fixture, "what a bus hears is written, and heard all the same") {
  const auto of = shelly_relay_model();
  const auto house = one_device(of.spec, {{"topic", "shelly"}});
  const auto topics = of.make(house, {0})->topics();
  REQUIRE_FALSE(topics.empty());
  const auto io = open(house);
  auto heard = std::vector<std::string>{};
  io->listen(topics, [&](bus_message m) { heard.push_back(m.payload); });
  inner->heard({topics.front(), "{\"output\":true}"});
  CHECK(heard == std::vector<std::string>{"{\"output\":true}"});
  CHECK(written["device"] == "<< " + topics.front() + " {\"output\":true}\n");
}

TEST_CASE("a transcript begins with what the device is, as a test of it would") {
  const auto house = one_device(sdm120_model().spec, {{"address", "3"}});
  const auto head = transcript_head(house, {0});
  CHECK(head.starts_with("# device: eastron-sdm120 on bus of test-house\noption address 3\n"));
  CHECK(head.find("channels voltage ") != std::string::npos);
}
