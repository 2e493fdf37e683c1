#include "drivers/ports/onewire_port.hpp"

#include "drivers/ds18b20.hpp"
#include "tests/support/mosquitto.hpp"
#include "tests/support/one_device.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

using namespace hearth;
using namespace hearth::testing;

namespace {

const auto now = time_point{};
const auto good =
    std::string{"73 01 4b 46 7f ff 0d 10 41 : crc=41 YES\n73 01 4b 46 7f ff 0d 10 41 t=23187\n"};

/// A folder that looks like the kernel's.
struct wires {
  void plug(const std::string& slave, const std::string& text) const {
    std::filesystem::create_directories(folder.path() / slave);
    std::ofstream{folder.path() / slave / "w1_slave"} << text;
  }
  [[nodiscard]] std::unique_ptr<port> bus() const {
    auto house = one_device(ds18b20_model().spec, {{"slave", "28-1"}});
    house.buses[0].options["path"] = folder.path().string();
    return std::move(make_onewire_port(house, {0}).value());
  }
  [[nodiscard]] fault_code code_of(const std::string& slave) const {
    const auto answer = bus()->transact(onewire_read{slave}, now);
    REQUIRE_FALSE(answer);
    return answer.error().code;
  }
  temporary_folder folder;
};

}  // namespace

TEST_CASE("a slave's text is read, and read anew each time") {
  const auto house = wires{};
  house.plug("28-1", good);
  const auto bus = house.bus();
  CHECK(bus->transact(onewire_read{"28-1"}, now) == result<bus_answer>{good});
  house.plug("28-1", "other");
  CHECK(bus->transact(onewire_read{"28-1"}, now) == result<bus_answer>{std::string{"other"}});
}

TEST_CASE("a sensor that is gone, empty or not readable says so and comes back") {
  const auto house = wires{};
  CHECK(house.code_of("28-1") == fault_code::no_such_device);
  house.plug("28-1", "");
  CHECK(house.code_of("28-1") == fault_code::no_such_device);
  house.plug("28-1", good);
  CHECK(house.bus()->transact(onewire_read{"28-1"}, now));
  if (::geteuid() != 0) {
    std::filesystem::permissions(house.folder.path() / "28-1/w1_slave",
                                 std::filesystem::perms::none);
    CHECK(house.code_of("28-1") == fault_code::permission);
  }
  std::filesystem::create_directories(house.folder.path() / "28-2" / "w1_slave");
  CHECK(house.code_of("28-2") == fault_code::io);
}

TEST_CASE("a name that is a path reads nothing") {
  const auto house = wires{};
  house.plug("28-1", good);
  for (const auto* name :
       {"", ".", "..", "../28-1", "28-1/", "28-1/../28-1", "/etc", "a b", "28\n1"})
    CHECK(house.code_of(name) == fault_code::no_such_device);
  CHECK(house.code_of(std::string(1000, '2')) == fault_code::no_such_device);
}

TEST_CASE("a file without end and a pipe nobody writes to hold no bus") {
  const auto house = wires{};
  house.plug("28-1", std::string(1'000'000, 'x'));
  const auto answer = house.bus()->transact(onewire_read{"28-1"}, now);
  REQUIRE(answer);
  CHECK(std::get<std::string>(*answer).size() == 512);
  CHECK_FALSE(decode_ds18b20(std::get<std::string>(*answer)));

  std::filesystem::create_directories(house.folder.path() / "28-3");
  REQUIRE(::mkfifo(house.folder.file("28-3/w1_slave").c_str(), 0600) == 0);
  CHECK(house.code_of("28-3") == fault_code::no_such_device);
}

TEST_CASE("a 1-Wire bus does nothing but read") {
  const auto house = wires{};
  CHECK_FALSE(house.bus()->transact(gpio_write{1, false, true}, now));
}
