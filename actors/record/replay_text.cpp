#include "actors/record/replay_text.hpp"

#include <date/tz.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace hearth {
namespace {

using json = nlohmann::ordered_json;

std::string dumped(const json& j) {
  return j.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string join(std::string a, const std::string& between, const std::string& b) {
  if (a.empty()) return b;
  return b.empty() ? a : a + between + b;
}

/// A log may say anything; what it says does not steer a terminal or break a table.
std::string harmless(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return text;
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

/// "on  contract: using the 3.00 kW of …"
std::string decided(const std::optional<decision>& d) {
  if (!d) return "nothing";
  return harmless(join(join(d->what, " by ", d->by), ": ", d->cause));
}

std::string about(const decision& d) {
  return harmless(d.is_command() ? d.subject : join(d.kind, " ", d.subject));
}

json object_of(const std::optional<decision>& d) {
  if (!d) return {};
  return json::parse(d->words, nullptr, false);
}

json object_of(const std::optional<time_point>& t) { return t ? json(to_iso8601(*t)) : json{}; }

std::string count(std::uint64_t number, const std::string& what) {
  return padded(std::to_string(number), 9) + " " + what + "\n";
}

}  // namespace

bool replay_text::told(likeness v) const {
  switch (v) {
  case likeness::same: return !options_.only_different;
  case likeness::renewed: return options_.routine && !options_.only_different;
  case likeness::different:
  case likeness::agrees_again: return true;
  case likeness::shifted:
  case likeness::still_different: return options_.routine;
  }
  return true;
}

std::string replay_text::heading() const {
  if (options_.form != replay_form::tsv) return {};
  return "utc\tlocal\tline\tafter_gap\tverdict\tkind\tsubject\twas\twas_by\twas_cause\tnow\tnow_by"
         "\tnow_cause\theard\n";
}

std::string replay_text::text(const replay_news& news) {
  return std::visit([this](const auto& one) { return of(one); }, news);
}

std::string replay_text::of(const run_replayed& run) {
  const auto& head = run.head;
  try {
    zone_ = date::locate_zone(head.time_zone);
  } catch (const std::runtime_error&) {
    zone_ = nullptr;
  }
  if (options_.form == replay_form::tsv) return {};
  if (options_.form == replay_form::json)
    return dumped({{"run",
                    {{"line", run.line},
                     {"site", head.site},
                     {"boot", head.boot_id},
                     {"program", head.program},
                     {"time_zone", head.time_zone},
                     {"layout_sha256", head.layout_hash},
                     {"today", HEARTH_VERSION}}}});
  return harmless("run " + head.boot_id + " of " + head.site + ", recorded by scada " +
                  head.program + ", replayed by " + HEARTH_VERSION + "; times are those of " +
                  head.time_zone) +
         "\n";
}

std::string replay_text::of(const replay_note& note) const {
  if (options_.form == replay_form::tsv) return {};
  if (options_.form == replay_form::json)
    return dumped({{"note", {{"line", note.line}, {"text", note.text}}}});
  return "line " + std::to_string(note.line) + ": " + harmless(note.text) + "\n";
}

std::string replay_text::of(const input_replayed& input) {
  auto out = std::string{};
  for (const auto& c : input.compared) {
    if (!told(c.likeness)) continue;
    if (options_.form == replay_form::json)
      out += json_of(input, c);
    else if (options_.form == replay_form::tsv)
      out += row_of(input, c);
    else
      out += line_of(input, c);
  }
  if (options_.form == replay_form::lines && !input.heard.empty() &&
      (!options_.only_different || !out.empty()))
    out = "  " + local(input) + "  ← " + harmless(input.heard) + "\n" + out;
  return out;
}

std::string replay_text::local(const input_replayed& input) const {
  const auto shown = input.utc.value_or(input.at).time_since_epoch();
  const auto utc = date::floor<std::chrono::seconds>(date::sys_time<duration>{shown});
  if (!input.utc) return date::format("??? %F %T", utc);
  if (!zone_) return date::format("%a %F %T", utc);
  return date::format("%a %F %T", zone_->to_local(utc));
}

std::string replay_text::line_of(const input_replayed& input, const comparison& c) const {
  const auto& one = c.now ? *c.now : *c.was;
  const auto differs = c.likeness == likeness::different || c.likeness == likeness::still_different;
  auto line = (differs ? "≠ " : "  ") + local(input) + "  " + padded(about(one), 16) + "  ";
  if (differs)
    line += "was " + decided(c.was) + " → now " + decided(c.now);
  else
    line += decided(one);
  if (c.likeness == likeness::agrees_again) line += "  (agrees again)";
  if (c.likeness == likeness::shifted) line += c.was ? "  (not now)" : "  (only now)";
  if (differs && input.after_gap) line += "  (after a gap)";
  return line + "\n";
}

std::string replay_text::json_of(const input_replayed& input, const comparison& c) const {
  const auto& one = c.now ? *c.now : *c.was;
  return dumped({{"utc", object_of(input.utc)},
                 {"house_ms", input.at.time_since_epoch().count()},
                 {"line", input.line},
                 {"after_gap", input.after_gap},
                 {"verdict", to_text(c.likeness)},
                 {"kind", one.kind},
                 {"subject", one.subject},
                 {"heard", input.heard},
                 {"was", object_of(c.was)},
                 {"now", object_of(c.now)}});
}

std::string replay_text::row_of(const input_replayed& input, const comparison& c) const {
  const auto& one = c.now ? *c.now : *c.was;
  const auto cells = [](const std::optional<decision>& d) {
    if (!d) return std::array<std::string, 3>{};
    return std::array<std::string, 3>{d->what, d->by, d->cause};
  };
  const auto was = cells(c.was);
  const auto now = cells(c.now);
  const auto row = std::array<std::string, 14>{input.utc ? to_iso8601(*input.utc) : "",
                                               local(input),
                                               std::to_string(input.line),
                                               input.after_gap ? "1" : "0",
                                               std::string{to_text(c.likeness)},
                                               one.kind,
                                               one.subject,
                                               was[0],
                                               was[1],
                                               was[2],
                                               now[0],
                                               now[1],
                                               now[2],
                                               input.heard};
  auto out = std::string{};
  for (const auto& cell : row) out += (out.empty() ? "" : "\t") + harmless(cell);
  return out + "\n";
}

std::string replay_text::summary(const replay_totals& t) const {
  const auto ended = !t.end ? "cut-off" : t.end->full ? "full" : "in-good-order";
  if (options_.form == replay_form::json)
    return dumped({{"summary",
                    {{"runs", t.runs},
                     {"inputs", t.inputs},
                     {"decisions", t.decisions()},
                     {"same", t.same},
                     {"renewed", t.renewed},
                     {"shifted", t.shifted},
                     {"different", t.different},
                     {"different_after_gap", t.different_after_gap},
                     {"still_different", t.still_different},
                     {"gaps", t.gaps},
                     {"inputs_lost", t.lost},
                     {"torn_lines", t.torn},
                     {"end", ended},
                     {"failure", t.failure ? json(t.failure->text) : json{}}}}});
  auto text = "\n" + count(t.inputs, "inputs of the dispatcher") +
              count(t.decisions(), "decisions upon them, of which") +
              count(t.same, "new ones are the same") +
              count(t.renewed, "renewals and heartbeats are the same");
  if (t.shifted > 0) text += count(t.shifted, "renewals come at another moment");
  text += count(t.different, "are different");
  if (t.different_after_gap > 0)
    text += count(t.different_after_gap, "of these after a gap, and may come of it");
  if (t.still_different > 0) text += count(t.still_different, "renewals of what is different");
  if (t.runs != 1) text += count(t.runs, "runs of the program");
  text += count(t.gaps,
                t.gaps == 0 ? "gaps" : "gaps, " + std::to_string(t.lost) + " inputs not recorded");
  if (t.torn > 0) text += count(t.torn, "lines cut off");
  if (!t.end && !t.failure)
    text += "The log does not end in good order: the program was killed, or still runs.\n";
  return text;
}

}  // namespace hearth
