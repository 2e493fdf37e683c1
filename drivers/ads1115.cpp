#include "drivers/ads1115.hpp"

#include "drivers/i2c_bus.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace hearth {
namespace {

// Source: Texas Instruments, "ADS111x" data sheet SBAS444D, section 9.6 (register map).
constexpr std::uint8_t conversion_register = 0;
constexpr std::uint8_t config_register = 1;
constexpr std::uint16_t start_or_ready = 0x8000;   // OS: written, starts; read, has converted
constexpr std::uint16_t single_shot = 0x0100;      // MODE
constexpr std::uint16_t samples_128_a_s = 0x0080;  // DR
constexpr std::uint16_t no_comparator = 0x0003;    // COMP_QUE
/// A conversion at 128 a second, which the chip's oscillator makes up to a tenth longer.
constexpr duration conversion = std::chrono::milliseconds{9};

constexpr std::size_t inputs = 4;
constexpr std::array<std::string_view, inputs> input_names{"ain0", "ain1", "ain2", "ain3"};
constexpr std::uint16_t mux_of(std::size_t input) {
  return static_cast<std::uint16_t>((4 + input) << 12);  // AINx against ground
}

/// Full scales, and the bits (PGA) that select them.
struct gain {
  const char* volts;
  std::uint16_t bits;
};
constexpr std::array gains{gain{"6.144", 0x0000}, gain{"4.096", 0x0200}, gain{"2.048", 0x0400},
                           gain{"1.024", 0x0600}, gain{"0.512", 0x0800}, gain{"0.256", 0x0A00}};

/// Where a divider's voltage says that its NTC is missing or shorted, as parts of the supply. At
/// 10 kΩ, β 3977 and a like resistor they are -38 and +148 °C.
constexpr auto shorted_below = 0.02;
constexpr auto open_above = 0.97;
constexpr auto coldest_ntc = celsius(-50);
constexpr auto hottest_ntc = celsius(150);
constexpr double zero_celsius_k = 273.15;
constexpr double reference_k = zero_celsius_k + 25;

/// The 16 bits of an answer.
result<std::uint16_t> word_of(const result<bus_answer>& answer) {
  if (!answer) return tl::make_unexpected(answer.error());
  const auto* got = std::get_if<bytes>(&*answer);
  if (!got || got->size() != 2) return failed(fault_code::malformed, "not two bytes");
  return static_cast<std::uint16_t>((*got)[0] << 8 | (*got)[1]);
}

/// What volts mean.
using meaning = std::function<result<measured>(double volts)>;

class ads1115 final : public driver {
 public:
  ads1115(const layout& house, device_id device, const gain& full_scale, meaning means)
      : address_{static_cast<std::uint8_t>(integer_option(house[device].options, "address"))},
        gain_{full_scale},
        means_{std::move(means)} {
    for (const auto id : house[device].channels) {
      const auto* const name = std::ranges::find(input_names, house[id].key);
      if (name != input_names.end())
        used_.push_back({id, static_cast<std::size_t>(name - input_names.begin())});
    }
  }

  /// Per input: start a conversion, ask whether it is done and whose it is, fetch it.
  std::vector<bus_request> poll() override {
    auto all = std::vector<bus_request>{};
    for (const auto& u : used_) {
      const auto config = config_of(u.input);
      all.emplace_back(i2c_transfer{address_,
                                    {config_register, static_cast<std::uint8_t>(config >> 8),
                                     static_cast<std::uint8_t>(config & 0xFF)},
                                    0,
                                    {}});
      all.emplace_back(i2c_transfer{address_, {config_register}, 2, conversion});
      all.emplace_back(i2c_transfer{address_, {conversion_register}, 2, {}});
    }
    return all;
  }

  std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                              time_point now) override {
    auto readings = std::vector<reading>{};
    for (std::size_t i = 0; i < used_.size(); ++i) {
      const auto first = 3 * i;
      const auto value = first + 2 < answers.size()
                             ? converted(used_[i].input, answers.subspan(first, 3)).and_then(means_)
                             : failed_answer();
      readings.push_back({used_[i].channel, value, now});
    }
    return readings;
  }

 private:
  struct used {
    channel_id channel;
    std::size_t input;
  };

  [[nodiscard]] std::uint16_t config_of(std::size_t input) const {
    return static_cast<std::uint16_t>(start_or_ready | mux_of(input) | gain_.bits | single_shot |
                                      samples_128_a_s | no_comparator);
  }
  static result<measured> failed_answer() {
    return failed(fault_code::malformed, "fewer answers than questions");
  }

  [[nodiscard]] result<double> converted(std::size_t input,
                                         std::span<const result<bus_answer>> answers) const {
    if (!answers[0]) return tl::make_unexpected(answers[0].error());
    const auto config = word_of(answers[1]);
    if (!config) return tl::make_unexpected(config.error());
    if ((*config & start_or_ready) == 0)
      return failed(fault_code::not_ready, "the conversion has not ended in time");
    if (*config != config_of(input))
      return failed(fault_code::malformed,
                    "the chip is set otherwise than it was told: is it an ADS1115, and does "
                    "another program use it?");
    const auto word = word_of(answers[2]);
    if (!word) return tl::make_unexpected(word.error());
    const auto raw = static_cast<std::int16_t>(*word);
    if (raw == INT16_MAX || raw == INT16_MIN)
      return failed(fault_code::out_of_range, "the input is beyond what the chip can measure");
    return raw / 32768.0 * std::strtod(gain_.volts, nullptr);
  }

  std::uint8_t address_;
  gain gain_;
  meaning means_;
  std::vector<used> used_;
};

