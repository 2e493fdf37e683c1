#include "tests/support/transcript.hpp"

#include "drivers/ports/modbus_port.hpp"
#include "tests/support/one_device.hpp"
#include "tests/support/pseudo_terminal.hpp"
#include "tests/support/small_layout.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace hearth::testing {
namespace {

using namespace std::chrono_literals;

struct exchange {
  int line = 0;
  bytes asked;
  bytes answered;
  bytes too_late;
};
struct expectation {
  int line = 0;
  std::string text;
};
struct step {
  int line = 0;
  std::vector<std::string>
      action;  ///< {"poll"}, {"write", channel, amount, unit}, {"safe", channel}
  std::vector<exchange> exchanges;
  std::vector<expectation> expected;
};
struct transcript {
  std::map<std::string, std::string> options;  ///< as written
  std::vector<register_row> registers;
  std::vector<std::string> channels;
  double timeout_s = 2;
  std::vector<step> steps;
};

std::vector<std::string> words_of(const std::string& text) {
  auto in = std::istringstream{text};
  return {std::istream_iterator<std::string>{in}, {}};
}

bytes from_hex(const std::string& text) {
  auto read = bytes{};
  for (const auto& word : words_of(text))
    read.push_back(static_cast<std::uint8_t>(std::stoul(word, nullptr, 16)));
  return read;
}

std::int64_t whole(const std::string& text) { return std::stoll(text, nullptr, 0); }

/// "relay coil 0x0000 bit on/off writable" or "flow input 0x0010 f32 L/min scale=0.1
/// low-word-first"
register_row row_from(const std::string& text) {
  using table = register_row::table;
  using format = register_row::format;
  static const auto tables = std::map<std::string, table>{{"coil", table::coil},
                                                          {"discrete", table::discrete},
                                                          {"input", table::input},
                                                          {"holding", table::holding}};
  static const auto formats = std::map<std::string, format>{
      {"bit", format::bit}, {"u16", format::u16}, {"s16", format::s16},
      {"u32", format::u32}, {"s32", format::s32}, {"f32", format::f32},
      {"u64", format::u64}, {"s64", format::s64}, {"f64", format::f64}};
  const auto words = words_of(text);
  auto row = register_row{};
  row.channel = words.at(0);
  row.where = tables.at(words.at(1));
  row.address = static_cast<std::uint16_t>(whole(words.at(2)));
  row.as = formats.at(words.at(3));
  row.unit = unit_from_symbol(words.at(4)).value();
  for (auto i = std::size_t{5}; i < words.size(); ++i) {
    const auto equals = words[i].find('=');
    const auto key = words[i].substr(0, equals);
    const auto value = equals == std::string::npos ? 0 : std::stod(words[i].substr(equals + 1));
    if (key == "writable")
      row.writable = true;
    else if (key == "low-word-first")
      row.low_word_first = true;
    else if (key == "scale")
      row.scale = value;
    else if (key == "offset")
      row.offset = value;
    else if (key == "lowest")
      row.lowest = value;
    else if (key == "highest")
      row.highest = value;
    else
      throw std::invalid_argument{"unknown word '" + words[i] + "'"};
  }
  return row;
}

/// Takes one line of the file; throws what is wrong with it.
void add_line(transcript& t, int number, const std::string& line) {
  const auto starts = [&](std::string_view with) { return line.starts_with(with); };
  const auto rest = [&](std::size_t from) { return line.substr(from); };
  if (line.empty() || starts("#")) return;
  if (starts("device: ")) {
    for (const auto& word : words_of(rest(8)))
      if (const auto equals = word.find('='); equals != std::string::npos)
        t.options[word.substr(0, equals)] = word.substr(equals + 1);
  } else if (starts("channels: ")) {
    t.channels = words_of(rest(10));
  } else if (starts("register: ")) {
    auto row = row_from(rest(10));
    t.channels.push_back(row.channel);
    t.registers.push_back(std::move(row));
  } else if (starts("timeout: ")) {
    t.timeout_s = std::stod(rest(9)) / 1000;
  } else if (starts("poll") || starts("write ") || starts("safe ")) {
    t.steps.push_back({number, words_of(line), {}, {}});
  } else if (starts(">> ")) {
    t.steps.back().exchanges.push_back({number, from_hex(rest(3)), {}, {}});
  } else if (starts("<< ")) {
    const auto more = from_hex(rest(3));
    auto& answer = t.steps.back().exchanges.back().answered;
    answer.insert(answer.end(), more.begin(), more.end());
  } else if (starts("<~ ")) {
    t.steps.back().exchanges.back().too_late = from_hex(rest(3));
  } else if (starts("== ")) {
    t.steps.back().expected.push_back({number, rest(3)});
  } else {
    throw std::invalid_argument{"unknown line"};
  }
}

option_map options_of(const transcript& t, const model_spec& spec) {
  auto options = options_for(spec, t.options);
  if (!t.registers.empty()) options["registers"] = t.registers;
  return options;
}

/// "fault timeout"
std::string words_for(const fault& f) { return "fault " + std::string{to_text(f.code)}; }

/// One driver, its real port and the device at the far end of the line.
class player {
 public:
  player(std::string file, const transcript& script, const model& what)
      : file_{std::move(file)},
        house_{small_layout(rtu_bus(line_.path(), script.timeout_s), what.spec,
                            options_of(script, what.spec), script.channels)},
        port_{make_modbus_port(house_, bus_id{0}).value()},
        driver_{what.make(house_, device_id{0})} {}

