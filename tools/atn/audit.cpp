#include "actors/node/audit.hpp"

#include "actors/node/keeping.hpp"
#include "tools/atn/commands.hpp"
#include "tools/atn/station.hpp"

#include <filesystem>
#include <fstream>

namespace hearth::atn {
namespace {

struct audit_options {
  std::string site;
  std::string export_folder;
  bool table = false;
};

result<site_audit> read_audit(const settings& s, const std::string& site) {
  if (s.no_state) return failed(fault_code::refused, "there is nothing to read with --no-state");
  auto store = open_store(s, true);
  if (!store) return tl::make_unexpected(store.error());
  const auto all = remembered_in(**store);
  if (!all) return tl::make_unexpected(all.error());
  const auto found = all->find(site);
  if (found == all->end())
    return failed(fault_code::no_such_device,
                  "nothing was ever heard of '" + site + "'; 'atn sites' lists who was");
  auto ledger = (*store)->ledger(site);
  if (!ledger) return tl::make_unexpected(ledger.error());
  auto refused = (*store)->quarantine(site);
  if (!refused) return tl::make_unexpected(refused.error());
  return audit_of(found->second, std::move(*ledger), std::move(*refused), s.now());
}

/// One file per refused message, named by its place, and nothing a peer could name.
bool write_out(const quarantine_list& refused, const std::filesystem::path& folder) {
  auto error = std::error_code{};
  std::filesystem::create_directories(folder, error);
  auto number = refused.forgotten;
  for (const auto& q : refused.kept) {
    auto out = std::ofstream{folder / (std::to_string(++number) + ".bin"), std::ios::binary};
    out.write(q.bytes.data(), static_cast<std::streamsize>(q.bytes.size()));
    if (!out.flush()) return false;
  }
  return true;
}

int audit(const settings& s, const audit_options& o) {
  const auto a = read_audit(s, o.site);
  if (!a) return complain(failed_to_reach, a.error().detail);
  auto text = s.json ? json_of(*a) : o.table ? table_of(*a) : page_of(*a);
  if (text.ends_with('\n')) text.pop_back();
  print(text);
  if (!o.export_folder.empty() && !write_out(a->quarantine, o.export_folder))
    return complain(failed_to_reach, "cannot write into " + o.export_folder);
  return a->clean() ? ok : failed_to_reach;
}

}  // namespace

void add_audit(CLI::App& app, settings& s, action& todo) {
  auto* command = app.add_subcommand(
      "audit", "Check that what a house called journaled took effect exactly once");
  auto o = std::make_shared<audit_options>();
  command->add_option("SITE", o->site, "The house")->required();
  command->add_flag("--table", o->table, "Tab-separated lines, a word first, for cut and awk");
  command->add_option("--export", o->export_folder,
                      "Write the bytes of what is quarantined into this folder, a file each");
  command->footer(
      "Reads what 'atn run' keeps, also while it runs; the broker is not asked.\n"
      "  received        journaled messages that took effect\n"
      "  gaps            made by the house, never heard, not told lost; 'atn run' asks for them\n"
      "  told lost       the house does not have them any more, and said why\n"
      "  duplicates      heard again: acknowledged again, no effect\n"
      "  applied twice   counted in a ledger that is kept apart from what recognises repeats\n"
      "  quarantined     refused, with time, reason and first bytes\n"
      "  oldest pending  what waits in the house's journal, as it said last\n\n"
      "Exit code 0: no gaps and nothing applied twice; 1: otherwise, or nothing could be read,\n"
      "which stderr says.\n\n"
      "Examples:\n"
      "  atn audit maple-12\n"
      "  atn audit --json maple-12 | jq .gaps\n"
      "  atn audit --table maple-12 | awk -F'\\t' '$1 == \"gap\"'\n"
      "  atn audit --export refused/ maple-12\n");
  command->callback([&s, &todo, o] { todo = [&s, o] { return audit(s, *o); }; });
}

}  // namespace hearth::atn