std::vector<channel_spec> four_of(unit u, const std::string& what) {
  auto all = std::vector<channel_spec>{};
  for (const auto name : input_names)
    all.push_back({std::string{name}, u, what + " at " + std::string{name}});
  return all;
}

option_spec number(std::string key, std::string help, std::string fallback, double lowest,
                   double highest) {
  return {.key = std::move(key),
          .kind = option_kind::quantity,
          .help = std::move(help),
          .required = fallback.empty(),
          .fallback = std::move(fallback),
          .dimension = dimension::count,
          .lowest = lowest,
          .highest = highest};
}

/// The supply of the dividers, their fixed resistors, and which side the NTC is on.
std::vector<option_spec> divider_options() {
  return {
      i2c_address_option(0x48, 0x4B),
      {.key = "supply",
       .kind = option_kind::quantity,
       .help = "voltage across NTC and resistor",
       .fallback = "3.3 V",
       .dimension = dimension::voltage,
       .lowest = 1,
       .highest = 5.5},
      number("resistor", "the fixed resistor in series with each NTC, in ohms", "10000", 100, 1e6),
      {.key = "ntc_to",
       .kind = option_kind::choice,
       .help = "the side of the divider that the NTC is on",
       .fallback = "ground",
       .choices = {"ground", "supply"}}};
}

using kelvin_of_ohms = std::function<double(double ohms)>;

meaning divider(const option_map& options, kelvin_of_ohms ntc) {
  const auto supply = number_option(options, "supply");
  const auto resistor = number_option(options, "resistor");
  const auto to_ground = text_option(options, "ntc_to") == "ground";
  return [=](double volts) -> result<measured> {
    const auto part = to_ground ? volts / supply : 1 - volts / supply;
    if (!(part > shorted_below))
      return failed(fault_code::out_of_range, "the NTC or its cable is shorted");
    if (!(part < open_above))
      return failed(fault_code::out_of_range, "the NTC is missing or its cable is cut");
    const auto is = celsius(ntc(resistor * part / (1 - part)) - zero_celsius_k);
    if (!(is >= coldest_ntc && is <= hottest_ntc))
      return failed(fault_code::out_of_range, "no NTC measures that: are its numbers right?");
    return of(is);
  };
}

/// The least amplified of the gains that takes the whole supply.
const gain& gain_for(const option_map& options) {
  return number_option(options, "supply") > 4.0 ? gains[0] : gains[1];
}

model ntc_model(std::string name, std::string title, std::vector<option_spec> numbers,
                std::function<kelvin_of_ohms(const option_map&)> curve) {
  auto options = divider_options();
  options.insert(options.end(), numbers.begin(), numbers.end());
  return {{.name = std::move(name),
           .title = std::move(title),
           .bus_kinds = {i2c_kind},
           .options = std::move(options),
           .channels = four_of(unit::celsius, "the NTC")},
          [curve = std::move(curve)](const layout& house, device_id device) {
            const auto& options = house[device].options;
            return std::make_unique<ads1115>(house, device, gain_for(options),
                                             divider(options, curve(options)));
          }};
}

}  // namespace

model ads1115_voltage_model() {
  auto full_scale = option_spec{.key = "full_scale",
                                .kind = option_kind::choice,
                                .help =
                                    "the most it measures, in volts; no input may be above "
                                    "its supply",
                                .fallback = "4.096",
                                .choices = {}};
  for (const auto& g : gains) full_scale.choices.emplace_back(g.volts);
  return {{.name = "ads1115-voltage",
           .title = "TI ADS1115, four voltages",
           .bus_kinds = {i2c_kind},
           .options = {i2c_address_option(0x48, 0x4B), full_scale},
           .channels = four_of(unit::volt, "the voltage")},
          [](const layout& house, device_id device) {
            const auto wanted = text_option(house[device].options, "full_scale");
            const auto* const chosen =
                std::ranges::find_if(gains, [&](const gain& g) { return wanted == g.volts; });
            return std::make_unique<ads1115>(house, device,
                                             chosen != gains.end() ? *chosen : gains[1],
                                             [](double volts) -> result<measured> {
                                               return measured{volts, unit::volt};
                                             });
          }};
}

model ads1115_ntc_model() {
  return ntc_model("ads1115-ntc", "TI ADS1115, four NTC thermistors by their beta",
                   {number("r25", "of the NTC at 25 °C, in ohms", "10000", 100, 1e6),
                    number("beta", "of the NTC, in kelvin (25 to 85 °C)", "3977", 1000, 10000)},
                   [](const option_map& options) -> kelvin_of_ohms {
                     const auto r25 = number_option(options, "r25");
                     const auto beta = number_option(options, "beta");
                     return [=](double ohms) {
                       return 1 / (1 / reference_k + std::log(ohms / r25) / beta);
                     };
                   });
}

model ads1115_steinhart_model() {
  return ntc_model(
      "ads1115-steinhart", "TI ADS1115, four NTC thermistors by Steinhart and Hart",
      {number("a", "1/T = a + b ln R + c (ln R)^3, T in kelvin, R in ohms", "", -0.1, 0.1),
       number("b", "see a", "", -0.1, 0.1), number("c", "see a", "", -0.1, 0.1)},
      [](const option_map& options) -> kelvin_of_ohms {
        const auto a = number_option(options, "a");
        const auto b = number_option(options, "b");
        const auto c = number_option(options, "c");
        return [=](double ohms) {
          const auto l = std::log(ohms);
          return 1 / (a + b * l + c * l * l * l);
        };
      });
}

}  // namespace hearth
