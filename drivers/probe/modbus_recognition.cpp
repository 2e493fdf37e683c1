#include "drivers/probe/modbus_recognition.hpp"

#include <array>
#include <bit>
#include <cstdio>

namespace hearth {
namespace {

using table = register_row::table;

/// One phase of any grid, and its frequency.
bool is_mains_voltage(float volts) { return volts >= 80 && volts <= 300; }
bool is_mains_frequency(float hertz) { return hertz >= 45 && hertz <= 65; }

float f32_at(const words& registers, std::size_t first) {
  return std::bit_cast<float>(std::uint32_t{registers[first]} << 16 | registers[first + 1]);
}

/// Two characters a register, to the first one that is none.
std::string text_in(const words& registers, std::size_t first, std::size_t count) {
  auto text = std::string{};
  for (auto i = first; i < first + count; ++i)
    for (const auto c : {registers[i] >> 8, registers[i] & 0xFF}) {
      if (c == 0) return printable(text);
      text += static_cast<char>(c);
    }
  while (text.ends_with(' ')) text.pop_back();
  return printable(text);
}

/// A device has a handful of SunSpec models; what says more is asked no further.
constexpr auto most_models = 20;

bool is_one_of(int number, int first, int last) { return number >= first && number <= last; }

class unit_talk {
 public:
  unit_talk(port& io, interview& asks, std::uint8_t unit) : io_{io}, asks_{asks}, unit_{unit} {}

  std::optional<finding> recognise(bool twice) {
    const auto first = ask(table::input, 0, 2);
    auto there = is_answer(first);
    if (!there && twice) there = is_answer(ask(table::holding, 0, 1));
    if (!there) return {};
    if (auto meter = eastron(words_in(first, 2))) return meter;
    if (auto device = sunspec()) return device;
    if (auto meter = schneider()) return meter;
    return found("answers, unknown", certainty::unknown,
                 "with its register table, model modbus-generic reads it");
  }

 private:
  /// An exception is an answer too.
  static bool is_answer(const result<bus_answer>& answer) {
    return answer || answer.error().code == fault_code::refused;
  }
  static std::optional<words> words_in(const result<bus_answer>& answer, std::size_t count) {
    const auto* const got = answer ? std::get_if<words>(&*answer) : nullptr;
    return got && got->size() == count ? std::optional{*got} : std::nullopt;
  }
  result<bus_answer> ask(table where, std::uint16_t address, std::uint16_t count) {
    return asks_.ask(io_, modbus_read{unit_, where, address, count});
  }
  std::optional<words> read(table where, std::uint16_t address, std::uint16_t count) {
    return words_in(ask(where, address, count), count);
  }

  [[nodiscard]] finding found(std::string what, certainty sure, std::string evidence) const {
    return {.where = "unit " + std::to_string(unit_),
            .what = std::move(what),
            .sure = sure,
            .evidence = std::move(evidence)};
  }
  [[nodiscard]] proposed_device device(const std::string& what, std::string model) const {
    return {.id = what + "-" + std::to_string(unit_),
            .model = std::move(model),
            .options = {{"address", std::to_string(unit_)}}};
  }

  /// Sources: Eastron, "SDM120-Modbus protocol" and "SDM630-Modbus protocol": both have the first
  /// phase's voltage at 0x0000 and the frequency at 0x0046; only the second has voltages of further
  /// phases at 0x0002 and 0x0004 and a total at 0x0034. A meter answers zeros for what it lacks.
  std::optional<finding> eastron(const std::optional<words>& first) {
    if (!first || !is_mains_voltage(f32_at(*first, 0))) return {};
    const auto frequency = read(table::input, 0x0046, 2);
    if (!frequency || !is_mains_frequency(f32_at(*frequency, 0))) return {};
    auto shown = std::array<char, 48>{};
    std::snprintf(shown.data(), shown.size(), "%.1f V, %.2f Hz now", double{f32_at(*first, 0)},
                  double{f32_at(*frequency, 0)});
    const auto others = read(table::input, 0x0002, 4);
    const auto total = read(table::input, 0x0034, 2);
    const auto phases =
        others && (is_mains_voltage(f32_at(*others, 0)) || is_mains_voltage(f32_at(*others, 2)));
    const auto has_total = total && f32_at(*total, 0) != 0;
    auto f = found(phases || has_total ? "Eastron SDM630, three-phase meter"
                                       : "Eastron SDM120, single-phase meter",
                   certainty::likely, shown.data());
    f.propose = {device("meter", phases || has_total ? "eastron-sdm630" : "eastron-sdm120")};
    if (!phases && !has_total)
      f.evidence += "; an SDM630 of which one phase is wired and carries nothing answers the same";
    return f;
  }

