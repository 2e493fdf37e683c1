#include "drivers/daikin_homehub.hpp"
#include "drivers/egauge.hpp"
#include "drivers/schneider_iem3000.hpp"
#include "drivers/sunspec_inverter.hpp"
#include "drivers/sunspec_meter.hpp"
#include "tests/support/device_on_tcp.hpp"
#include "tests/support/modbus_peer.hpp"
#include "tests/support/one_device.hpp"

#include <doctest/doctest.h>

#include <bit>

using namespace hearth;
using namespace hearth::testing;

namespace {

device_on_tcp on(const modbus_peer& peer, const model& what,
                 const std::map<std::string, std::string>& options,
                 const std::vector<std::string>& keys) {
  return {what, peer.port(), options_for(what.spec, options), keys};
}

std::string registers_of(std::uint64_t bits, int count) {
  auto text = std::string{};
  for (auto i = count - 1; i >= 0; --i)
    text += (text.empty() ? "" : ",") + std::to_string((bits >> (16 * i)) & 0xFFFF);
  return text;
}
std::string real(float value) { return registers_of(std::bit_cast<std::uint32_t>(value), 2); }
std::string counter(std::uint64_t value) { return registers_of(value, 4); }

double amount(const reading& r) {
  if (!r.value) FAIL_CHECK(to_text(r.value.error()));
  return r.value ? r.value->amount : 0;
}

/// Writes what `c` needs, as a device actor would.
void obey(device_on_tcp& device, std::uint16_t channel, measured value) {
  auto c = command{};
  c.target = channel_id{channel};
  c.value = value;
  const auto requests = device.driver->as_actuator()->encode(c).value();
  for (const auto& request : requests) CHECK(device.port->transact(request, device.now));
}

/// Marker, common model, three-phase inverter 103, common model, meter 203, end: as SolarEdge has
/// it. 4010 W from the panels; the meter sees 1234.5 W go out (it counts that as positive).
const auto solar_plant = std::vector<std::string>{
    "registers=65536",
    "holding:40000=0x5375,0x6E53,1,65",
    "holding:40069=103,50",
    "holding:40083=3990,0",       // W, W_SF
    "holding:40085=5000,0xFFFE",  // Hz, Hz_SF
    "holding:40093=18,54919,0",   // WH, WH_SF: 18 × 65536 + 54919
    "holding:40100=4010,0",       // DCW, DCW_SF
    "holding:40107=4",            // St
    "holding:40121=1,65",
    "holding:40188=203,105",
    "holding:40203=0xFFFF",              // V_SF
    "holding:40195=2305",                // PhV
    "holding:40206=12345,0,0,0,0xFFFF",  // W, three lines, W_SF
    "holding:40226=0,9750",              // TotWhExp
    "holding:40234=307,3948",            // TotWhImp: 307 × 65536 + 3948
    "holding:40242=0",                   // TotWh_SF
    "holding:40295=0xFFFF,0",
};

}  // namespace

