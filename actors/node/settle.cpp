#include "actors/node/settle.hpp"

#include "actors/book.hpp"
#include "actors/node/json_words.hpp"
#include "protocol/hex.hpp"
#include "protocol/limits.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace hearth {
namespace {

using json_words::json;

/// Neither control characters of a peer nor what would break a column reaches the output.
std::string plain(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return text;
}

template <class... Values>
std::string print(const char* format, Values... values) {
  auto text = std::array<char, 128>{};
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
}

std::string watt_hours(energy e) { return print("%.3f", e.in(watt_hour)); }
std::string kilowatt_hours(energy e) { return print("%.3f kWh", e.in(kilowatt_hour)); }

/// The entry as the node would have made it: what was sold is its own word.
contract_report as_sold(contract_report entered, const contract& sold) {
  entered.contract_id = sold.id;
  entered.promised = settled_energy(sold.promised());
  entered.settled->start = sold.start;
  entered.settled->length = sold.length;
  entered.settled->price = sold.price;
  return entered;
}

std::string difference(const contract_report& entered, const std::optional<contract>& sold) {
  if (!sold) return "this node knows of no such contract";
  const auto mine = as_sold(entered, *sold);
  if (mine.promised != settled_energy(entered.promised))
    return "promised " + kilowatt_hours(entered.promised) + ", sold were " +
           kilowatt_hours(mine.promised);
  if (mine.settled->start != entered.settled->start ||
      mine.settled->length != entered.settled->length)
    return "another slot than the one that was sold";
  if (mine.settled->price != entered.settled->price) return "another price than the one agreed";
  return "its chain is not the one that these entries make";
}

void judge(settled_line& line, const settled_line* before, const std::string& site) {
  const auto& s = *line.entered.settled;
  auto chain = std::optional<std::string>{};
  if (s.entry == 1) chain = chain_of_new_book(site, s.book);
  if (before != nullptr) chain = before->entered.settled->chain;
  if (!chain) {
    line.verdict = entry_verdict::unchecked;
    line.why = "the entry before it is not here";
  } else if (!line.sold || chain_after(*chain, as_sold(line.entered, *line.sold)) != s.chain) {
    line.verdict = entry_verdict::differs;
    line.why = difference(line.entered, line.sold);
  }
}

settled_line line_of(settled_contract both) {
  auto line = settled_line{std::move(both.entered), std::move(both.sold), {}, {}, {}, {}, {}};
  const auto& e = line.entered;
  const auto tolerance = limits::contract_tolerated(e.promised);
  line.kept = e.status == contract_status::completed && line.beyond() <= tolerance &&
              -line.beyond() <= tolerance;
  const auto length = seconds_real{e.settled->length}.count();
  line.measured_part =
      std::clamp(1 - seconds_real{e.settled->unmetered}.count() / std::max(length, 1.0), 0.0, 1.0);
  if (e.settled->price) line.cost = e.metered * *e.settled->price;
  return line;
}

}  // namespace

std::string_view to_text(entry_verdict v) {
  switch (v) {
  case entry_verdict::agrees: return "agrees";
  case entry_verdict::differs: return "differs";
  case entry_verdict::unchecked: return "unchecked";
  }
  return "unknown";
}

site_settlement settle(const std::string& site, std::vector<settled_contract> all,
                       std::optional<time_point> from, std::optional<time_point> until) {
  auto out = site_settlement{};
  out.site = site;
  auto order = std::vector<std::string>{};
  for (const auto& each : all)
    if (std::ranges::find(order, each.entered.settled->book) == order.end())
      order.push_back(each.entered.settled->book);
  out.books = order.size();
  const auto place = [&](const settled_contract& c) {
    const auto& s = *c.entered.settled;
    return std::pair{std::ranges::find(order, s.book) - order.begin(), s.entry};
  };
  std::ranges::stable_sort(all, {}, place);
  auto before = std::optional<settled_line>{};
  for (auto& each : all) {
    auto line = line_of(std::move(each));
    const auto& s = *line.entered.settled;
    const auto same_book = before && before->entered.settled->book == s.book;
    const auto last = same_book ? before->entered.settled->entry : 0;
    if (s.entry > last + 1) out.missing.push_back({s.book, last + 1, s.entry - 1});
    judge(line, same_book && s.entry == last + 1 ? &*before : nullptr, site);
    if (same_book && s.entry == last) {
      line.verdict = entry_verdict::differs;
      line.why = "the house has made two entries of this number";
    }
    out.end = hex_of(s.chain);
    before = line;
    out.differing += line.verdict == entry_verdict::differs;
    out.unchecked += line.verdict == entry_verdict::unchecked;
    if ((from && s.start < *from) || (until && s.start >= *until)) continue;
    out.kept += line.kept;
    out.unpriced += !line.cost;
    out.promised += line.entered.promised;
    out.metered += line.entered.metered;
    out.cost += line.cost.value_or(money{});
    out.lines.push_back(std::move(line));
  }
  return out;
}

