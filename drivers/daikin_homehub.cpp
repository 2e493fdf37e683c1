#include "drivers/daikin_homehub.hpp"

#include "drivers/modbus_bus.hpp"
#include "drivers/register_map.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace hearth {
namespace {

constexpr auto input = register_row::table::input;
constexpr auto holding = register_row::table::holding;

/// What a channel goes to when nobody commands it.
enum class when_safe : unsigned char {
  read_only,    ///< it takes no commands
  zero,         ///< what the unit does by itself
  running,      ///< on, or off if the layout wants that
  setpoint,     ///< of option `safe_setpoint`
  power_limit,  ///< of option `safe_power_limit`
};

/// One line of Daikin's table, as printed.
struct hub_row {
  std::uint16_t offset;  ///< "register offset" of the guide, one-based
  register_row::table where;
  std::string_view channel;
  hearth::unit unit;  ///< of the channel
  double scale;       ///< channel units in one of the register: Temp16 0.01 °C, Pow16 10 W
  double lowest, highest;
  when_safe safe;
  std::string_view meaning;
};

using enum when_safe;
// Source: Daikin, "HomeHub EKRHH, installer reference guide", 4P744838-1, section 9.2, tables for
// use case 3 (Daikin Altherma). Every register is a signed word; on the wire an address is the
// printed offset less one.
// clang-format off
constexpr auto table = std::array{
    //      offset  table  channel                  unit                   scale lowest highest  when safe    meaning
    hub_row{21, input,   "fault",                 unit::count,               1,     0,      2, read_only,   "unit abnormality: 0 none, 1 fault, 2 warning"},
    hub_row{22, input,   "fault_code",            unit::count,               1,     0, 0x7F7F, read_only,   "its two letters as one number: 256 × the first + the second; U4 is 21812"},
    hub_row{30, input,   "circulation_pump",      unit::on_off,              1,     0,      1, read_only,   "whether it runs"},
    hub_row{31, input,   "compressor",            unit::on_off,              1,     0,      1, read_only,   "whether it runs"},
    hub_row{35, input,   "defrost",               unit::on_off,              1,     0,      1, read_only,   "whether the unit defrosts or starts up"},
    hub_row{40, input,   "leaving_water_pump",    unit::celsius,          0.01,   -50,    120, read_only,   "as it leaves the plate heat exchanger (PHE)"},
    hub_row{41, input,   "leaving_water",         unit::celsius,          0.01,   -50,    120, read_only,   "as it leaves the backup heater (BUH) for the house"},
    hub_row{42, input,   "return_water",          unit::celsius,          0.01,   -50,    120, read_only,   "as it comes back"},
    hub_row{43, input,   "hot_water_temperature", unit::celsius,          0.01,   -50,    120, read_only,   "in the tank of domestic hot water"},
    hub_row{44, input,   "outdoor",               unit::celsius,          0.01,   -60,     70, read_only,   "at the outdoor unit"},
    hub_row{49, input,   "flow",                  unit::litre_per_minute, 0.01,     0,    300, read_only,   "of the water"},
    hub_row{51, input,   "power",                 unit::watt,               10,     0, 50'000, read_only,   "electrical power of the whole unit"},
    hub_row{ 1, holding, "heating_setpoint",      unit::celsius,             1,    12,     65, setpoint,    "leaving water for heating, whole degrees; holds where the unit's setpoint is fixed"},
    hub_row{ 3, holding, "mode",                  unit::count,               1,     0,      2, zero,        "0 automatic, 1 heating, 2 cooling"},
    hub_row{ 4, holding, "heating",               unit::on_off,              1,     0,      1, running,     "space heating and cooling"},
    hub_row{12, holding, "hot_water",             unit::on_off,              1,     0,      1, running,     "reheating of domestic hot water"},
    hub_row{53, holding, "weather_dependent",     unit::count,               1,     0,      3, read_only,   "0 fixed setpoint, 1 weather dependent; 2 and 3 the same with a schedule"},
    hub_row{54, holding, "heating_offset",        unit::kelvin,              1,   -10,     10, zero,        "shift of the weather dependent setpoint, whole kelvins"},
    hub_row{56, holding, "smart_grid",            unit::count,               1,     0,      3, zero,        "0 runs free, 1 forced off, 2 recommended on, 3 forced on"},
    hub_row{57, holding, "buffering_limit",       unit::watt,               10,     0, 20'000, power_limit, "power while recommended on"},
    hub_row{58, holding, "power_limit",           unit::watt,               10,     0, 20'000, power_limit, "power at any time"},
};
// clang-format on

/// Section 9.2.3, special values.
const auto absent = std::array{
    absent_word{32765, {fault_code::not_ready, "the HomeHub waits for the unit's value"}},
    absent_word{32766, {fault_code::unsupported, "the unit is not set up to have this value"}},
    absent_word{32767, {fault_code::unsupported, "the unit does not have this value"}},
};

/// The blocks of both tables are read as a whole by programs in use; the unlisted registers among
/// them answer.
constexpr auto hub_limits = read_limits{.gap = 16};

/// What rounding to a register may change, as in a read-back.
constexpr auto representable = 1e-3;

register_row to_register(const hub_row& row) {
  return {.channel = std::string{row.channel},
          .where = row.where,
          .address = static_cast<std::uint16_t>(row.offset - 1),
          .as = register_row::format::s16,
          .scale = row.scale,
          .unit = row.unit,
          .writable = row.safe != read_only,
          .lowest = row.lowest,
          .highest = row.highest};
}

std::vector<register_row> all_registers() {
  auto rows = std::vector<register_row>{};
  for (const auto& row : table) rows.push_back(to_register(row));
  return rows;
}

double safe_amount(when_safe rule, const option_map& options) {
  switch (rule) {
  case read_only:
  case zero: return 0;
  case running: return text_option(options, "fail_safe") == "off" ? 0 : 1;
  case setpoint: return number_option(options, "safe_setpoint");
  case power_limit: return number_option(options, "safe_power_limit");
  }
  return 0;
}

class daikin_homehub final : public actuator {
 public:
  daikin_homehub(const layout& house, device_id device)
      : rows_{all_registers()}, map_{house, device, rows_, hub_limits, absent} {
    for (const auto channel : house[device].channels) {
      const auto row = std::ranges::find(table, house[channel].key, &hub_row::channel);
      const auto safe = safe_amount(row->safe, house[device].options);
      channels_.push_back({channel, to_register(*row), {safe, row->unit}});
    }
  }

  std::vector<bus_request> poll() override { return map_.reads(); }
  std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                              time_point now) override {
    return map_.decode(answers, now);
  }

  /// What the register would round is refused: its read-back would contradict the command for
  /// ever.
  result<std::vector<bus_request>> encode(const command& c) override {
    const auto found = std::ranges::find(channels_, c.target, &commanded::channel);
    if (found != channels_.end())
      if (const auto raw = encode_registers(found->row, c.value)) {
        const auto kept = decode_registers(found->row, *raw);
        if (kept && std::abs(kept->amount - c.value.amount) > representable)
          return failed(fault_code::out_of_range,
                        "the unit takes steps of " + std::to_string(std::lround(found->row.scale)) +
                            " " + std::string{symbol(found->row.unit)});
      }
    return map_.encode(c);
  }

  std::vector<bus_request> make_safe(channel_id channel) override {
    const auto found = std::ranges::find(channels_, channel, &commanded::channel);
    if (found == channels_.end()) return {};
    auto safe = command{};
    safe.target = channel;
    safe.value = found->safe;
    return map_.encode(safe).value_or(std::vector<bus_request>{});
  }

 private:
  struct commanded {
    channel_id channel;
    register_row row;
    measured safe;
  };
  std::vector<register_row> rows_;
  register_map map_;
  std::vector<commanded> channels_;
};

option_spec fail_safe() {
  return {.key = "fail_safe",
          .kind = option_kind::choice,
          .help =
              "heating and hot water when nobody commands them: on, as the unit's own control "
              "has it, or off; all else goes back to the unit's own control",
          .fallback = "own-control",
          .choices = {"own-control", "off"}};
}

option_spec safe_setpoint() {
  return {.key = "safe_setpoint",
          .kind = option_kind::quantity,
          .help = "leaving water when nobody commands it: what warms the rooms on the coldest day",
          .fallback = "45 °C",
          .dimension = dimension::temperature,
          .lowest = 12,
          .highest = 65};
}

option_spec safe_power_limit() {
  return {.key = "safe_power_limit",
          .kind = option_kind::quantity,
          .help = "power limits when nobody commands them: at least what the unit can draw",
          .fallback = "20000 W",
          .dimension = dimension::power,
          .lowest = 1000,
          .highest = 20'000};
}

}  // namespace

model daikin_homehub_model() {
  auto spec = model_spec{
      .name = "daikin-homehub",
      .title = "Daikin Altherma 3 heat pump behind a HomeHub (EKRHH)",
      .bus_kinds = modbus_bus_kinds(),
      .options = {modbus_address_option(), fail_safe(), safe_setpoint(), safe_power_limit()},
      .channels = {}};
  for (const auto& row : table)
    spec.channels.push_back(
        {std::string{row.channel}, row.unit, std::string{row.meaning}, row.safe != read_only});
  return {std::move(spec), [](const layout& house, device_id device) {
            return std::make_unique<daikin_homehub>(house, device);
          }};
}

}  // namespace hearth