  void play(const step& s) {
    if (s.action[0] == "poll") return check_readings(s, poll(s));
    const auto channel = house_.find_channel("device." + s.action.at(1));
    auto* actuator = driver_->as_actuator();
    if (!channel || !actuator) return differ(s.line, "there is no such actuator");
    auto requests = result<std::vector<bus_request>>{};
    if (s.action[0] == "safe") {
      requests = actuator->make_safe(*channel);
    } else {
      auto wanted = command{};
      wanted.target = *channel;
      wanted.value = {std::stod(s.action.at(2)), unit_from_symbol(s.action.at(3)).value()};
      requests = actuator->encode(wanted);
    }
    check_outcome(s, requests);
  }

  std::vector<std::string> found;

 private:
  void differ(int line, const std::string& text) {
    found.push_back(file_ + ":" + std::to_string(line) + ": " + text);
  }

  /// Carries out one request while the device at the far end plays its part.
  result<bus_answer> converse(const bus_request& request, const exchange& part) {
    auto heard = bytes{};
    auto device = std::thread{[&] {
      heard = line_.hear(part.asked.size(), 2s);
      if (heard == part.asked) line_.say(part.answered);
    }};
    auto answer = port_->transact(request, now_);
    device.join();
    if (heard != part.asked) differ(part.line, "the driver asked " + to_hex(heard));
    if (const auto more = line_.hear(1, 0ms); !more.empty())
      differ(part.line, "the driver asked more than that");
    line_.say(part.too_late);
    return answer;
  }

  std::vector<result<bus_answer>> converse(const step& s,
                                           const std::vector<bus_request>& requests) {
    auto answers = std::vector<result<bus_answer>>{};
    auto part = s.exchanges.begin();
    for (const auto& request : requests) {
      const auto nobody = [](const result<bus_answer>& a) {
        return !a && (a.error().code == fault_code::timeout ||
                      a.error().code == fault_code::disconnected);
      };
      if (!answers.empty() && nobody(answers.back())) {
        answers.push_back(answers.back());
      } else if (part == s.exchanges.end()) {
        differ(s.line, "the driver asks more often than the file says");
        answers.push_back(failed(fault_code::not_ready));
      } else {
        answers.push_back(converse(request, *part++));
      }
    }
    if (part != s.exchanges.end()) differ(part->line, "the driver never asked this");
    return answers;
  }

  std::vector<reading> poll(const step& s) {
    now_ += 10s;
    const auto answers = converse(s, driver_->poll());
    return driver_->decode(answers, now_);
  }

  void check_readings(const step& s, const std::vector<reading>& readings) {
    for (const auto& r : readings) {
      const auto& key = house_[r.channel].key;
      const auto expected = std::ranges::find_if(
          s.expected, [&](const auto& e) { return e.text.starts_with(key + " "); });
      if (expected == s.expected.end()) {
        differ(s.line, key + " is not expected to have a reading: " + shown(r));
        continue;
      }
      if (!agrees(r, words_of(expected->text))) differ(expected->line, "it is " + shown(r));
      if (r.at != now_)
        differ(expected->line, "the reading bears another time than that of its poll");
    }
    if (readings.size() != s.expected.size()) differ(s.line, "another number of readings came");
  }

  void check_outcome(const step& s, const result<std::vector<bus_request>>& requests) {
    auto outcome = std::string{"done"};
    if (!requests) {
      outcome = words_for(requests.error());
      if (!s.exchanges.empty())
        differ(s.line, "refused by the driver: " + to_text(requests.error()));
    } else {
      for (const auto& answer : converse(s, *requests))
        if (!answer) outcome = words_for(answer.error());
    }
    if (s.expected.size() != 1 || s.expected[0].text != outcome)
      differ(s.line, "it ended in '" + outcome + "'");
  }

  /// A 32-bit float has 24 bits, so seven digits are what can agree.
  static bool agrees(const reading& r, const std::vector<std::string>& expected) {
    if (!r.value) return words_for(r.value.error()) == expected.at(1) + " " + expected.back();
    if (expected.at(1) == "fault" || expected.back() != symbol(r.value->unit)) return false;
    const auto amount = std::stod(expected[1]);
    return std::abs(r.value->amount - amount) <= 1e-6 * std::max(1.0, std::abs(amount));
  }

  static std::string shown(const reading& r) {
    if (!r.value) return to_text(r.value.error());
    return std::to_string(r.value->amount) + " " + std::string{symbol(r.value->unit)};
  }

  std::string file_;
  pseudo_terminal line_;
  layout house_;
  std::unique_ptr<port> port_;
  std::unique_ptr<driver> driver_;
  time_point now_{};
};

}  // namespace

std::vector<std::string> differences(const std::filesystem::path& file, const model& what) {
  auto script = transcript{};
  auto in = std::ifstream{file};
  auto number = 0;
  for (auto line = std::string{}; std::getline(in, line);) {
    ++number;
    try {
      add_line(script, number, line);
    } catch (const std::exception& wrong) {
      return {file.string() + ":" + std::to_string(number) + ": " + wrong.what()};
    }
  }
  if (script.steps.empty()) return {file.string() + ": no conversation in it"};
  auto playing = player{file.filename().string(), script, what};
  for (const auto& s : script.steps) playing.play(s);
  return playing.found;
}

}  // namespace hearth::testing