std::string page_of(const site_settlement& s) {
  auto out = plain(s.site) + ": ";
  if (s.lines.empty() && s.end.empty()) return out + "nothing has been settled yet\n";
  out += s.agrees() ? "both books agree\n" : "THE BOOKS DIFFER\n";
  out += print("  %-16s %-10s %10s %10s %9s %9s %9s %9s  %s\n", "slot", "status", "promised",
               "metered", "beyond", "USD/MWh", "USD", "measured", "book");
  for (const auto& l : s.lines) {
    const auto& e = l.entered;
    auto price = e.settled->price ? print("%.2f", e.settled->price->in(usd_per_mwh)) : "-";
    auto cost = l.cost ? print("%.4f", l.cost->in(us_dollar)) : "-";
    out += print("  %-16s %-10s %7.3f kWh %6.3f kWh %+6.0f Wh %9s %9s %7.1f %%  ",
                 to_iso8601(e.settled->start).substr(0, 16).c_str(),
                 std::string{to_text(e.status)}.c_str(), e.promised.in(kilowatt_hour),
                 e.metered.in(kilowatt_hour), l.beyond().in(watt_hour), price.c_str(), cost.c_str(),
                 100 * l.measured_part);
    out += std::string{to_text(l.verdict)} + (l.why.empty() ? "" : ": " + l.why) +
           (e.reason.empty() ? "" : " (" + plain(e.reason) + ")") + "\n";
  }
  for (const auto& m : s.missing)
    out += "  missing: entries " + std::to_string(m.first) + " to " + std::to_string(m.last) +
           " of book " + plain(m.book) + "\n";
  out += print("  %zu contracts, %zu kept; promised %.3f kWh, metered %.3f kWh, %.4f USD\n",
               s.lines.size(), s.kept, s.promised.in(kilowatt_hour), s.metered.in(kilowatt_hour),
               s.cost.in(us_dollar));
  if (s.unpriced > 0) out += print("  %zu of them without a price\n", s.unpriced);
  if (s.books > 1)
    out += print("  %zu books: the house's was begun anew, as on a new card\n", s.books);
  return out + "  end of the chain: " + s.end + "\n";
}

std::string table_of(const site_settlement& s) {
  auto out = std::string{
      "start\tlength_s\tcontract_id\tstatus\tpromised_wh\tmetered_wh\tprice_usd_per_mwh\tcost_usd\t"
      "measured_part\tkept\tbook\tentry\tverdict\twhy\n"};
  for (const auto& l : s.lines) {
    const auto& e = l.entered;
    const auto& entry = *e.settled;
    out += to_iso8601(entry.start) + "\t" + std::to_string(entry.length / std::chrono::seconds{1}) +
           "\t" + plain(e.contract_id) + "\t" + std::string{to_text(e.status)} + "\t" +
           watt_hours(e.promised) + "\t" + watt_hours(e.metered) + "\t" +
           (entry.price ? print("%.3f", entry.price->in(usd_per_mwh)) : "") + "\t" +
           (l.cost ? print("%.6f", l.cost->in(us_dollar)) : "") + "\t" +
           print("%.4f", l.measured_part) + "\t" + (l.kept ? "yes" : "no") + "\t" +
           plain(entry.book) + "\t" + std::to_string(entry.entry) + "\t" +
           std::string{to_text(l.verdict)} + "\t" + l.why + "\n";
  }
  return out;
}

std::string json_of(const site_settlement& s) {
  auto j = json{{"site", s.site},
                {"agrees", s.agrees()},
                {"contracts", s.lines.size()},
                {"kept", s.kept},
                {"promised_wh", s.promised.in(watt_hour)},
                {"metered_wh", s.metered.in(watt_hour)},
                {"cost_usd", s.cost.in(us_dollar)},
                {"unpriced", s.unpriced},
                {"differing", s.differing},
                {"unchecked", s.unchecked},
                {"books", s.books},
                {"end", s.end},
                {"missing", json::array()},
                {"entries", json::array()}};
  for (const auto& m : s.missing)
    j["missing"].push_back({{"book", m.book}, {"first", m.first}, {"last", m.last}});
  for (const auto& l : s.lines) {
    auto one = json_words::of(l.entered);
    one["cost_usd"] = l.cost ? json(l.cost->in(us_dollar)) : json{};
    one["measured_part"] = l.measured_part;
    one["kept"] = l.kept;
    one["verdict"] = to_text(l.verdict);
    if (!l.why.empty()) one["why"] = l.why;
    j["entries"].push_back(std::move(one));
  }
  return j.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace hearth
