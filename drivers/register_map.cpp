#include "drivers/register_map.hpp"

#include "protocol/limits.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

namespace hearth {
namespace {

using format = register_row::format;
using table = register_row::table;

bool holds_bits(table t) { return t == table::coil || t == table::discrete; }

/// A coil is a bit whatever the row says of its format.
format format_of(const register_row& row) { return holds_bits(row.where) ? format::bit : row.as; }

std::string in_unit(double amount, unit u) {
  auto digits = std::array<char, 32>{};
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), amount);
  return std::string{digits.data(), written.ptr} + " " + std::string{symbol(u)};
}

/// Nothing if `amount` may stand in this row.
std::optional<fault> complaint(const register_row& row, double amount) {
  if (row.lowest && amount < *row.lowest)
    return fault{fault_code::out_of_range, in_unit(amount, row.unit) +
                                               " is below the lowest possible, " +
                                               in_unit(*row.lowest, row.unit)};
  if (row.highest && amount > *row.highest)
    return fault{fault_code::out_of_range, in_unit(amount, row.unit) +
                                               " is above the highest possible, " +
                                               in_unit(*row.highest, row.unit)};
  return {};
}

bool is_switch_state(double amount) { return amount == 0 || amount == 1; }

/// The registers of one number as one, the first the highest.
std::uint64_t joined(const register_row& row, std::span<const std::uint16_t> raw) {
  auto all = std::uint64_t{0};
  for (auto i = std::size_t{0}; i < raw.size(); ++i)
    all = all << 16 | raw[row.low_word_first ? raw.size() - 1 - i : i];
  return all;
}

words split(const register_row& row, std::uint64_t all) {
  auto raw = words(width_of(row));
  for (auto i = std::size_t{0}; i < raw.size(); ++i, all >>= 16)
    raw[row.low_word_first ? i : raw.size() - 1 - i] = static_cast<std::uint16_t>(all & 0xFFFF);
  return raw;
}

/// The number as it stands in the registers, before scale and offset.
double raw_number(const register_row& row, std::span<const std::uint16_t> raw) {
  switch (format_of(row)) {
  case format::bit:
  case format::u16: return raw[0];
  case format::s16: return static_cast<std::int16_t>(raw[0]);
  case format::u32: return static_cast<double>(joined(row, raw));
  case format::s32: return static_cast<std::int32_t>(joined(row, raw));
  case format::f32:
    return double{std::bit_cast<float>(static_cast<std::uint32_t>(joined(row, raw)))};
  case format::u64: return static_cast<double>(joined(row, raw));
  case format::s64: return static_cast<double>(static_cast<std::int64_t>(joined(row, raw)));
  case format::f64: return std::bit_cast<double>(joined(row, raw));
  }
  return 0;
}

template <class Integer>
std::optional<Integer> rounded(double number) {
  const auto whole = std::round(number);
  if (!(whole >= double{std::numeric_limits<Integer>::lowest()} &&
        whole <= double{std::numeric_limits<Integer>::max()}))
    return {};  // beyond the register, or no number at all
  return static_cast<Integer>(whole);
}

/// Beyond this a double skips whole numbers, so that a register of 64 bits would get another one
/// than was meant.
constexpr auto exact_whole = 9007199254740992.0;  // 2^53

/// Nothing if the registers cannot hold `number`.
std::optional<words> raw_words(const register_row& row, double number) {
  const auto all = [&](auto value) { return split(row, static_cast<std::uint64_t>(value)); };
  const auto lift = [](const auto& value, auto to_words) {
    return value ? std::optional{to_words(*value)} : std::nullopt;
  };
  switch (format_of(row)) {
  case format::bit: return is_switch_state(number) ? std::optional{all(number)} : std::nullopt;
  case format::u16: return lift(rounded<std::uint16_t>(number), all);
  case format::s16: return lift(rounded<std::int16_t>(number), all);
  case format::u32: return lift(rounded<std::uint32_t>(number), all);
  case format::s32: return lift(rounded<std::int32_t>(number), all);
  case format::f32:
    if (!(std::abs(number) <= double{std::numeric_limits<float>::max()})) return {};
    return all(std::bit_cast<std::uint32_t>(static_cast<float>(number)));
  case format::u64:
  case format::s64: {
    const auto whole = std::round(number);
    const auto lowest = row.as == format::u64 ? 0.0 : -exact_whole;
    if (!(whole >= lowest && whole <= exact_whole)) return {};
    return all(static_cast<std::int64_t>(whole));
  }
  case format::f64:
    if (!std::isfinite(number)) return {};
    return all(std::bit_cast<std::uint64_t>(number));
  }
  return {};
}

class reader final : public driver {
 public:
  explicit reader(register_map map) : map_{std::move(map)} {}

  std::vector<bus_request> poll() override { return map_.reads(); }
  std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                              time_point now) override {
    return map_.decode(answers, now);
  }

 private:
  register_map map_;
};

}  // namespace

std::uint16_t width_of(const register_row& row) {
  switch (format_of(row)) {
  case format::bit:
  case format::u16:
  case format::s16: return 1;
  case format::u32:
  case format::s32:
  case format::f32: return 2;
  case format::u64:
  case format::s64:
  case format::f64: return 4;
  }
  return 1;
}

