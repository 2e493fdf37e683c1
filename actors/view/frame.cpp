#include "actors/view/frame.hpp"

#include "actors/view/words.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace hearth {
namespace {

constexpr auto label = ink{.dim = true};
constexpr auto strong = ink{.bold = true};
constexpr auto good_ink = ink{.colour = 77};
constexpr auto warning_ink = ink{.colour = 214};
constexpr auto alarm_ink = ink{.colour = 203, .bold = true};
constexpr auto power_ink = ink{.colour = 80};
/// Columns before the first figure of a line.
constexpr auto indent = 12;
/// All parts but rooms and tank, at their smallest.
constexpr auto rows_of_the_rest = 16;
/// How much of the time line lies ahead.
constexpr auto ahead_part = 1.0 / 3;

/// From cold to hot, in equal steps between `cold` and `hot`.
constexpr auto warmth =
    std::array<std::uint8_t, 12>{27, 33, 39, 44, 79, 114, 185, 221, 215, 209, 203, 197};
constexpr auto cold = 20.0;
constexpr auto hot = 77.0;
/// From cheap to dear.
constexpr auto dearness = std::array<std::uint8_t, 5>{77, 149, 221, 209, 203};

template <std::size_t N>
ink shade(const std::array<std::uint8_t, N>& scale, double part) {
  const auto place = std::clamp(part, 0.0, 0.999) * static_cast<double>(N);
  return {.colour = scale[static_cast<std::size_t>(place)]};
}

/// A bar of `cells` characters of which `part` is full, to an eighth of a character.
std::string bar(double part, int cells) {
  static constexpr auto ends = std::array<const char*, 8>{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto room = std::max(cells, 0) * 8;
  const auto eighths = static_cast<int>(std::lround(std::clamp(part, 0.0, 1.0) * room));
  auto text = std::string{};
  for (auto i = 0; i < eighths / 8; ++i) text += "█";
  return text + ends[static_cast<std::size_t>(eighths % 8)];
}

ink ink_of(severity s) {
  switch (s) {
  case severity::info: return {};
  case severity::warning: return warning_ink;
  case severity::alarm: return alarm_ink;
  }
  return {};
}

ink ink_of(authority a) {
  switch (a) {
  case authority::safety: return alarm_ink;
  case authority::admin: return {.colour = 221, .bold = true};
  case authority::grid: return {.colour = 176, .bold = true};
  case authority::contract: return {.colour = 77, .bold = true};
  case authority::policy:
  case authority::local: return {.colour = 75, .bold = true};
  }
  return {};
}

std::string words_of(simulated::heat_pump_phase phase) {
  switch (phase) {
  case simulated::heat_pump_phase::off: return "off";
  case simulated::heat_pump_phase::warming_up: return "warming up";
  case simulated::heat_pump_phase::running: return "running";
  case simulated::heat_pump_phase::defrosting: return "defrosting";
  case simulated::heat_pump_phase::cut_out: return "cut out: water too hot";
  }
  return {};
}

std::string right_aligned(const std::string& text, int width) {
  const auto length = static_cast<int>(characters(text).size());
  return std::string(static_cast<std::size_t>(std::max(0, width - length)), ' ') + text;
}

/// Draws one frame, part by part from top to bottom.
class painter {
 public:
  painter(const demo_state& s, canvas_size size, const frame_notes& notes)
      : s_{s}, notes_{notes}, page_{size} {}

  std::vector<std::string> paint(bool colour) {
    header();
    charge();
    rooms_and_tank();
    power_line();
    price_line();
    contract_line();
    link_line();
    money_line();
    time_line();
    events();
    page_.put(page_.rows() - 1, 1, notes_.how_to_drive, label, page_.columns() - 16);
    page_.put(page_.rows() - 1, page_.columns() - 13, "Ctrl-C ends", label);
    return page_.lines(colour);
  }

 private:
  void header() {
    const auto bar_ink = ink{.bold = true, .reversed = true};
    page_.put(0, 0, std::string(static_cast<std::size_t>(page_.columns()), ' '), bar_ink);
    page_.put(
        0, 1,
        "HEARTH  " + s_.house().site + "   " + (notes_.page.empty() ? notes_.broker : notes_.page),
        bar_ink);
    const auto days = std::chrono::floor<std::chrono::days>(s_.now() - s_.start()).count();
    const auto right = s_.terms().local_text(s_.now()) + "   day " + std::to_string(days + 1) +
                       "   ×" + fixed(notes_.speed, notes_.speed < 10 ? 1 : 0) + " ";
    page_.put(0, page_.columns() - static_cast<int>(characters(right).size()), right, bar_ink);
    row_ = 1;
  }

  /// Who decides, what, and why: the answer to "why is it running?".
  void charge() {
    if (!s_.charge()) {
      page_.put(row_, 1, "– nobody has decided yet", label);
    } else {
      const auto& c = *s_.charge();
      auto column =
          page_.put(row_, 1, "● " + std::string{to_text(c.in_charge)}, ink_of(c.in_charge));
      if (c.in_charge == authority::local) column = page_.put(row_, column, " · " + c.mode);
      const auto on =
          s_.house().plant ? s_.good<bool>(s_.house().plant->heat_pump.enable) : std::nullopt;
      column = page_.put(row_, column, "   heat pump ");
      column = page_.put(row_, column, on ? (*on ? "ON" : "off") : "–", on && *on ? strong : label);
      page_.put(row_, column, "   since " + s_.terms().local_text(c.since), label);
      page_.put(row_ + 1, 3, c.cause, {}, page_.columns() - 4);
    }
    row_ += 3;
  }

  void rooms_and_tank() {
    if (!s_.house().plant) return;
    const auto& plant = *s_.house().plant;
    const auto layers = plant.store ? static_cast<int>(plant.store->layers.size()) : 0;
    const auto most = std::max(page_.rows() - rows_of_the_rest, 4);
    const auto height =
        std::min(std::max(static_cast<int>(plant.zones.size()) + 3, layers + 1), most);
    const auto half = page_.columns() / 2;
    page_.put(row_, 1, "ROOM          now    set    off", label, half - 2);
    for (auto i = 0; i < static_cast<int>(plant.zones.size()) && i < height - 2; ++i)
      room(plant.zones[static_cast<std::size_t>(i)], row_ + 1 + i, half);
    page_.put(row_ + height - 1, 1, "outdoor", label);
    value(plant.outdoor, row_ + height - 1, 12, strong, half);
    if (plant.store) tank(*plant.store, half + 1, height);
    row_ += height + 1;
  }

  /// A temperature, or why there is none.
  void value(std::optional<channel_id> channel, int row, int column, ink with, int end) {
    const auto t = s_.good<temperature>(channel);
    const auto next = page_.put(row, column, right_aligned(fixed(in_celsius(t), 1), 6), with);
    if (t || !channel || !s_.image()) return;
    if (const auto why = trouble_of((*s_.image())[*channel]))
      page_.put(row, next + 1, *why, alarm_ink, end - next - 2);
  }

  void room(const zone_layout& z, int row, int end) {
    page_.put(row, 1, z.name, {}, 10);
    const auto now = s_.good<temperature>(z.temperature_channel);
    const auto wanted = s_.setpoint(z);
    value(z.temperature_channel, row, 12, strong, end);
    if (!now) return;
    page_.put(row, 18, right_aligned(fixed(in_celsius(wanted), 1), 7), label);
    if (wanted) {
      const auto off = (*now - *wanted).in(kelvin);
      page_.put(row, 25, right_aligned(fixed(off, 1, true), 7),
                std::abs(off) < 0.5 ? good_ink
                : std::abs(off) < 1 ? warning_ink
                                    : alarm_ink);
    }
    if (s_.good<bool>(z.call).value_or(false)) page_.put(row, 34, "heat", {.colour = 209});
  }

  void tank(const store_layout& store, int column, int height) {
    page_.put(row_, column,
              "TANK  " + fixed(store.volume.in(litre), 0) + " L, keep " +
                  fixed(store.min_top.in_celsius(), 0) + ", at most " +
                  fixed(store.max.in_celsius(), 0) + " °C",
              label);
    const auto cells = page_.columns() - column - 9;
    for (auto i = 0; i < static_cast<int>(store.layers.size()) && i < height - 1; ++i) {
      const auto layer = store.layers[static_cast<std::size_t>(i)];
      const auto row = row_ + 1 + i;
      const auto t = in_celsius(s_.good<temperature>(layer));
      if (!t) {
        value(layer, row, column, strong, page_.columns());
        continue;
      }
      const auto part = (*t - cold) / (hot - cold);
      page_.put(row, column, right_aligned(fixed(*t, 1), 6), shade(warmth, part));
      page_.put(row, column + 8, bar((*t - cold / 2) / (hot - cold / 2), cells),
                shade(warmth, part));
    }
  }

  void power_line() {
    if (!s_.house().plant) return;
    const auto& plant = *s_.house().plant;
    const auto used = s_.good<power>(plant.heat_pump.power_meter);
    page_.put(row_, 1, "POWER", label);
    auto column = page_.put(row_, indent, "heat pump ");
    column =
        page_.put(row_, column, right_aligned(fixed(in_kilowatt(used), 2), 5) + " kW ", strong);
    const auto cells = page_.columns() / 6;
    for (auto i = 0; i < cells; ++i) page_.put(row_, column + i, "·", label);
    if (used) page_.put(row_, column, bar(*used / plant.heat_pump.max_power, cells), power_ink);
    column += cells + 1;
    if (s_.phase()) column = page_.put(row_, column, words_of(*s_.phase()), label);
    at_right("house " + fixed(in_kilowatt(s_.good<power>(plant.house_power)), 2) + " kW", column);
    ++row_;
  }

  void price_line() {
    const auto& terms = s_.terms();
    page_.put(row_, 1, "PRICE", label);
    const auto now = in_cent_per_kwh(terms.total(s_.now()));
    const auto column = page_.put(row_, indent, fixed(now, 1) + " ct/kWh",
                                  now ? shade(dearness, dearness_of(*now)) : strong);
    page_.put(row_, column,
              "  energy " + fixed(in_cent_per_kwh(terms.energy(s_.now())), 1) + " + grid " +
                  fixed(in_cent_per_kwh(terms.distribution(s_.now())), 1),
              label);
    ++row_;
  }

  void contract_line() {
    page_.put(row_, 1, "CONTRACT", label);
    auto end = indent;
    if (s_.in_force()) {
      end = running_contract(*s_.in_force());
    } else {
      auto text = std::string{"none in force"};
      if (const auto& c = s_.ended())
        text = "none; the last " + std::string{to_text(c->last.status)} + ": " +
               fixed(c->last.metered.in(kilowatt_hour), 2) + " of " +
               fixed(c->last.promised.in(kilowatt_hour), 2) + " kWh";
      end = page_.put(row_, indent, text, s_.ended() ? ink{} : label);
    }
    at_right(
        std::to_string(s_.contracts(contract_status::completed)) + " completed" + unhappy_ends(),
        end, label);
    ++row_;
  }

  /// At the right edge, unless that would run into what ends at `end`.
  void at_right(const std::string& text, int end, ink with = {}) {
    const auto column = page_.columns() - static_cast<int>(characters(text).size()) - 1;
    if (column > end + 1) page_.put(row_, column, text, with);
  }

  [[nodiscard]] std::string unhappy_ends() const {
    auto text = std::string{};
    for (const auto status :
         {contract_status::given_up, contract_status::withdrawn, contract_status::refused})
      if (const auto n = s_.contracts(status); n != 0)
        text += ", " + std::to_string(n) + " " + std::string{to_text(status)};
    return text;
  }

  int running_contract(const seen_contract& c) {
    const auto promised = c.last.promised.in(kilowatt_hour);
    const auto metered = c.meter.metered().in(kilowatt_hour);
    auto text = std::string{};
    if (c.terms)
      text = fixed(c.terms->average.in(kilowatt), 1) + " kW until " +
             s_.terms().local_text(c.terms->end()).substr(4) + "  ";
    auto column = page_.put(row_, indent, text, good_ink);
    column =
        page_.put(row_, column,
                  "promised " + fixed(promised, 2) + "  metered " + fixed(metered, 2) + " kWh ");
    const auto cells = page_.columns() / 10;
    for (auto i = 0; i < cells; ++i) page_.put(row_, column + i, "·", label);
    if (promised > 0) page_.put(row_, column, bar(metered / promised, cells), good_ink);
    return column + cells;
  }

  void link_line() {
    const auto& l = s_.link();
    page_.put(row_, 1, "LINK", label);
    const auto* const state = !l.connected ? "no broker" : !l.node_heard ? "no node" : "active";
    const auto column =
        page_.put(row_, indent, state, l.connected && l.node_heard ? good_ink : warning_ink);
    auto text = "   ▲ " + std::to_string(l.up) + "  ▼ " + std::to_string(l.down) + "   in flight " +
                std::to_string(l.in_flight) + ", waiting " + std::to_string(l.waiting);
    if (l.repeated != 0) text += ", repeated " + std::to_string(l.repeated);
    page_.put(row_, column, text);
    ++row_;
  }

  void money_line() {
    page_.put(row_, 1, "MONEY", label);
    const auto column = page_.put(row_, indent, "$" + fixed(s_.spent().in(us_dollar), 2), strong);
    auto text = " so far for " + fixed(s_.bought().in(kilowatt_hour), 1) + " kWh";
    if (const auto& w = s_.worst())
      text += "   worst room " + w->zone + " " + fixed(w->off.in(kelvin), 2, true) + " K";
    page_.put(row_, column, text);
    row_ += 2;
  }

  /// Heat pump and price over one axis of time: what ran when it was cheap is seen at once.
  void time_line() {
    const auto left = indent;
    const auto cells = page_.columns() - left - 2;
    const auto height = page_.rows() >= 36 ? 4 : page_.rows() >= 28 ? 2 : 1;
    if (cells < 12 || row_ + 2 * height + 1 >= page_.rows()) return;
    const auto step =
        std::max(duration{std::chrono::minutes{1}}, duration{std::chrono::hours{24}} / cells);
    const auto first = s_.now() - step * static_cast<int>(cells * (1 - ahead_part));
    page_.put(row_ + height - 1, 1, "heat pump", label);
    page_.put(row_ + 2 * height - 1, 1, "price", label);
    for (auto i = 0; i < cells; ++i) {
      const auto t = first + step * i;
      const auto ahead = t > s_.now();
      if (const auto p = past_power(t); p && !ahead && s_.house().plant)
        column_bar(row_, left + i, height, *p / s_.house().plant->heat_pump.max_power, power_ink);
      const auto price = in_cent_per_kwh(s_.terms().total(t));
      if (price) {
        auto look = shade(dearness, dearness_of(*price));
        look.dim = ahead;
        column_bar(row_ + height, left + i, height, 0.1 + 0.9 * dearness_of(*price), look);
      }
    }
    hours(row_ + 2 * height, left, cells, first, step);
    row_ += 2 * height + (page_.rows() >= 28 ? 2 : 1);
  }

  void column_bar(int top, int column, int height, double part, ink with) {
    static constexpr auto tops =
        std::array<const char*, 9>{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    const auto eighths = static_cast<int>(std::lround(std::clamp(part, 0.0, 1.0) * height * 8));
    for (auto i = 0; i < height; ++i) {
      const auto here = std::clamp(eighths - 8 * (height - 1 - i), 0, 8);
      page_.put(top + i, column, tops[static_cast<std::size_t>(here)], with);
    }
  }

  void hours(int row, int left, int cells, time_point first, duration step) {
    const auto text_at = [&](time_point t) { return s_.terms().local_text(t).substr(4); };
    const auto now = static_cast<int>(cells * (1 - ahead_part));
    for (auto i = 1; i + 5 < cells; ++i) {
      if (i + 5 >= now && i <= now + 4) continue;  // the mark of now stands there
      const auto hour = text_at(first + step * i).substr(0, 2);
      const auto before = text_at(first + step * (i - 1)).substr(0, 2);
      if (hour != before && (hour == "00" || hour == "06" || hour == "12" || hour == "18"))
        page_.put(row, left + i, hour + ":00", label);
    }
    page_.put(row, left + now, "▲now", strong);
  }

  void events() {
    const auto room = page_.rows() - 1 - row_;
    const auto& all = s_.events();
    const auto shown = std::min(std::max(room, 0), static_cast<int>(all.size()));
    for (auto i = 0; i < shown; ++i) {
      const auto& e = all[all.size() - 1 - static_cast<std::size_t>(i)];
      page_.put(row_ + i, 1, s_.terms().local_text(e.at), label);
      page_.put(row_ + i, indent, e.kind + " " + e.subject + ": " + e.text, ink_of(e.severity),
                page_.columns() - indent - 1);
    }
  }

  [[nodiscard]] std::optional<power> past_power(time_point t) const {
    const auto& past = s_.past();
    const auto after = std::ranges::upper_bound(past, t, {}, &power_bin::start);
    if (after == past.begin()) return {};
    const auto& bin = *std::prev(after);
    if (t >= bin.start + demo_state::bin_length) return {};
    const auto end = std::min(bin.start + demo_state::bin_length, s_.now());
    if (end <= bin.start) return {};
    return bin.used / (end - bin.start);
  }

  /// Where a price stands between 0 and the dearest that is usual: 0 to 1.
  [[nodiscard]] static double dearness_of(double cent_per_kwh) {
    constexpr auto usual = 6.0;
    constexpr auto dearest = 60.0;
    return std::clamp(std::log(std::max(cent_per_kwh, usual) / usual) / std::log(dearest / usual),
                      0.0, 1.0);
  }

  const demo_state& s_;
  const frame_notes& notes_;
  canvas page_;
  int row_ = 0;
};

}  // namespace

std::vector<std::string> frame(const demo_state& s, canvas_size size, bool colour,
                               const frame_notes& notes) {
  return painter{s, size, notes}.paint(colour);
}

}  // namespace hearth
