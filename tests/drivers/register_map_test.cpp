#include "drivers/register_map.hpp"

#include "drivers/modbus_bus.hpp"
#include "drivers/modbus_generic.hpp"
#include "drivers/sdm120.hpp"
#include "drivers/sdm630.hpp"
#include "protocol/limits.hpp"
#include "tests/support/small_layout.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <span>

using namespace hearth;
using namespace hearth::testing;
using format = register_row::format;
using table = register_row::table;

namespace {

register_row row(const std::string& channel, table where, std::uint16_t address, format as) {
  auto r = register_row{};
  r.channel = channel;
  r.where = where;
  r.address = address;
  r.as = as;
  return r;
}

register_map map_of(const std::vector<register_row>& rows, read_limits limits) {
  auto keys = std::vector<std::string>{};
  for (const auto& r : rows) keys.push_back(r.channel);
  const auto house = small_layout(tcp_bus(1, 1), modbus_generic_model().spec,
                                  {{"address", std::int64_t{1}}, {"registers", rows}}, keys);
  return {house, device_id{0}, rows, limits};
}

std::vector<std::pair<int, int>> extents(const register_map& map) {
  auto found = std::vector<std::pair<int, int>>{};
  for (const auto& request : map.reads()) {
    const auto& read = std::get<modbus_read>(request);
    found.emplace_back(read.address, read.count);
  }
  return found;
}

using extent_list = std::vector<std::pair<int, int>>;

}  // namespace

TEST_CASE("registers within the gap share a read, and no read is longer than the device allows") {
  const auto rows =
      std::vector{row("c", table::input, 10, format::u32), row("a", table::input, 0, format::u16),
                  row("b", table::input, 4, format::f32)};
  CHECK(extents(map_of(rows, {.gap = 4})) == extent_list{{0, 12}});
  CHECK(extents(map_of(rows, {.gap = 3})) == extent_list{{0, 6}, {10, 2}});
  CHECK(extents(map_of(rows, {.gap = 0})) == extent_list{{0, 1}, {4, 2}, {10, 2}});
  CHECK(extents(map_of(rows, {.registers = 11, .gap = 9})) == extent_list{{0, 6}, {10, 2}});
}

TEST_CASE("two views of one register are fetched once, and tables never mix") {
  const auto rows = std::vector{row("all", table::holding, 0, format::u32),
                                row("high", table::holding, 0, format::u16),
                                row("other", table::input, 0, format::u16)};
  auto map = map_of(rows, {});
  CHECK(map.reads().size() == 2);
  auto answers = std::vector<result<bus_answer>>{};
  answers.emplace_back(words{9});
  answers.emplace_back(words{1, 2});
  const auto readings = map.decode(answers, time_point{});
  REQUIRE(readings.size() == 3);
  CHECK(readings[0].value->amount == 9);
  CHECK(readings[1].value->amount == 65538);
  CHECK(readings[2].value->amount == 1);
}

TEST_CASE("registers too scattered for one poll say so instead of holding the bus") {
  auto rows = std::vector<register_row>{};
  for (auto i = 0; i < 40; ++i)
    rows.push_back(row("c" + std::to_string(i), table::input, static_cast<std::uint16_t>(10 * i),
                       format::u16));
  auto map = map_of(rows, {});
  REQUIRE(map.reads().size() == limits::requests_per_poll);
  const auto answers = std::vector<result<bus_answer>>(map.reads().size(), words{7});
  const auto readings = map.decode(answers, time_point{});
  REQUIRE(readings.size() == 40);
  CHECK(readings[31].value->amount == 7);
  CHECK(readings[32].value.error().code == fault_code::overflow);
}

TEST_CASE(
    "an answer that is shorter, longer, of another kind or missing is a fault of its channels") {
  auto map = map_of({row("a", table::input, 0, format::f32)}, {});
  const auto code = [&](const result<bus_answer>& answer) {
    return map.decode(std::span{&answer, 1}, time_point{}).at(0).value.error().code;
  };
  CHECK(code(words{1}) == fault_code::malformed);
  CHECK(code(words{1, 2, 3}) == fault_code::malformed);
  CHECK(code(true) == fault_code::malformed);
  CHECK(code(failed(fault_code::timeout)) == fault_code::timeout);
  CHECK(map.decode({}, time_point{}).at(0).value.error().code == fault_code::not_ready);
}

