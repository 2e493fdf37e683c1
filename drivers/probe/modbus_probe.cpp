#include "drivers/probe/modbus_probe.hpp"

#include "drivers/modbus_bus.hpp"
#include "drivers/probe/modbus_recognition.hpp"

#include <algorithm>
#include <charconv>
#include <span>

namespace hearth {
namespace {

constexpr auto highest_unit = 247;
/// So many unreadable answers in a row are a wrong speed, not a bad moment.
constexpr auto hopeless = 10;
/// A server may hang up on one unit it does not know, and answer the next.
constexpr std::size_t enough_refusals = 5;

bool is_noise(fault_code code) {
  return code == fault_code::checksum || code == fault_code::malformed;
}

/// "9600 baud, parity even", or nothing for a line that has no settings.
std::string setting_of(const proposed_bus& bus) {
  auto text = std::string{};
  for (const auto& [key, value] : bus.options) {
    if (key == "baud") text += value + " baud";
    if (key == "parity") text += ", parity " + value;
  }
  return text;
}

struct setting {
  proposed_bus bus;
  std::vector<finding> found = {};
  std::size_t noise = 0;  ///< answers that nobody could read
  bool hopeless = false;  ///< given up
};

class scan {
 public:
  scan(const modbus_line& line, interview& asks, const std::vector<proposed_bus>& settings)
      : line_{line}, asks_{asks} {
    for (const auto& bus : settings) settings_.push_back({bus});
  }

  probe_result all(std::span<const std::uint8_t> units) {
    units_ = units;
    const auto first = units.first(std::min(units.size(), units_asked_first));
    const auto rest = units.subspan(first.size());
    steps_ = units.size() * settings_.size();
    for (auto& s : settings_)
      if (!run(s, first, true)) return ended();
    const auto is_found = [](const setting& s) { return !s.found.empty(); };
    const auto decided = std::ranges::any_of(settings_, is_found);
    if (decided) steps_ = step_ + rest.size() * std::ranges::count_if(settings_, is_found);
    for (auto& s : settings_)
      if (!decided || is_found(s))
        if (!run(s, rest, false)) return ended();
    return ended();
  }

 private:
  /// False: the line cannot be opened, or somebody ended it.
  bool run(setting& s, std::span<const std::uint8_t> units, bool twice) {
    if (units.empty() || s.hopeless) return true;
    auto io = line_.open(s.bus);
    if (!io) return fail(io.error());
    auto in_a_row = 0;
    for (const auto unit : units) {
      if (!asks_.goes_on(doing(s, unit), step_++, steps_)) return false;
      const auto before = noise();
      if (auto f = recognise_modbus(**io, asks_, unit, twice)) s.found.push_back(*std::move(f));
      if (nobody_to_ask()) return fail(*asks_.last_fault());
      const auto added = noise() - before;
      s.noise += added;
      in_a_row = added > 0 ? in_a_row + 1 : 0;
      s.hopeless = in_a_row >= hopeless;
      if (s.hopeless) return true;
    }
    return true;
  }

  /// Nothing has answered, and the last fault says that nothing will.
  [[nodiscard]] bool nobody_to_ask() const {
    const auto& faults = asks_.tally().faults;
    const auto refused = faults.find(fault_code::disconnected);
    return asks_.tally().answered == 0 && !faults.contains(fault_code::refused) &&
           (faults.contains(fault_code::permission) ||
            faults.contains(fault_code::no_such_device) ||
            (refused != faults.end() && refused->second >= enough_refusals));
  }

  [[nodiscard]] std::size_t noise() const {
    auto sum = std::size_t{0};
    for (const auto& [code, count] : asks_.tally().faults) sum += is_noise(code) ? count : 0;
    return sum;
  }

  [[nodiscard]] std::string doing(const setting& s, std::uint8_t unit) const {
    const auto at = setting_of(s.bus);
    return "unit " + std::to_string(unit) + (at.empty() ? "" : " at " + at);
  }

