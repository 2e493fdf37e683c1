#include "layouts/draft.hpp"

namespace hearth {
namespace {

void read_window(draft& d, section_reader& from) {
  auto window = tariff_window{};
  window.from = since_midnight(from.text("from").value_or("00:00"));
  window.to = since_midnight(from.text("to").value_or("00:00"));
  window.weekdays_only = from.text("days") == "weekdays";
  window.price = from.number("price").value_or(0) * usd_per_mwh;
  if (from.find("from") && from.find("to") && window.from == window.to)
    d.out.add(from.place_of("to"), "a window from a time to itself is empty",
              "the price of the whole day is 'default'");
  d.result.tariff.windows.push_back(window);
}

}  // namespace

void read_tariff(draft& d, section_reader& top) {
  auto from = top.inner("tariff");
  if (!from) return;
  auto& made = d.result.tariff;
  if (const auto energy = from->value("energy"))
    if (const auto* price = std::get_if<double>(&*energy)) made.energy = *price * usd_per_mwh;
  const auto* distribution = from->find("distribution");
  if (!distribution) return;
  if (distribution->value->is != yaml_node::kind::map) {
    made.distribution = from->number("distribution").value_or(0) * usd_per_mwh;
    return;
  }
  auto windows = from->inner("distribution");
  made.distribution = windows->number("default").value_or(0) * usd_per_mwh;
  windows->each("windows", [&](section_reader window) { read_window(d, window); });
}

}  // namespace hearth