result<measured> decode_registers(const register_row& row, std::span<const std::uint16_t> raw) {
  if (raw.size() != width_of(row))
    return failed(fault_code::malformed, "the answer is shorter than what was asked for");
  const auto number = raw_number(row, raw);
  if (!std::isfinite(number)) return failed(fault_code::malformed, "the registers hold no number");
  const auto amount = number * row.scale + row.offset;
  const auto must_switch = row.unit == unit::on_off || format_of(row) == format::bit;
  if (must_switch && !is_switch_state(row.unit == unit::on_off ? amount : number))
    return failed(fault_code::malformed, "the register is neither on nor off");
  if (auto wrong = complaint(row, amount)) return tl::make_unexpected(*std::move(wrong));
  return measured{amount, row.unit};
}

result<words> encode_registers(const register_row& row, measured value) {
  if (value.unit != row.unit)
    return failed(fault_code::unsupported, "takes " + std::string{symbol(row.unit)} + ", not " +
                                               std::string{symbol(value.unit)});
  if (row.unit == unit::on_off && !is_switch_state(value.amount))
    return failed(fault_code::out_of_range, "a switch is either on or off");
  if (auto wrong = complaint(row, value.amount)) return tl::make_unexpected(*std::move(wrong));
  auto raw = raw_words(row, (value.amount - row.offset) / row.scale);
  if (!raw)
    return failed(fault_code::out_of_range,
                  in_unit(value.amount, value.unit) + " does not fit the register");
  return *std::move(raw);
}

words safe_registers(const register_row& row) {
  auto safe = 0.0;
  if (row.lowest) safe = std::max(safe, *row.lowest);
  if (row.highest) safe = std::min(safe, *row.highest);
  return encode_registers(row, {safe, row.unit}).value_or(words(width_of(row), 0));
}

register_map::register_map(const layout& house, device_id device,
                           std::span<const register_row> table, read_limits limits,
                           std::span<const absent_word> absent)
    : unit_{static_cast<std::uint8_t>(integer_option(house[device].options, "address"))},
      absent_{absent} {
  for (const auto channel : house[device].channels) {
    const auto& key = house[channel].key;
    const auto row = std::ranges::find(table, key, &register_row::channel);
    assert(row != table.end() && "the model's spec offers only channels its table has");
    if (row != table.end()) rows_.push_back({*row, channel});
  }
  std::ranges::stable_sort(rows_, {}, [](const placed_row& p) {
    return std::tuple{p.row.where, p.row.address};
  });
  for (auto& placed : rows_) {
    const auto& row = placed.row;
    const auto most = holds_bits(row.where) ? limits.bits : limits.registers;
    const auto end = row.address + width_of(row);
    const auto joins_last = [&] {
      if (reads_.empty() || reads_.back().table != row.where) return false;
      const auto& last = reads_.back();
      return row.address <= last.address + last.count + limits.gap && end - last.address <= most;
    };
    if (!joins_last()) reads_.push_back({unit_, row.where, row.address, 0});
    auto& read = reads_.back();
    // Rows may overlap: two views of one register never shorten the read.
    read.count = static_cast<std::uint16_t>(std::max<int>(read.count, end - read.address));
    placed.read = reads_.size() - 1;
    placed.offset = static_cast<std::size_t>(row.address - read.address);
  }
}

std::vector<bus_request> register_map::reads() const {
  const auto few = std::min(reads_.size(), limits::requests_per_poll);
  return {reads_.begin(), reads_.begin() + static_cast<std::ptrdiff_t>(few)};
}

result<measured> register_map::value_of(const placed_row& placed,
                                        std::span<const result<bus_answer>> answers) const {
  if (placed.read >= limits::requests_per_poll)
    return failed(fault_code::overflow,
                  "needs more than " + std::to_string(limits::requests_per_poll) +
                      " reads in one poll; give the far registers a device of their own");
  if (placed.read >= answers.size()) return failed(fault_code::not_ready, "was not asked for");
  const auto& answer = answers[placed.read];
  if (!answer) return tl::make_unexpected(answer.error());
  const auto* fetched = std::get_if<words>(&*answer);
  if (!fetched || fetched->size() != reads_[placed.read].count)
    return failed(fault_code::malformed, "the answer has another length than what was asked for");
  const auto raw = std::span{*fetched}.subspan(placed.offset, width_of(placed.row));
  if (raw.size() == 1)
    for (const auto& absent : absent_)
      if (raw[0] == absent.word) return tl::make_unexpected(absent.why);
  return decode_registers(placed.row, raw);
}

std::vector<reading> register_map::decode(std::span<const result<bus_answer>> answers,
                                          time_point now) const {
  auto readings = std::vector<reading>{};
  readings.reserve(rows_.size());
  for (const auto& placed : rows_)
    readings.push_back({placed.channel, value_of(placed, answers), now});
  return readings;
}

const register_map::placed_row* register_map::writable_row(channel_id channel) const {
  const auto found = std::ranges::find(rows_, channel, &placed_row::channel);
  return found != rows_.end() && found->row.writable ? &*found : nullptr;
}

result<std::vector<bus_request>> register_map::encode(const command& c) const {
  const auto* target = writable_row(c.target);
  if (!target) return failed(fault_code::unsupported, "this channel can only be read");
  auto raw = encode_registers(target->row, c.value);
  if (!raw) return tl::make_unexpected(raw.error());
  return std::vector<bus_request>{
      modbus_write{unit_, target->row.where, target->row.address, *std::move(raw)}};
}

std::vector<bus_request> register_map::make_safe(channel_id channel) const {
  const auto* target = writable_row(channel);
  if (!target) return {};
  return {modbus_write{unit_, target->row.where, target->row.address, safe_registers(target->row)}};
}

std::unique_ptr<driver> reader_of(register_map map) {
  return std::make_unique<reader>(std::move(map));
}

}  // namespace hearth
