#include "actors/node/memory_text.hpp"
#include "actors/node/render.hpp"
#include "tools/atn/commands.hpp"
#include "tools/atn/station.hpp"

namespace hearth::atn {
namespace {

result<std::map<std::string, site_memory>> remembered(const settings& s) {
  if (s.no_state) return failed(fault_code::refused, "there is nothing to read with --no-state");
  auto store = open_store(s, true);
  if (!store) return tl::make_unexpected(store.error());
  return remembered_in(**store);
}

int sites(const settings& s) {
  const auto all = remembered(s);
  if (!all) return complain(failed_to_reach, all.error().detail);
  if (!s.json) print(sites_heading());
  for (const auto& [name, house] : *all)
    print(s.json ? json_summary(house, s.now()) : summary_of(house, s.now()));
  return ok;
}

int show(const settings& s, const std::string& site) {
  const auto all = remembered(s);
  if (!all) return complain(failed_to_reach, all.error().detail);
  const auto found = all->find(site);
  if (found == all->end())
    return complain(failed_to_reach,
                    "nothing was ever heard of '" + site + "'; 'atn sites' lists who was");
  print(s.json ? json_of(found->second, s.now()) : page_of(found->second, s.now()));
  return ok;
}

}  // namespace

void add_sites_and_show(CLI::App& app, settings& s, action& todo) {
  auto* list = app.add_subcommand("sites", "List the houses remembered");
  list->footer("Reads what 'atn run' keeps; the broker is not asked.\n\nExample:\n  atn sites\n");
  list->callback([&s, &todo] { todo = [&s] { return sites(s); }; });

  auto* one = app.add_subcommand("show", "Show all that is remembered of one house");
  auto site = std::make_shared<std::string>();
  one->add_option("SITE", *site, "The house")->required();
  one->footer(
      "Reads what 'atn run' keeps; the broker is not asked.\n\nExamples:\n"
      "  atn show maple-12\n  atn show --json maple-12 | jq .memory.contracts\n");
  one->callback([&s, &todo, site] { todo = [&s, site] { return show(s, *site); }; });
}

}  // namespace hearth::atn
