#include "actors/node/render.hpp"
#include "tools/atn/commands.hpp"
#include "tools/atn/station.hpp"

namespace hearth::atn {
namespace {

struct watch_options {
  std::vector<std::string> sites;
  bool acknowledge = false;
  bool down = false;
};

int watch(const settings& s, const watch_options& o) {
  auto store = std::unique_ptr<node_store>{};
  auto remembered = std::map<std::string, site_memory>{};
  if (o.acknowledge) {
    auto opened = open_store(s, false);
    if (!opened) return complain(failed_to_reach, opened.error().detail);
    store = std::move(*opened);
    if (store) {
      auto read = remembered_in(*store);
      if (!read) return complain(failed_to_reach, read.error().detail);
      remembered = std::move(*read);
    }
  }
  auto options = node_options{.boot_id = random_id(),
                              .sites = o.sites,
                              .answers = o.acknowledge,
                              .overhears = o.down,
                              .dispatch = {}};
  auto here =
      station{s, "watch", std::move(store), node{std::move(options), {}, std::move(remembered)}};
  while (!stop_asked())
    for (const auto& t : here.serve(std::chrono::milliseconds{100}).heard)
      if (t.heard || t.trouble) print(s.json ? json_of(t) : line_of(t));
  here.disconnect();
  return ok;
}

}  // namespace

void add_watch(CLI::App& app, settings& s, action& todo) {
  auto* command = app.add_subcommand("watch", "Print every message of the houses as it comes");
  auto o = std::make_shared<watch_options>();
  command->add_option("SITE", o->sites, "Houses to watch (default: all)");
  command->add_flag("--ack", o->acknowledge,
                    "Acknowledge and remember what is heard, as 'atn run' does; not beside it");
  command->add_flag("--down", o->down, "Print what nodes say to the houses as well");
  command->footer(
      "← comes from a house, → from a node. Without --ack it says nothing at all, so that it can\n"
      "run beside 'atn run'; what a house repeats because nobody acknowledges it is marked.\n\n"
      "Examples:\n"
      "  atn watch\n"
      "  atn watch --down maple-12\n"
      "  atn watch --json | jq 'select(.kind == \"event\")'\n");
  command->callback([&s, &todo, o] { todo = [&s, o] { return watch(s, *o); }; });
}

}  // namespace hearth::atn
