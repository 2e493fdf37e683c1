#include "actors/node/keeping.hpp"
#include "tools/atn/commands.hpp"
#include "tools/atn/station.hpp"

namespace hearth::atn {
namespace {

struct settle_options {
  std::string site, from, until;
  bool table = false;
};

result<site_settlement> read_settlement(const settings& s, const settle_options& o) {
  if (s.no_state) return failed(fault_code::refused, "there is nothing to read with --no-state");
  auto store = open_store(s, true);
  if (!store) return tl::make_unexpected(store.error());
  const auto time = [](const std::string& text) {
    return text.empty() ? std::nullopt : from_iso8601(text);
  };
  return settlement_in(**store, o.site, time(o.from), time(o.until));
}

int run_settle(const settings& s, const settle_options& o) {
  for (const auto& [option, text] : {std::pair{"--from", o.from}, std::pair{"--until", o.until}})
    if (!text.empty() && !from_iso8601(text))
      return complain(bad_usage,
                      std::string{option} + ": write a time such as 2020-01-15T05:00:00Z");
  const auto all = read_settlement(s, o);
  if (!all) return complain(failed_to_reach, all.error().detail);
  auto text = s.json ? json_of(*all) : o.table ? table_of(*all) : page_of(*all);
  if (text.ends_with('\n')) text.pop_back();
  print(text);
  return all->agrees() ? ok : failed_to_reach;
}

}  // namespace

void add_settle(CLI::App& app, settings& s, action& todo) {
  auto* command = app.add_subcommand(
      "settle", "What a house promised, used and owes, and whether its book is the same");
  auto o = std::make_shared<settle_options>();
  command->add_option("SITE", o->site, "The house")->required();
  command->add_option("--from", o->from, "Only slots from this time on, ISO 8601");
  command->add_option("--until", o->until, "Only slots before this time, ISO 8601");
  command->add_flag("--table", o->table, "Tab-separated lines with a header, for cut and awk");
  command->footer(
      "Reads what 'atn run' keeps, also while it runs; the broker is not asked.\n"
      "The house enters each contract that is over in a book of its own and binds it to all\n"
      "before it by a chain of SHA-256. The same chain is reckoned here from what was sold:\n"
      "  agrees     promise, slot and price are those that were sold, nothing was taken out,\n"
      "             put in or changed\n"
      "  differs    the house has something else in its book; the line says what\n"
      "  unchecked  the entry before it has not come (see 'missing')\n"
      "  beyond     metered less promised; within 2 % or 50 Wh a contract is kept\n"
      "  measured   part of the slot in which the heat pump's meter could be read\n\n"
      "Exit code 0: both books agree; 1: they don't, or nothing could be read.\n\n"
      "Examples:\n"
      "  atn settle maple-12\n"
      "  atn settle maple-12 --from 2020-01-15T05:00:00Z --until 2020-01-16T05:00:00Z\n"
      "  atn settle --json maple-12 | jq .cost_usd\n"
      "  atn settle --table maple-12 | awk -F'\\t' '$10 == \"no\"'\n");
  command->callback([&s, &todo, o] { todo = [&s, o] { return run_settle(s, *o); }; });
}

}  // namespace hearth::atn