TEST_CASE("a register at the end of the address space ends there") {
  auto map = map_of({row("a", table::holding, 0xFFFF, format::u16)}, {});
  CHECK(extents(map) == extent_list{{0xFFFF, 1}});
}

TEST_CASE("every format gives back what was written, at its ends too, and takes no more") {
  struct end {
    format as;
    double lowest, highest;
  };
  for (const auto& e :
       {end{format::u16, 0, 65535}, end{format::s16, -32768, 32767},
        end{format::u32, 0, 4294967295.0}, end{format::s32, -2147483648.0, 2147483647},
        end{format::u64, 0, 9007199254740992.0},
        end{format::s64, -9007199254740992.0, 9007199254740992.0}})
    for (const auto low_first : {false, true}) {
      auto r = row("a", table::holding, 0, e.as);
      r.low_word_first = low_first;
      for (const auto amount : {e.lowest, 1.0, e.highest}) {
        const auto raw = encode_registers(r, {amount, unit::count});
        REQUIRE(raw);
        CHECK(decode_registers(r, *raw)->amount == amount);
      }
      // A double near 2^53 has no neighbour at distance one.
      for (const auto beyond : {e.lowest - 2, e.highest + 2})
        CHECK(encode_registers(r, {beyond, unit::count}).error().code == fault_code::out_of_range);
      CHECK(encode_registers(r, {std::nan(""), unit::count}).error().code ==
            fault_code::out_of_range);
    }
  auto r = row("a", table::holding, 0, format::f32);
  CHECK(decode_registers(r, encode_registers(r, {-0.25, unit::count}).value())->amount == -0.25);
  CHECK_FALSE(encode_registers(r, {1e39, unit::count}));
  r.as = format::f64;
  CHECK(decode_registers(r, encode_registers(r, {1e39, unit::count}).value())->amount == 1e39);
  CHECK_FALSE(encode_registers(r, {std::numeric_limits<double>::infinity(), unit::count}));
}

TEST_CASE("a scale of zero makes a register unwritable, not a crash") {
  auto r = row("a", table::holding, 0, format::s16);
  r.scale = 0;
  CHECK_FALSE(encode_registers(r, {5, unit::count}));
  CHECK(safe_registers(r) == words{0});
}

TEST_CASE("safe is off, zero, or the end of the range nearest to zero") {
  auto r = row("a", table::holding, 0, format::s16);
  CHECK(safe_registers(r) == words{0});
  r.lowest = 10;
  CHECK(safe_registers(r) == words{10});
  r.lowest = -30;
  r.highest = -10;
  CHECK(safe_registers(r) == words{static_cast<std::uint16_t>(-10)});

  // A relay whose coil is on when the contact is open.
  auto inverted = row("b", table::coil, 0, format::bit);
  inverted.unit = unit::on_off;
  inverted.scale = -1;
  inverted.offset = 1;
  CHECK(safe_registers(inverted) == words{1});
}

TEST_CASE("a meter's table stands where Eastron's document says, and in ascending order") {
  for (const auto& what : {sdm120_model(), sdm630_model()}) {
    auto keys = std::vector<std::string>{};
    for (const auto& channel : what.spec.channels) keys.push_back(channel.name);
    const auto house =
        small_layout(rtu_bus("", 1), what.spec, {{"address", std::int64_t{1}}}, keys);
    auto driver = what.make(house, device_id{0});
    CHECK(driver->as_actuator() == nullptr);
    CHECK(driver->poll().size() == 2);
    for (const auto& request : driver->poll()) {
      const auto& read = std::get<modbus_read>(request);
      CHECK(read.table == table::input);
      CHECK(read.address % 2 == 0);
      CHECK(read.count <= 80);
    }
  }
}

TEST_CASE("the specs of both buses say what the port reads from them") {
  for (const auto& spec : {modbus_tcp_bus(), modbus_rtu_bus()})
    for (const auto& option : spec.options) CHECK((option.required || !option.fallback.empty()));
  CHECK(modbus_address_option().owned);
}
