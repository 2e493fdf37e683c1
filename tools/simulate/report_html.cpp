#include "actors/view/words.hpp"
#include "tools/simulate/html.hpp"
#include "tools/simulate/report.hpp"
#include "tools/simulate/report_data.hpp"
#include "tools/simulate/web.hpp"
#include "tools/simulate/words.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace hearth::simulate {
namespace {

struct term {
  const char* name;
  const char* meaning;
};
constexpr std::array terms{
    term{"heat pump",
         "A machine that takes heat from the outdoor air and puts it into water. From one "
         "kilowatt-hour of electricity it makes two to four of heat; the colder it is "
         "outdoors and the hotter the water, the fewer."},
    term{"store",
         "Tanks of hot water that keep heat for later, so that the heat pump can run when "
         "electricity is cheap. The hottest water lies on top."},
    term{"zone", "A part of the house with a thermostat of its own."},
    term{"setpoint",
         "The temperature that a zone is asked to have. Up to half a degree (°C) less "
         "counts as comfortable."},
    term{"contract",
         "A promise to the market: an average power over an hour or less, which was "
         "bought in advance."},
    term{"interlock",
         "Rules that no command can break: shortest times on and off, highest and "
         "lowest temperatures, protection from frost."},
    term{"thermostat",
         "The same house, the same weather, with heat made whenever it is needed, "
         "whatever electricity costs then."},
    term{"timer",
         "The same house with a clock that heats the tank in the hours when the tariff is "
         "low."},
    term{"the least possible",
         "What nobody can get below: all prices and weather known in advance, "
         "and a machine as good as physics allows at every moment. Real "
         "machines stay above it."}};

/// `shown` with its meaning for whoever points at it; only the names in `terms` have one.
std::string term_html(std::string_view name, std::string_view shown) {
  const auto* t =
      std::find_if(terms.begin(), terms.end(), [&](const term& t) { return t.name == name; });
  return "<span class=\"term\" tabindex=\"0\">" + escaped(shown) + "<span role=\"tooltip\">" +
         escaped(t->meaning) + "</span></span>";
}

std::string term_html(std::string_view name) { return term_html(name, name); }

/// Sentences as HTML in which no line ends between a number and its unit.
std::string sentence_html(const std::string& sentence) {
  auto html = escaped(sentence);
  for (const auto* unit : {" %", " °", " kWh", " ¢"})
    for (auto at = html.find(unit); at != std::string::npos; at = html.find(unit, at))
      html.replace(at, 1, "&nbsp;");
  return html;
}

std::string paragraphs(const std::vector<std::string>& sentences) {
  auto html = std::string{};
  for (const auto& s : sentences) html += "    <p>" + sentence_html(s) + "</p>\n";
  return html;
}

std::string warmth(temperature t) {
  return "<span data-celsius=\"" + std::to_string(t.in_celsius()) + "\">" +
         fixed(t.in_celsius(), 1) + " °C</span>";
}

// ---- the money

struct bar {
  std::string name;  ///< HTML
  money cost;
  std::string than;  ///< HTML
  bool is_this = false;
};

std::string bars_html(const run_record& r) {
  auto bars = std::vector<bar>{};
  auto unknown = std::string{};
  const auto add = [&](const std::string& name, const result<money>& cost, bool compare) {
    const auto c = compared(r, cost);
    if (!c) {
      unknown += "    <p class=\"quiet\">" + name + ": not known, " + escaped(cost.error().detail) +
                 "</p>\n";
      return;
    }
    const auto less = c->saved >= money{};
    auto than = std::string{};
    if (compare)
      than = "<span class=\"" + std::string{less ? "less" : "more"} +
             "\">Hearth: " + escaped(comparison_text(*c)) + "</span>";
    bars.push_back({name, c->other, than, false});
  };
  add("With a " + term_html("thermostat"), r.baselines.thermostat, true);
  add("With a " + term_html("timer"), r.baselines.timer, true);
  bars.push_back({"This house with Hearth", r.totals.energy_cost, "", true});
  add(term_html("the least possible", "The least possible"), r.baselines.bound, false);
  auto most = 0.01 * us_dollar;
  for (const auto& b : bars) most = std::max(most, b.cost);
  auto html =
      std::string{"    <table class=\"bars\"><caption class=\"unseen\">Cost compared</caption>\n"};
  for (const auto& b : bars) {
    const auto width = std::max(0.0, 100 * (b.cost / most));
    html += std::string{"      <tr"} + (b.is_this ? " class=\"this\"" : "") +
            "><th scope=\"row\">" + b.name +
            "</th><td class=\"bar\" aria-hidden=\"true\"><i style=\"width:" + fixed(width, 1) +
            "%\"></i></td><td class=\"sum\">" + escaped(money_text(b.cost)) +
            "</td><td class=\"than\">" + b.than + "</td></tr>\n";
  }
  return html + "    </table>\n" + unknown;
}

std::string possible_html(const run_record& r) {
  const auto part = part_of_possible(r);
  if (!part || *part <= 0) return "";
  return "Of what perfect foresight and a perfect machine could have saved against a thermostat, "
         "Hearth saved <strong>" +
         fixed(100 * *part, 0) + " %</strong>.";
}

std::string cost_note(const run_record& r) {
  const auto days = std::chrono::duration<double, std::ratio<86400>>{r.to - r.from}.count();
  if (days < 1.5) return "in " + length_text(r.to - r.from);
  return "in " + fixed(days, 0) + " days: " + money_text(r.totals.energy_cost / days) + " a day";
}

/// The one comparison that everybody understands; nothing where it is not known.
std::string saved_html(const run_record& r) {
  const auto c = compared(r, r.baselines.thermostat);
  if (!c || !c->part) return "";
  const auto less = c->saved >= money{};
  return std::string{"<p class=\""} + (less ? "less" : "more") + "\">" +
         fixed(100 * std::abs(*c->part), 0) + (less ? " % less" : " % more") +
         " than with a thermostat</p>";
}

// ---- lists

std::string charge_html(const run_record& r) {
  auto html = std::string{"    <ul>\n"};
  for (const auto& s : charge_sentences(r)) html += "      <li>" + sentence_html(s) + "</li>\n";
  html += "    </ul>\n    <p>Left to itself the house follows " +
          escaped(control_in_words(r.control)) + ".</p>\n";
  const auto held = r.totals.interlock_interventions;
  if (held > 0)
    html += "    <p>The " + term_html("interlock") + " rules held back " + std::to_string(held) +
            (held == 1 ? " command" : " commands") + ", as they should.</p>\n";
  return html;
}

std::string event_row(const event& e, const local_clock& clock) {
  const auto word = std::string{to_text(e.severity)};
  const auto at = std::to_string(e.at.time_since_epoch().count());
  return "<tr><td><span class=\"dot " + word + "\"></span>" + word + "</td><td class=\"words\">" +
         escaped(clock.text(e.at)) + "</td><td class=\"words\">" +
         (e.subject.empty() ? "" : escaped(e.subject) + ": ") + escaped(e.text) +
         "</td><td><button type=\"button\" data-at=\"" + at + "\">Show</button></td></tr>\n";
}

std::string event_table(const std::vector<const event*>& events, const local_clock& clock) {
  auto html = std::string{
      "<div class=\"scroll\"><table class=\"plain events\"><thead><tr><th scope=\"col\">What</th>"
      "<th scope=\"col\" class=\"words\">When</th><th scope=\"col\" class=\"words\">What it "
      "was</th>"
      "<th></th></tr></thead>\n<tbody>\n"};
  for (const auto* e : events) html += event_row(*e, clock);
  return html + "</tbody></table></div>\n";
}

/// Events that a page lists openly; the others can be unfolded.
constexpr std::size_t listed_openly = 30;

std::string events_html(const run_record& r, const local_clock& clock) {
  auto grave = std::vector<const event*>{};
  auto notes = std::vector<const event*>{};
  for (const auto& e : r.events.kept())
    (e.severity == severity::info ? notes : grave).push_back(&e);
  const auto alarms = r.events.count(severity::alarm);
  const auto warnings = r.events.count(severity::warning);
  auto html = "<p>" + std::to_string(alarms) + (alarms == 1 ? " alarm, " : " alarms, ") +
              std::to_string(warnings) + (warnings == 1 ? " warning." : " warnings.") + "</p>\n";
  if (alarms + warnings == 0) html = "<p>No alarm and no warning: nothing went wrong.</p>\n";
  const auto fold = [&](const std::string& head, const std::vector<const event*>& events) {
    if (!events.empty())
      html += "<details><summary>" + head + "</summary>\n" + event_table(events, clock) +
              "</details>\n";
  };
  const auto open =
      grave.begin() + static_cast<std::ptrdiff_t>(std::min(grave.size(), listed_openly));
  if (!grave.empty()) html += event_table({grave.begin(), open}, clock);
  fold(std::to_string(grave.end() - open) + " more", {open, grave.end()});
  fold(std::to_string(notes.size()) + (notes.size() == 1 ? " note" : " notes"), notes);
  const auto all = alarms + warnings + r.events.count(severity::info);
  if (all > r.events.kept().size())
    html += "<p class=\"quiet\">Of each kind the first " + std::to_string(event_list::most) +
            " are listed; there were " + std::to_string(all) + " in all.</p>\n";
  return html;
}

std::string calendar_html(const std::vector<calendar_row>& rows) {
  auto html = std::string{
      "<div class=\"scroll\"><table class=\"plain\"><thead><tr><th scope=\"col\">When</th>"
      "<th scope=\"col\">Cost</th><th scope=\"col\">Electricity, kWh</th><th scope=\"col\">Heat to "
      "the rooms, kWh</th><th scope=\"col\">Outdoors, mean</th><th scope=\"col\">Coldest room</th>"
      "<th scope=\"col\">Too cold for</th></tr></thead>\n<tbody>\n"};
  for (const auto& row : rows)
    html += "<tr><th scope=\"row\">" + escaped(row.name) + "</th><td>" +
            escaped(money_text(row.cost)) + "</td><td>" +
            fixed(row.electricity.in(kilowatt_hour), 1) + "</td><td>" +
            fixed(row.heat.in(kilowatt_hour), 1) + "</td><td>" + warmth(row.outdoor) + "</td><td>" +
            (row.coldest ? warmth(*row.coldest) : "") + "</td><td>" +
            (row.below > duration{} ? escaped(length_text(row.below)) : "–") + "</td></tr>\n";
  return html + "</tbody></table></div>\n";
}

std::string terms_html() {
  auto html = std::string{};
  for (const auto& t : terms)
    html += "    <dt>" + escaped(t.name) + "</dt><dd>" + escaped(t.meaning) + "</dd>\n";
  return html;
}

std::string footer_html(const run_record& r) {
  auto html = "<p>Simulated by Hearth " + escaped(r.version) + " from " + escaped(r.layout) +
              ", control “" + escaped(r.control) + "”" +
              (r.with_node ? ", with a market" : ", without a market");
  if (r.faults) html += ", with faults “" + escaped(*r.faults) + "”";
  html += ", seed " + std::to_string(r.seed) + ". Costs are of the heat pump's electricity.</p>\n";
  return html + "<p>Layout " + escaped(r.layout_hash) + "<br>Event log " +
         escaped(r.totals.event_log_sha256) + "</p>";
}

std::string period_html(const run_record& r, const local_clock& clock) {
  const auto offset = clock.offsets().front();
  auto html = escaped(date_text(clock.wall(r.from))) + " to " +
              escaped(date_text(clock.wall(r.to - std::chrono::seconds{1}))) +
              ". All times are those of the house: " + escaped(clock.zone());
  if (clock.zone() != r.time_zone)
    html += " (“" + escaped(r.time_zone) + "” is not known here)";
  else
    html += " (" + escaped(offset.name) +
            (clock.offsets().size() > 1 ? " and " + escaped(clock.offsets()[1].name) : "") + ")";
  return html + ".";
}

}  // namespace

