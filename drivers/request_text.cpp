#include "drivers/request_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace hearth {
namespace {

constexpr std::size_t longest_text = 1000;

std::string hex(unsigned number, int digits) {
  auto text = std::array<char, 16>{};
  std::snprintf(text.data(), text.size(), "%0*X", digits, number);
  return text.data();
}

std::string number_text(double number) {
  auto text = std::array<char, 32>{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr};
}

std::string line_text(unsigned line, bool active_low, std::chrono::microseconds debounce = {}) {
  return "line " + std::to_string(line) + (active_low ? " active low" : " active high") +
         (debounce.count() > 0 ? " debounced " + std::to_string(debounce.count()) + " us" : "");
}

const char* table_text(register_row::table t) {
  switch (t) {
  case register_row::table::coil: return "coil";
  case register_row::table::discrete: return "discrete";
  case register_row::table::input: return "input";
  case register_row::table::holding: return "holding";
  }
  return "unknown";
}

std::string place_text(std::uint8_t unit, register_row::table table, std::uint16_t address) {
  return "unit " + std::to_string(unit) + " " + table_text(table) + " 0x" + hex(address, 4);
}

/// A text in one line, as `\n` in a transcript stands for its end.
std::string one_line(const std::string& text) {
  auto out = std::string{};
  for (const auto c : text.substr(0, longest_text)) {
    if (c == '\n')
      out += "\\n";
    else
      out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
  }
  return out + (text.size() > longest_text ? "…" : "");
}

struct request_writer {
  std::string operator()(const modbus_read& r) const {
    return "read " + place_text(r.unit, r.table, r.address) + " " + std::to_string(r.count);
  }
  std::string operator()(const modbus_write& w) const {
    auto text = "write " + place_text(w.unit, w.table, w.address);
    for (const auto v : w.values) text += " " + hex(v, 4);
    return text;
  }
  std::string operator()(const gpio_read& r) const {
    return "read " + line_text(r.line, r.active_low, r.debounce);
  }
  std::string operator()(const gpio_count& c) const {
    return "count " + line_text(c.line, c.active_low, c.debounce);
  }
  std::string operator()(const gpio_write& w) const {
    return "write " + line_text(w.line, w.active_low) + (w.on ? " on" : " off");
  }
  std::string operator()(const onewire_read& r) const { return "read " + r.slave; }
  std::string operator()(const i2c_transfer& t) const {
    auto text = "0x" + hex(t.address, 1);
    if (!t.write.empty()) text += " write";
    for (const auto b : t.write) text += " " + hex(b, 2);
    if (t.read > 0) text += " read " + std::to_string(t.read);
    if (t.settling > duration{}) text += " after " + std::to_string(t.settling.count()) + " ms";
    return text;
  }
  std::string operator()(const mqtt_publish& p) const {
    const auto topic = p.retained ? p.topic + " (retained)" : p.topic;
    return p.payload.empty() ? topic : topic + " " + one_line(p.payload);
  }
  std::string operator()(const bus_presence&) const { return "is the bus there"; }
  std::string operator()(const plant_read& r) const { return "read " + r.point; }
  std::string operator()(const plant_write& w) const {
    return "write " + w.point + " " + number_text(w.value);
  }
};

struct answer_writer {
  std::string operator()(const done&) const { return "done"; }
  std::string operator()(const words& w) const {
    auto text = std::string{"words"};
    for (const auto v : w) text += " " + hex(v, 4);
    return text;
  }
  std::string operator()(bool on) const { return on ? "on" : "off"; }
  std::string operator()(const std::string& text) const { return one_line(text); }
  std::string operator()(const bytes& all) const {
    auto text = std::string{"bytes"};
    for (const auto b : all) text += " " + hex(b, 2);
    return text;
  }
  std::string operator()(const pulses& p) const {
    auto text = "pulses " + std::to_string(p.total);
    if (p.lately)
      text += " " + std::to_string(p.lately->pulses) + " " +
              std::to_string(std::chrono::round<std::chrono::milliseconds>(p.lately->in).count());
    return text;
  }
  std::string operator()(double number) const { return number_text(number); }
};

struct addressee {
  std::string operator()(const modbus_read& r) const { return "unit " + std::to_string(r.unit); }
  std::string operator()(const modbus_write& w) const { return "unit " + std::to_string(w.unit); }
  std::string operator()(const gpio_read& r) const { return "line " + std::to_string(r.line); }
  std::string operator()(const gpio_count& c) const { return "line " + std::to_string(c.line); }
  std::string operator()(const gpio_write& w) const { return "line " + std::to_string(w.line); }
  std::string operator()(const onewire_read& r) const { return r.slave; }
  std::string operator()(const i2c_transfer& t) const { return "0x" + hex(t.address, 1); }
  std::string operator()(const mqtt_publish& p) const { return p.topic; }
  std::string operator()(const bus_presence&) const { return "bus"; }
  std::string operator()(const plant_read& r) const { return r.point; }
  std::string operator()(const plant_write& w) const { return w.point; }
};

}  // namespace

std::string request_text(const bus_request& request) {
  return std::visit(request_writer{}, request);
}

std::string answer_text(const result<bus_answer>& answer) {
  if (!answer) return "fault " + std::string{to_text(answer.error().code)};
  return std::visit(answer_writer{}, *answer);
}

std::string addressee_of(const bus_request& request) { return std::visit(addressee{}, request); }

}  // namespace hearth