  /// Source: SunSpec Alliance, "SunSpec Device Information Model Specification": the marker "SunS"
  /// at 40000, 50000 or 0, then models: each with its number, its length and so many registers. The
  /// first is number 1 and has maker and product in 16 registers each; 0xFFFF ends them.
  std::optional<finding> sunspec() {
    for (const auto base : {40000, 50000, 0}) {
      const auto marker = read(table::holding, static_cast<std::uint16_t>(base), 2);
      if (marker && *marker == words{0x5375, 0x6E53}) return sunspec_at(base);
    }
    return {};
  }

  finding sunspec_at(int base) {
    auto f =
        found("a SunSpec device", certainty::certain, "the marker SunS at " + std::to_string(base));
    const auto common = read(table::holding, static_cast<std::uint16_t>(base + 2), 34);
    if (!common || (*common)[0] != 1) return f;
    f.what += ": " + text_in(*common, 2, 16) + " " + text_in(*common, 18, 16);
    auto at = base + 4 + (*common)[1];
    for (auto n = 0; n < most_models && at <= 0xFFFD; ++n) {
      const auto head = read(table::holding, static_cast<std::uint16_t>(at), 2);
      if (!head || (*head)[0] == 0xFFFF) break;
      const auto number = (*head)[0];
      f.evidence += (n == 0 ? ", models " : " ") + std::to_string(number);
      if (is_one_of(number, 101, 103) || is_one_of(number, 111, 113))
        f.propose = {device("inverter", "sunspec-inverter")};
      if (is_one_of(number, 201, 204) || is_one_of(number, 211, 214))
        f.propose = {device("meter", "sunspec-meter")};
      at += 2 + (*head)[1];
    }
    return f;
  }

  /// Source: Schneider Electric, "iEM3100 / iEM3200 / iEM3300 series user manual" DOCA0005EN: model
  /// and maker as texts of 20 registers at 50 and 70, which on the wire are one less.
  std::optional<finding> schneider() {
    const auto maker = read(table::holding, 69, 20);
    if (!maker || text_in(*maker, 0, 20).find("Schneider") == std::string::npos) return {};
    const auto type = read(table::holding, 49, 20);
    const auto name = type ? text_in(*type, 0, 20) : std::string{};
    auto f = found("Schneider Electric " + (name.empty() ? "meter" : name), certainty::certain,
                   "says so in its registers 50 and 70");
    f.propose = {
        device("meter", name.find("iEM3") != std::string::npos ? "schneider-iem3000" : "")};
    return f;
  }

  port& io_;
  interview& asks_;
  std::uint8_t unit_;
};

}  // namespace

std::optional<finding> recognise_modbus(port& io, interview& asks, std::uint8_t unit, bool twice) {
  return unit_talk{io, asks, unit}.recognise(twice);
}

void add_identity(finding& of, const modbus_identity& identity) {
  auto says = std::string{};
  for (const auto& part : {identity.vendor, identity.product, identity.revision})
    if (!part.empty()) says += (says.empty() ? "" : " ") + printable(part);
  if (says.empty()) return;
  of.evidence += (of.evidence.empty() ? "" : "; ") + ("calls itself " + says);
  if (of.sure != certainty::unknown) return;
  of.what = says;
  of.sure = certainty::certain;
  of.propose = {{.id = "device", .model = ""}};
}

}  // namespace hearth