TEST_CASE("an iEM3455 is read from a server that is not ours") {
  const auto peer = modbus_peer{
      {"unit=5", "registers=4000", "holding:3027=" + real(230.25F), "holding:3053=" + real(-1.5F),
       "holding:3059=" + real(4.25F), "holding:3109=" + real(49.97F),
       "holding:3203=" + counter(9'000'000'123), "holding:3207=" + counter(4567)}};
  auto meter =
      on(peer, schneider_iem3000_model(), {{"address", "5"}},
         {"voltage_l1", "power_l1", "power", "frequency", "energy_import", "energy_export"});
  const auto readings = meter.poll();
  REQUIRE(readings.size() == 6);
  CHECK(amount(readings[0]) == 230.25);
  CHECK(amount(readings[1]) == -1500);
  CHECK(amount(readings[2]) == 4250);
  CHECK(amount(readings[3]) == doctest::Approx(49.97));
  CHECK(amount(readings[4]) == 9'000'000'123);
  CHECK(amount(readings[5]) == 4567);
}

TEST_CASE("an eGauge is read from a server that is not ours") {
  auto watts = register_row{};
  watts.channel = "pump";
  watts.where = register_row::table::input;
  watts.address = 9004;
  watts.as = register_row::format::f32;
  watts.unit = unit::watt;
  const auto peer = modbus_peer{{"registers=10000", "input:500=" + real(121.5F),
                                 "input:1500=" + real(60.0F), "input:9004=" + real(83.5F)}};
  auto options = options_for(egauge_model().spec, {{"address", "1"}});
  options["registers"] = std::vector{watts};
  auto meter =
      device_on_tcp{egauge_model(), peer.port(), options, {"voltage_l1", "frequency", "pump"}};
  const auto readings = meter.poll();
  CHECK(amount(readings.at(0)) == 121.5);
  CHECK(amount(readings.at(1)) == 60);
  CHECK(amount(readings.at(2)) == 83.5);
}

TEST_CASE("a SunSpec inverter and the meter behind it are found on a server that is not ours") {
  const auto peer = modbus_peer{solar_plant};
  auto inverter = on(peer, sunspec_inverter_model(), {{"address", "1"}},
                     {"power", "frequency", "energy_export", "dc_power", "state"});
  for (auto polls = 0; polls < 2; ++polls)
    for (const auto& r : inverter.poll()) {
      REQUIRE_FALSE(r.value);
      CHECK(r.value.error().code == fault_code::not_ready);
    }
  const auto delivered = inverter.poll();
  CHECK(amount(delivered.at(0)) == -3990);
  CHECK(amount(delivered.at(1)) == 50);
  CHECK(amount(delivered.at(2)) == 1'234'567);
  CHECK(amount(delivered.at(3)) == 4010);
  CHECK(amount(delivered.at(4)) == 4);

  auto meter = on(peer, sunspec_meter_model(), {{"address", "1"}, {"positive", "exported"}},
                  {"power", "voltage", "energy_export", "energy_import"});
  for (auto polls = 0; polls < 4; ++polls)
    for (const auto& r : meter.poll()) CHECK_FALSE(r.value);
  const auto metered = meter.poll();
  CHECK(amount(metered.at(0)) == -1234.5);
  CHECK(amount(metered.at(1)) == 230.5);
  CHECK(amount(metered.at(2)) == 9750);
  CHECK(amount(metered.at(3)) == 20'123'500);
}

TEST_CASE("a SunSpec device that restarts with its old map is read on without a search") {
  auto peer = modbus_peer{solar_plant};
  auto inverter = on(peer, sunspec_inverter_model(), {{"address", "1"}}, {"power"});
  for (auto polls = 0; polls < 2; ++polls) inverter.poll();
  CHECK(amount(inverter.poll().at(0)) == -3990);
  peer.kill();
  CHECK(inverter.poll().at(0).value.error().code == fault_code::disconnected);
  peer.start();
  CHECK(amount(inverter.poll().at(0)) == -3990);
}

TEST_CASE("a heat pump is commanded on a server that is not ours, read back, and made safe") {
  const auto peer =
      modbus_peer{{"unit=1", "input:20=0", "input:40=3512", "input:43=64811", "input:50=215",
                   "holding:0=35", "holding:3=1", "holding:55=0", "holding:57=2000"}};
  auto pump = on(peer, daikin_homehub_model(), {{"address", "1"}, {"safe_setpoint", "40"}},
                 {"fault", "leaving_water", "outdoor", "power", "heating_setpoint", "heating",
                  "smart_grid", "power_limit"});
  const auto read = [&] {
    auto amounts = std::vector<double>{};
    for (const auto& r : pump.poll()) amounts.push_back(amount(r));
    return amounts;
  };
  CHECK(read() == std::vector<double>{0, 35.12, -7.25, 2150, 35, 1, 0, 20'000});

  obey(pump, 4, {48, unit::celsius});
  obey(pump, 5, switched(false));
  obey(pump, 6, {3, unit::count});
  obey(pump, 7, {4200, unit::watt});
  CHECK(read() == std::vector<double>{0, 35.12, -7.25, 2150, 48, 0, 3, 4200});

  for (const auto channel : {4, 5, 6, 7})
    for (const auto& request :
         pump.driver->as_actuator()->make_safe(channel_id{static_cast<std::uint16_t>(channel)}))
      CHECK(pump.port->transact(request, pump.now));
  CHECK(read() == std::vector<double>{0, 35.12, -7.25, 2150, 40, 1, 0, 20'000});
}

TEST_CASE("a device at another unit than the layout says is silence, and nothing is read from it") {
  const auto peer = modbus_peer{{"unit=7", "registers=65536", "holding:3059=" + real(4.25F)}};
  for (const auto& what : {schneider_iem3000_model(), sunspec_meter_model()}) {
    auto meter = on(peer, what, {{"address", "5"}}, {"power"});
    for (auto polls = 0; polls < 4; ++polls) {
      const auto readings = meter.poll();
      REQUIRE_FALSE(readings.at(0).value);
      CHECK(readings[0].value.error().code == fault_code::timeout);
    }
  }
  auto meter = on(peer, schneider_iem3000_model(), {{"address", "7"}}, {"power"});
  CHECK(amount(meter.poll().at(0)) == 4250);
}
