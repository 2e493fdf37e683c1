#include "protocol/unit.hpp"

namespace hearth {
namespace {

constexpr bool rows_stand_at_their_index() {
  for (std::size_t i = 0; i < unit_table.size(); ++i)
    if (static_cast<std::size_t>(unit_table[i].id) != i) return false;
  return true;
}
static_assert(rows_stand_at_their_index());

}  // namespace

std::optional<unit> unit_from_symbol(std::string_view symbol) {
  for (const auto& row : unit_table)
    if (row.symbol == symbol) return row.id;
  return {};
}

template <>
std::optional<power> as<power>(const measured& m) {
  if (m.unit != unit::watt) return {};
  return m.amount * watt;
}

template <>
std::optional<energy> as<energy>(const measured& m) {
  if (m.unit != unit::watt_hour) return {};
  return m.amount * watt_hour;
}

template <>
std::optional<temperature> as<temperature>(const measured& m) {
  if (m.unit != unit::celsius) return {};
  return celsius(m.amount);
}

template <>
std::optional<bool> as<bool>(const measured& m) {
  if (m.unit != unit::on_off) return {};
  return m.amount != 0;
}

}  // namespace hearth
