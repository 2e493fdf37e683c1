#pragma once

#include "drivers/driver.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

/// Modbus devices as tables: which registers a channel stands in, how to fetch them in few
/// reads, and what their bits mean. A Modbus driver is such a table and little else.
namespace hearth {

/// Registers a row takes on the wire (bits, in a table of bits).
std::uint16_t width_of(const register_row& row);

/// What `raw`, exactly `width_of(row)` words, means. A float that is no number and a switch that
/// is neither on nor off are malformed; a value beyond the row's range is out_of_range.
result<measured> decode_registers(const register_row& row, std::span<const std::uint16_t> raw);

/// The words that set `row` to `value`, rounded to what the register can hold; a fault if the
/// value has another unit, lies outside the row's range or does not fit the register.
result<words> encode_registers(const register_row& row, measured value);

/// The words that make `row` safe: off, or for a setpoint the value nearest to zero that its
/// range allows (nothing to heat, nothing to draw); raw zero where that does not fit the register.
words safe_registers(const register_row& row);

/// How much one read may fetch from a device.
struct read_limits {
  std::uint16_t registers = 125;  ///< the protocol's own bound
  std::uint16_t bits = 2000;      ///< the protocol's own bound
  /// Unwanted registers worth fetching to save a read. Zero where the device may refuse what
  /// its table does not list.
  std::uint16_t gap = 0;
};

/// A word that some devices put into a register of 16 bits which holds no value, and what it says.
struct absent_word {
  std::uint16_t word = 0;
  fault why;
};

/// The rows of one device that its layout asks for, and the reads that fetch them.
class register_map {
 public:
  /// Keeps of `table` the rows whose channel the layout names at `device`. `absent` must outlive
  /// it.
  register_map(const layout& house, device_id device, std::span<const register_row> table,
               read_limits limits, std::span<const absent_word> absent = {});

  /// The same reads at every poll, in the order of tables and addresses. Rows that would need
  /// more than `limits::requests_per_poll` are left out.
  [[nodiscard]] std::vector<bus_request> reads() const;
  /// One reading per channel; a channel whose row was left out says `overflow`.
  [[nodiscard]] std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                                            time_point now) const;

  /// The write that carries out `c`; the next poll reads the row back.
  [[nodiscard]] result<std::vector<bus_request>> encode(const command& c) const;
  /// The write that makes `channel` safe; none if it cannot be written.
  [[nodiscard]] std::vector<bus_request> make_safe(channel_id channel) const;

 private:
  struct placed_row {
    register_row row;
    channel_id channel;
    std::size_t read = 0;    ///< which of `reads_` fetches it
    std::size_t offset = 0;  ///< its first word in that read's answer
  };

  [[nodiscard]] const placed_row* writable_row(channel_id channel) const;
  [[nodiscard]] result<measured> value_of(const placed_row& placed,
                                          std::span<const result<bus_answer>> answers) const;

  std::uint8_t unit_;
  std::vector<placed_row> rows_;    ///< by table and address
  std::vector<modbus_read> reads_;  ///< all of them, even beyond what one poll may ask
  std::span<const absent_word> absent_;
};

/// A device that is only read: its map and nothing else.
std::unique_ptr<driver> reader_of(register_map map);

}  // namespace hearth