std::string report_html(const run_record& r) {
  const auto clock = local_clock{r.time_zone, r.from, r.to};
  const auto calendar = calendar_of(r.slots, clock);
  auto texts = std::map<std::string, std::string, std::less<>>{
      {"title", escaped("Hearth: " + r.site)},
      {"style", std::string{page_style}},
      {"script", std::string{page_script}},
      {"site", escaped(r.site)},
      {"period", period_html(r, clock)},
      {"cost", escaped(money_text(r.totals.energy_cost))},
      {"cost-note", escaped(cost_note(r))},
      {"saved", saved_html(r)},
      {"bars", bars_html(r)},
      {"possible", possible_html(r)},
      {"comfort", paragraphs(comfort_sentences(r, clock))},
      {"machine", paragraphs(machine_sentences(r))},
      {"charge", charge_html(r)},
      {"events", events_html(r, clock)},
      {"table-name", std::to_string(calendar.size()) + (calendar.size() == 1 ? " row" : " rows")},
      {"table", calendar_html(calendar)},
      {"terms", terms_html()},
      {"footer", footer_html(r)},
      {"data", report_data(r, clock)}};
  for (const auto& t : terms) texts["term:" + std::string{t.name}] = term_html(t.name);
  return filled(page_template, texts);
}

}  // namespace hearth::simulate
