#include "actors/view/words.hpp"

#include <cmath>
#include <cstdio>

namespace hearth {
namespace {

/// A zone of the layout as "living 20.4 °C (−0.1)".
std::string zone_words(const demo_state& s, const zone_layout& z) {
  const auto room = s.good<temperature>(z.temperature_channel);
  auto text = z.name + " " + fixed(in_celsius(room), 1) + " °C";
  const auto wanted = s.setpoint(z);
  if (room && wanted) text += " (" + fixed((*room - *wanted).in(kelvin), 1, true) + ")";
  return text;
}

std::string charge_words(const demo_state& s) {
  if (!s.charge()) return "–";
  const auto& c = *s.charge();
  if (!s.in_force()) return std::string{to_text(c.in_charge)} + "/" + c.mode;
  const auto& running = *s.in_force();
  return std::string{to_text(c.in_charge)} + " " +
         fixed(running.meter.metered().in(kilowatt_hour), 2) + " of " +
         fixed(running.last.promised.in(kilowatt_hour), 2) + " kWh";
}

std::string kwh(energy e) { return fixed(e.in(kilowatt_hour), 1) + " kWh"; }

}  // namespace

std::string fixed(double number, int digits, bool sign) {
  const auto scale = std::pow(10.0, digits);
  const auto rounded = std::round(number * scale) / scale;
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, std::abs(rounded));
  if (rounded < 0) return std::string{"−"} + text;
  return (sign && rounded > 0 ? "+" : "") + std::string{text};
}

std::string fixed(std::optional<double> number, int digits, bool sign) {
  return number ? fixed(*number, digits, sign) : "–";
}

std::optional<double> in_celsius(std::optional<temperature> t) {
  return t ? std::optional{t->in_celsius()} : std::nullopt;
}

std::optional<double> in_kilowatt(std::optional<power> p) {
  return p ? std::optional{p->in(kilowatt)} : std::nullopt;
}

std::optional<double> in_cent_per_kwh(std::optional<energy_price> p) {
  return p ? std::optional{p->in(usd_per_mwh) / 10} : std::nullopt;
}

std::optional<std::string> trouble_of(const point& p) {
  switch (p.quality) {
  case quality::good: return {};
  case quality::stale: return "stale";
  case quality::never: return "nothing heard yet";
  case quality::fault: return "fault: " + std::string{p.value ? "" : to_text(p.value.error().code)};
  }
  return {};
}

std::string status_line(const demo_state& s) {
  auto line = to_iso8601(s.now()) + " " + s.terms().local_text(s.now());
  if (s.house().plant) {
    const auto& plant = *s.house().plant;
    line += "  outdoor " + fixed(in_celsius(s.good<temperature>(plant.outdoor)), 1) + " °C";
    for (const auto& z : plant.zones) line += "  " + zone_words(s, z);
    if (plant.store && !plant.store->layers.empty())
      line += "  tank " + fixed(in_celsius(s.good<temperature>(plant.store->layers.front())), 0) +
              "/" + fixed(in_celsius(s.good<temperature>(plant.store->layers.back())), 0) + " °C";
    line +=
        "  heat pump " + fixed(in_kilowatt(s.good<power>(plant.heat_pump.power_meter)), 2) + " kW";
  }
  line += "  price " + fixed(in_cent_per_kwh(s.terms().total(s.now())), 1) + " ct/kWh";
  line += "  by " + charge_words(s);
  line += "  link " + std::to_string(s.link().in_flight) + "+" + std::to_string(s.link().waiting);
  return line + "  $" + fixed(s.spent().in(us_dollar), 2);
}

std::string event_line(const demo_state& s, const event& e) {
  return to_iso8601(e.at) + " " + s.terms().local_text(e.at) + "  " +
         std::string{to_text(e.severity)} + " " + e.kind + " " + e.subject + ": " + e.text;
}

std::string summary(const demo_state& s) {
  auto text = "house time   " + to_iso8601(s.start()) + " to " + to_iso8601(s.now()) + ", " +
              to_text(std::chrono::floor<std::chrono::minutes>(s.now() - s.start())) + "\n";
  text += "comfort      ";
  if (const auto& w = s.worst())
    text += "worst deviation " + fixed(w->off.in(kelvin), 2, true) + " K, zone " + w->zone + ", " +
            s.terms().local_text(w->at) + "\n";
  else
    text += "no zone has a setpoint\n";

  text += "energy       house " + kwh(s.bought());
  if (s.books()) text += ", of it heat pump " + kwh(s.books()->electric_in);
  text += "\nmoney        $" + fixed(s.spent().in(us_dollar), 2);
  if (s.bought() > s.unpriced())
    text += ", on average " +
            fixed(s.spent().in(us_dollar)*100 / (s.bought() - s.unpriced()).in(kilowatt_hour), 2) +
            " ct/kWh";
  if (s.unpriced() > energy{}) text += "; no price was known for " + kwh(s.unpriced());
  text += "\ncontracts    " + std::to_string(s.contracts(contract_status::completed)) +
          " completed, " + std::to_string(s.contracts(contract_status::given_up)) + " given up, " +
          std::to_string(s.contracts(contract_status::withdrawn)) + " withdrawn, " +
          std::to_string(s.contracts(contract_status::refused)) + " refused\n";
  const auto& l = s.link();
  text += "link         " + std::to_string(l.up) + " up, " + std::to_string(l.down) + " down, " +
          std::to_string(l.acknowledged) + " acknowledged, " + std::to_string(l.repeated) +
          " repeated, " + std::to_string(l.in_flight) + " in flight, " + std::to_string(l.waiting) +
          " waiting\n";
  if (!s.books()) return text;
  const auto& b = *s.books();
  text += "books        in " + kwh(b.throughput()) + " (electric " + kwh(b.electric_in) + ", air " +
          kwh(b.ambient_in) + ", people " + kwh(b.gains_in) + ", sun " + kwh(b.solar_in) +
          ") = out " + kwh(b.lost_outdoors) + " + lost by the store " + kwh(b.lost_store) +
          " + stored " + kwh(b.stored_change) + "\n";
  char imbalance[64];
  std::snprintf(imbalance, sizeof imbalance, "%.2g", b.imbalance().in(watt_hour));
  return text + "             imbalance " + imbalance + " Wh\n";
}

}  // namespace hearth
