#pragma once

#include "drivers/probe/interview.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// Who answers on a Modbus line. Only reads are asked: of input and holding registers, and the
/// device's own name.
namespace hearth {

/// What a device says of itself when asked for its identification (function 43/14).
struct modbus_identity {
  std::string vendor, product, revision;
};
/// Asks one unit; a fault if it has none. Absent where there is no such line.
using modbus_identifier = std::function<result<modbus_identity>(std::uint8_t unit)>;

/// Ways to open one line: for registers, and, once that one is closed, for identifications.
struct modbus_line {
  std::function<result<std::unique_ptr<port>>(const proposed_bus& bus)> open;
  std::function<modbus_identifier(const proposed_bus& bus)> open_for_identity = {};
};

/// "1-10,20" as units from 1 to 247 in that order, each once; nothing if it is no such list.
std::optional<std::vector<std::uint8_t>> units_in(std::string_view text);

/// The first of the units are asked twice, for a device that knows only one kind of register; and
/// at every setting of a serial line before any of the others is.
inline constexpr std::size_t units_asked_first = 10;

/// Scans one line as each of `settings`, which are the same bus with other options, such as its
/// speed. Once a setting has an answer the rest of the units is asked at that one only. The bus of
/// the result is the setting with the most answers.
probe_result probe_modbus(const modbus_line& line, interview& asks,
                          const std::vector<proposed_bus>& settings,
                          const std::vector<std::uint8_t>& units);

}  // namespace hearth