  bool fail(const fault& why) {
    remarks_.push_back(to_text(why));
    return false;
  }

  /// A server of one device may answer whatever unit it is asked for: then it answers as one that
  /// was not asked for too, as no line with several devices does.
  void join_copies(setting& s, std::span<const std::uint8_t> units) {
    const auto alike = [&](const finding& f) { return f.what == s.found.front().what; };
    if (s.bus.kind != modbus_tcp_kind || s.found.size() < 2 || s.found.size() != units.size() ||
        !std::ranges::all_of(s.found, alike))
      return;
    auto stranger = highest_unit;
    while (stranger > 1 && std::ranges::find(units, stranger) != units.end()) --stranger;
    auto io = line_.open(s.bus);
    if (!io) return;
    const auto again = recognise_modbus(**io, asks_, static_cast<std::uint8_t>(stranger), false);
    if (!again || !alike(*again)) return;
    remarks_.push_back("it answers alike as every unit, " + std::to_string(stranger) +
                       " too: taken for one device that does not look at the unit");
    s.found.resize(1);
  }

  probe_result ended() {
    auto best =
        std::ranges::max_element(settings_, {}, [](const setting& s) { return s.found.size(); });
    auto result = probe_result{.bus = best->bus};
    for (auto& s : settings_) {
      const auto at = setting_of(s.bus);
      if (s.noise > 0)
        remarks_.push_back((at.empty() ? "" : "at " + at + ": ") + std::to_string(s.noise) +
                           " answers nobody can read: another speed or parity, two devices with "
                           "one unit, or a bad line");
      if (&s != &*best && !s.found.empty())
        remarks_.push_back("at " + at + " " + std::to_string(s.found.size()) +
                           " more answer; one line has one setting: set the devices alike");
    }
    join_copies(*best, units_);
    identify(*best);
    result.found = std::move(best->found);
    result.remarks = std::move(remarks_);
    return asks_.ended(std::move(result));
  }

  void identify(setting& s) {
    if (s.found.empty() || !line_.open_for_identity) return;
    const auto who = line_.open_for_identity(s.bus);
    for (auto& f : s.found) {
      if (!asks_.goes_on("asking " + f.where + " who it is", step_, steps_)) return;
      const auto unit = units_in(std::string_view{f.where}.substr(f.where.find(' ') + 1));
      if (!who || !unit) return;
      if (const auto identity = who(unit->front())) add_identity(f, *identity);
    }
  }

  const modbus_line& line_;
  interview& asks_;
  std::vector<setting> settings_;
  std::span<const std::uint8_t> units_;
  std::vector<std::string> remarks_;
  std::size_t step_ = 0, steps_ = 0;
};

}  // namespace

std::optional<std::vector<std::uint8_t>> units_in(std::string_view text) {
  auto units = std::vector<std::uint8_t>{};
  auto number = [&](std::string_view digits) -> std::optional<int> {
    auto value = 0;
    const auto* const end = digits.data() + digits.size();
    const auto [stopped, error] = std::from_chars(digits.data(), end, value);
    if (error != std::errc{} || stopped != end || value < 1 || value > highest_unit) return {};
    return value;
  };
  while (true) {
    const auto comma = text.find(',');
    const auto part = text.substr(0, comma);
    const auto dash = part.find('-');
    const auto from = number(part.substr(0, dash));
    const auto to = dash == std::string_view::npos ? from : number(part.substr(dash + 1));
    if (!from || !to || *from > *to) return {};
    for (auto unit = *from; unit <= *to; ++unit)
      if (std::ranges::find(units, unit) == units.end())
        units.push_back(static_cast<std::uint8_t>(unit));
    if (comma == std::string_view::npos) return units;
    text.remove_prefix(comma + 1);
  }
}

probe_result probe_modbus(const modbus_line& line, interview& asks,
                          const std::vector<proposed_bus>& settings,
                          const std::vector<std::uint8_t>& units) {
  return scan{line, asks, settings}.all(units);
}

}  // namespace hearth
