#include "drivers/probe/onewire_probe.hpp"

#include "drivers/ports/machine_buses.hpp"
#include "drivers/ports/onewire_port.hpp"
#include "tests/support/mosquitto.hpp"
#include "tests/support/probe_support.hpp"

#include <filesystem>
#include <fstream>

using namespace hearth;
using namespace hearth::testing;

namespace {

/// As the kernel shows a bus, in a folder of its own.
struct wire {
  temporary_folder folder;

  void add(const std::string& slave, const std::string& text) const {
    std::filesystem::create_directory(folder.file(slave));
    std::ofstream{folder.file(slave) + "/w1_slave"} << text;
  }
  [[nodiscard]] probe_result probe() const {
    const auto bus = proposed_bus{"wire", "onewire", {{"path", folder.path()}}};
    const auto house = accepted({.bus = bus});
    const auto io = make_onewire_port(house, bus_id{0});
    auto asks = patient_interview();
    return probe_onewire(**io, asks, bus, *list_onewire_slaves(folder.path()));
  }
};

const auto warm = std::string{
    "73 01 4b 46 7f ff 0d 10 41 : crc=41 YES\n"
    "73 01 4b 46 7f ff 0d 10 41 t=23187\n"};

}  // namespace

TEST_CASE("1-Wire thermometers are found with what they measure, and masters are none") {
  const auto bus = wire{};
  bus.add("28-00000a1b2c3d", warm);
  bus.add("28-00000a1b2c3e", "ff ff ff ff ff ff ff ff ff : crc=c9 NO\nff ff t=-62\n");
  bus.add("w1_bus_master1", "");
  const auto result = bus.probe();
  REQUIRE(result.found.size() == 2);
  CHECK(result.found[0].evidence == "23.19 °C now");
  CHECK(result.found[1].evidence.find("checksum") != std::string::npos);
  CHECK(result.tally.asked == 2);
  const auto house = accepted(result, false);
  CHECK(models_in(house) == std::vector<std::string>{"ds18b20", "ds18b20"});
  CHECK(text_option(house.devices[0].options, "slave") == "28-00000a1b2c3d");
}

TEST_CASE("1-Wire slaves of other families are named, and noise is called that") {
  const auto bus = wire{};
  bus.add("10-000802be73fa", warm);
  bus.add("3a-000000123456", "");
  bus.add("99-000000123456", "");
  bus.add("00-800000000000", "");
  const auto result = bus.probe();
  REQUIRE(result.found.size() == 3);
  CHECK(find_at(result, "10-000802be73fa")->sure == certainty::guess);
  CHECK(find_at(result, "3a-000000123456")->what.find("DS2413") != std::string::npos);
  CHECK(find_at(result, "99-000000123456")->sure == certainty::unknown);
  REQUIRE(result.remarks.size() == 1);
  CHECK(result.remarks[0].find("pull-up") != std::string::npos);
  CHECK(accepted(result, false).devices.empty());
}

TEST_CASE("a machine's buses are listed as its folders show them") {
  const auto machine = temporary_folder{};
  for (const auto* const folder :
       {"dev/serial/by-id", "sys/bus/i2c/devices/i2c-1", "sys/bus/w1/devices/28-00000a1b2c3d",
        "sys/bus/w1/devices/w1_bus_master1"})
    std::filesystem::create_directories(machine.path() / folder);
  for (const auto* const file : {"dev/i2c-1", "dev/ttyUSB0", "dev/ttyUSB1", "dev/tty1"})
    std::ofstream{machine.path() / file};
  std::ofstream{machine.path() / "sys/bus/i2c/devices/i2c-1/name"} << "bcm2835 (i2c@7e804000)\n";
  std::filesystem::create_symlink("../../ttyUSB0", machine.path() / "dev/serial/by-id/usb-FTDI");
  const auto all = list_machine_buses(machine.path());
  REQUIRE(all.i2c.size() == 1);
  CHECK(all.i2c[0].name == "bcm2835 (i2c@7e804000)");
  CHECK(all.onewire == std::vector<std::string>{"28-00000a1b2c3d"});
  CHECK(all.serial == std::vector<std::string>{machine.file("dev/serial/by-id/usb-FTDI"),
                                               machine.file("dev/ttyUSB1")});
  CHECK(list_machine_buses(machine.path() / "nowhere").serial.empty());
}

TEST_CASE("a device that another process has open names it, and this program is no other") {
  const auto folder = temporary_folder{};
  const auto file = folder.file("device");
  const auto held = std::ofstream{file};
  CHECK_FALSE(holder_of(file));
  CHECK_FALSE(holder_of(folder.file("absent")));
  const auto broker = mosquitto{};
  const auto holder = holder_of(broker.file("mosquitto.log"));
  REQUIRE(holder);
  CHECK(holder->program == "mosquitto");
  CHECK(holder->certain);
}

TEST_CASE("a GPIO chip that is not there is a fault with what to do") {
  const auto lines = list_gpio_lines("no-such-chip");
  REQUIRE_FALSE(lines);
  CHECK(lines.error().code == fault_code::no_such_device);
  CHECK(lines.error().detail.find("scada probe") != std::string::npos);
}
