#include "actors/view/words.hpp"
#include "protocol/utf8.hpp"
#include "tools/simulate/report.hpp"
#include "tools/simulate/words.hpp"

#include <algorithm>

namespace hearth::simulate {
namespace {

constexpr std::size_t line_width = 100;

/// Broken between words, later lines under the first one's text.
std::string wrapped(const std::string& head, const std::string& text) {
  auto lines = std::string{};
  auto line = head;
  const auto indent = std::string(head.size(), ' ');
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find(' ', at), text.size());
    const auto word = text.substr(at, end - at);
    if (line.size() > indent.size() && line.size() + 1 + word.size() > line_width) {
      lines += line + "\n";
      line = indent;
    }
    line += (line.size() > indent.size() ? " " : "") + word;
    at = end + 1;
  }
  return lines + line + "\n";
}

/// Names and texts come from files and wires: nothing in them may steer a terminal.
std::string harmless(std::string_view text) {
  auto plain = mended(text);
  std::replace_if(
      plain.begin(), plain.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return plain;
}

std::string baseline_line(const char* name, const run_record& r, const result<money>& baseline) {
  if (const auto c = compared(r, baseline))
    return std::string{name} + money_text(c->other) + "   Hearth: " + comparison_text(*c) + "\n";
  return std::string{name} + "not known: " + harmless(baseline.error().detail) + "\n";
}

}  // namespace

std::string summary_text(const run_record& r) {
  const auto clock = local_clock{r.time_zone, r.from, r.to};
  const auto& t = r.totals;
  auto text = harmless(r.site) + ", " + clock.text(r.from) + " to " + clock.text(r.to) + " (" +
              harmless(clock.zone()) + "), " + harmless(r.control) + ", seed " +
              std::to_string(r.seed) + "\n\n";
  text += "  heating cost         " + money_text(t.energy_cost) + "\n";
  text += baseline_line("  with a thermostat    ", r, r.baselines.thermostat);
  text += baseline_line("  with a timer         ", r, r.baselines.timer);
  text += "  the least possible   " +
          (r.baselines.bound ? money_text(*r.baselines.bound)
                             : "not known: " + harmless(r.baselines.bound.error().detail)) +
          "\n\n";
  for (const auto& sentence : comfort_sentences(r, clock))
    text += wrapped("  comfort    ", harmless(sentence));
  for (const auto& sentence : machine_sentences(r)) text += wrapped("  machine    ", sentence);
  for (const auto& sentence : charge_sentences(r)) text += wrapped("  in charge  ", sentence);
  const auto alarms = r.events.count(severity::alarm);
  const auto warnings = r.events.count(severity::warning);
  text += "  events     " + std::to_string(alarms) + (alarms == 1 ? " alarm, " : " alarms, ") +
          std::to_string(warnings) + (warnings == 1 ? " warning, " : " warnings, ") +
          std::to_string(t.interlock_interventions) + " commands held back by the interlock\n";
  text += "  books      " + fixed(t.balance_error.in(kilowatt_hour), 3) + " kWh unaccounted for; " +
          std::to_string(t.messages) + " messages\n";
  const auto days = std::chrono::duration<double>(r.to - r.from) / std::chrono::days{1};
  text += "  computed   in " + fixed(r.wall.count(), 1) + " s, " +
          fixed(1000 * r.wall.count() / days, 0) + " ms a day\n";
  text += "  log        " + harmless(t.event_log_sha256) + "\n";
  return text;
}

}  // namespace hearth::simulate
