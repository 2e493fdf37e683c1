#include "actors/node/by_hand.hpp"

#include "layouts/quantity.hpp"
#include "protocol/limits.hpp"

namespace hearth {
namespace {

result<double> quantity_by_hand(std::string_view text, dimension wanted) {
  const auto amount = parse_quantity(text, wanted);
  if (amount) return *amount;
  const auto& e = amount.error();
  return failed(fault_code::malformed, e.message + (e.hint.empty() ? "" : "; " + e.hint));
}

time_point step_down(time_point t, duration step) { return t - t.time_since_epoch() % step; }

}  // namespace

result<time_point> start_by_hand(std::string_view text, time_point now, duration length) {
  if (text == "now") return step_down(now, limits::contract_start_step);
  if (text == "next" && length > duration{0}) return step_down(now, length) + length;
  if (const auto t = from_iso8601(text)) return *t;
  return failed(fault_code::malformed, "'" + std::string{text} +
                                           "' is no start; write now, next or a time such as "
                                           "2026-01-15T05:00:00Z");
}

result<measured> value_by_hand(std::string_view text) {
  if (text == "on") return switched(true);
  if (text == "off") return switched(false);
  // A state or a mode; bare, it would swallow every forgotten unit.
  if (constexpr std::string_view ending = " count"; text.ends_with(ending))
    if (const auto n =
            parse_quantity(text.substr(0, text.size() - ending.size()), dimension::count))
      return measured{*n, unit::count};
  for (const auto& row : unit_table) {
    if (row.dimension == dimension::on_off || row.dimension == dimension::count) continue;
    // A fraction may be a bare number elsewhere; here it would swallow every forgotten unit.
    if (row.dimension == dimension::fraction && !text.ends_with('%')) continue;
    if (const auto amount = parse_quantity(text, row.dimension)) return measured{*amount, row.id};
  }
  return failed(fault_code::malformed, "'" + std::string{text} +
                                           "' is no value; write on, off or a number with its "
                                           "unit such as '45 °C', '2 kW', '40 %' or '3 count'");
}

result<power> power_by_hand(std::string_view text) {
  return quantity_by_hand(text, dimension::power).map([](double w) { return w * watt; });
}

result<duration> duration_by_hand(std::string_view text) {
  const auto seconds = quantity_by_hand(text, dimension::duration);
  if (!seconds) return tl::make_unexpected(seconds.error());
  // A year is more than anything here may last, and it fits a duration.
  if (*seconds < 0 || *seconds > 366.0 * 86400)
    return failed(fault_code::malformed, "'" + std::string{text} + "' is too long or negative");
  return std::chrono::round<duration>(std::chrono::duration<double>{*seconds});
}

std::string contract_id_by_hand(std::string_view site, time_point start, std::string_view boot_id) {
  return std::string{site} + "/" + to_iso8601(start) + "/by-hand-" + std::string{boot_id};
}

}  // namespace hearth
