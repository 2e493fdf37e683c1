#include "layouts/draft.hpp"

namespace hearth {
namespace {

register_row::table table_from(std::string_view word) {
  if (word == "coil") return register_row::table::coil;
  if (word == "discrete") return register_row::table::discrete;
  if (word == "input") return register_row::table::input;
  return register_row::table::holding;
}

register_row::format format_from(std::string_view word) {
  if (word == "bit") return register_row::format::bit;
  if (word == "s16") return register_row::format::s16;
  if (word == "u32") return register_row::format::u32;
  if (word == "s32") return register_row::format::s32;
  if (word == "f32") return register_row::format::f32;
  if (word == "u64") return register_row::format::u64;
  if (word == "s64") return register_row::format::s64;
  if (word == "f64") return register_row::format::f64;
  return register_row::format::u16;
}

int registers_of(register_row::format f) {
  switch (f) {
  case register_row::format::bit:
  case register_row::format::u16:
  case register_row::format::s16: return 1;
  case register_row::format::u32:
  case register_row::format::s32:
  case register_row::format::f32: return 2;
  case register_row::format::u64:
  case register_row::format::s64:
  case register_row::format::f64: return 4;
  }
  return 1;
}

void read_range(draft& d, section_reader& from, register_row& row) {
  const auto* bounds = from.list("range");
  if (!bounds) return;
  auto numbers = std::vector<double>{};
  for (const auto& item : bounds->items)
    if (const auto number = read_scalar(d.out, field{.key = "range", .is = form::number}, *item))
      numbers.push_back(std::get<double>(*number));
    else
      return;
  if (numbers.size() != 2 || numbers[0] >= numbers[1]) {
    d.out.add(from.place_of("range"), "'range' wants two numbers, the lower one first",
              "write it like '[0, 20000]'");
    return;
  }
  row.lowest = numbers[0];
  row.highest = numbers[1];
}

/// What a table of this kind forbids, whatever the device.
void check(draft& d, section_reader& from, const register_row& row) {
  const auto of_bits =
      row.where == register_row::table::coil || row.where == register_row::table::discrete;
  if (of_bits && row.as != register_row::format::bit)
    d.out.add(from.place_of("format"), "a coil or discrete input is a bit",
              "write 'format: bit', or leave it away");
  if (!of_bits && row.as == register_row::format::bit)
    d.out.add(from.place_of("format"), "a register is no bit",
              "use u16, s16, u32, s32, f32, u64, s64 or f64");
  if (row.writable &&
      (row.where == register_row::table::input || row.where == register_row::table::discrete))
    d.out.add(from.place_of("writable"), "Modbus cannot write this table",
              "only coil and holding can be commanded");
  if (row.address + registers_of(row.as) > 65536)
    d.out.add(from.place_of("address"),
              "a number of this format would go on beyond the last register",
              "check the address and the format");
  if (row.scale == 0)
    d.out.add(from.place_of("scale"), "with 'scale' 0 every value would be the same",
              "leave it away for 1");
}

register_row read_row(draft& d, const entry& e) {
  auto from =
      section_reader{d.out, *e.value, e.at, register_section(), "register " + in_quotes(e.key)};
  auto row = register_row{};
  row.channel = e.key;
  row.where = table_from(from.text("table").value_or("holding"));
  row.address = static_cast<std::uint16_t>(from.integer("address").value_or(0));
  row.low_word_first = from.text("word_order") == "little";
  row.scale = from.number("scale").value_or(1);
  row.offset = from.number("offset").value_or(0);
  row.writable = from.flag("writable").value_or(false);
  const auto of_bits =
      row.where == register_row::table::coil || row.where == register_row::table::discrete;
  row.as = of_bits ? register_row::format::bit : register_row::format::u16;
  row.unit = of_bits ? unit::on_off : unit::count;
  if (const auto format = from.text("format")) row.as = format_from(*format);
  if (const auto symbol = from.text("unit"))
    row.unit = unit_from_symbol(*symbol).value_or(row.unit);
  for (const auto* key : {"format", "unit"})
    if (e.value->is == yaml_node::kind::map && !of_bits && !from.find(key))
      d.out.add(from.at(), "register " + in_quotes(e.key) + " lacks '" + key + "'",
                from.row(key).help);
  read_range(d, from, row);
  check(d, from, row);
  return row;
}

}  // namespace

std::vector<register_row> read_registers(draft& d, section_reader& device, std::string_view key) {
  auto rows = std::vector<register_row>{};
  const auto* table = device.table(key);
  if (!table) return rows;
  for (const auto& e : table->entries) {
    if (e.value->is == yaml_node::kind::nothing)
      d.out.add(e.at, "register " + in_quotes(e.key) + " has no value",
                "write '{ table: holding, address: 0, format: u16, unit: W }'");
    else
      rows.push_back(read_row(d, e));
  }
  return rows;
}

}  // namespace hearth
