// A node that is away, a disk that is full, broken or gone, power that fails: the house goes on,
// and what it said arrives once or is told to be lost.
#include "drivers/ports/sqlite_journal.hpp"
#include "protocol/limits.hpp"
#include "tests/scenarios/virtual_house.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <malloc.h>
#include <map>
#include <string>

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

struct state_folder {
  state_folder() {
    auto name = (fs::temp_directory_path() / "hearth-outage-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~state_folder() {
    auto error = std::error_code{};
    fs::remove_all(path, error);
  }
  state_folder(const state_folder&) = delete;

  fs::path path;
  [[nodiscard]] fs::path file() const { return path / "maple-12.journal"; }
  [[nodiscard]] journal_maker maker(std::uint64_t max_bytes = limits::journal_bytes) const {
    return [file = file(), max_bytes] { return open_sqlite_journal(file, {max_bytes, {}}); };
  }
};

std::unique_ptr<virtual_house> house_on(journal_maker journal) {
  return std::make_unique<virtual_house>(house_of("layouts/simulated-house.yaml"),
                                         std::function<clock_sample(time_point)>{},
                                         std::move(journal));
}

/// What the node has, by boot and sequence, each message once.
using shelf = std::map<std::string, std::map<std::uint64_t, envelope>>;
shelf received(const virtual_house& v) {
  auto all = shelf{};
  for (const auto& e : v.node.heard)
    if (is_journaled(e.body)) CHECK(all[e.boot_id].emplace(e.sequence, e).second);
  return all;
}
/// The house has nothing left that the node wants.
void check_empty(const state_folder& f) {
  const auto opened = open_sqlite_journal(f.file());
  REQUIRE(opened);
  CHECK(opened->store->totals().waiting == 0);
}
/// The start of each slot that a report of `boot` is of.
std::vector<time_point> slots(const shelf& all, const std::string& boot) {
  auto out = std::vector<time_point>{};
  for (const auto& [sequence, e] : all.at(boot))
    if (const auto* r = std::get_if<report>(&e.body)) out.push_back(r->slot_start);
  return out;
}
int count(const virtual_house& v, const std::string& kind) {
  return static_cast<int>(std::ranges::count(v.events, kind, &event::kind));
}
double coldest_shortfall_k(const virtual_house& v) {
  auto worst = 0.0;
  const auto& zones = v.house->plant->zones;
  const auto plant = v.world->truth();
  for (std::size_t i = 0; i < zones.size(); ++i)
    worst = std::max(worst, (std::get<temperature>(zones[i].setpoint) - plant.room(i)).in(kelvin));
  return worst;
}
long resident_kib() {
  malloc_trim(0);
  auto status = std::ifstream{"/proc/self/status"};
  for (auto line = std::string{}; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) return std::atol(line.c_str() + 6);
  return 0;
}

}  // namespace

TEST_CASE("a node that is away for 72 h gets every report once, and the house never noticed") {
  const auto f = state_folder{};
  {
    const auto v = house_on(f.maker());
    v->pass(10min);
    v->node.stop();
    v->pass(72h);
    v->node.start();
    v->pass(5min);
    const auto all = received(*v);
    REQUIRE(all.size() == 1);
    const auto& mine = all.at("boot1");
    CHECK(mine.begin()->first == 1);
    CHECK(mine.rbegin()->first == mine.size());
    auto told = slots(all, "boot1");
    std::ranges::sort(told);
    REQUIRE(told.size() >= 72 * 12);
    for (std::size_t i = 1; i < told.size(); ++i) CHECK(told[i] - told[i - 1] == 5min);
    CHECK(count(*v, "link-down") == 1);
    CHECK(count(*v, "link-up") == 1);
    CHECK(count(*v, "messages-dropped") == 0);
    CHECK(coldest_shortfall_k(*v) < 1);
  }
  check_empty(f);
}

TEST_CASE("a year's backlog drains in order through little memory") {
  constexpr auto reports = std::uint64_t{105'120};
  const auto f = state_folder{};
  {
    const auto opened = open_sqlite_journal(f.file());
    REQUIRE(opened);
    auto group = std::vector<journal_entry>{};
    const auto start = *from_iso8601("2019-01-01T00:00:00Z");
    for (std::uint64_t n = 1; n <= reports; ++n) {
      const auto slot = start + n * 300s;
      const auto said =
          report{slot, 5min, {{"hp.power", unit::watt, {{slot, static_cast<double>(n)}}}}};
      group.push_back({journal_class::report, "old", n, "report",
                       encode({"maple-12", "old", n, "old-" + std::to_string(n), slot, {}, said}),
                       slot, false});
      if (group.size() < 256 && n < reports) continue;
      REQUIRE(opened->store->append(group, false));
      group.clear();
    }
  }
  {
    const auto v = house_on({});
    v->pass(1min);
    v->node.keeps = false;
    auto next = std::uint64_t{1};
    auto in_order = true;
    v->node.on_journaled = [&](const envelope& e) {
      if (e.boot_id == "old") in_order = in_order && e.sequence == next++;
    };
    caf::anon_send_exit(v->running.supervisor, caf::exit_reason::user_shutdown);
    v->settle();
    v->journal = f.maker();
    const auto before = resident_kib();
    v->boot();
    auto most = before;
    for (auto i = 0; i < 600 && next <= reports; ++i) {
      v->pass(1s);
      if (i % 10 == 0) most = std::max(most, resident_kib());
    }
    most = std::max(most, resident_kib());
    CHECK(next == reports + 1);
    CHECK(in_order);
    MESSAGE("resident memory grew by " << most - before << " KiB while " << reports
                                       << " reports drained");
    CHECK(most - before < 8 * 1024);
  }
  check_empty(f);
}

TEST_CASE("a journal that is full costs the oldest reports, and the node is told which") {
  const auto f = state_folder{};
  {
    const auto v = house_on(f.maker(3 * 1024 * 1024));
    v->pass(2min);
    v->node.stop();
    v->pass(7 * 24h);
    v->node.start();
    v->pass(10min);
    CHECK(count(*v, "messages-dropped") >= 1);
    CHECK(count(*v, "messages-dropped") <= 7);  // once a day
    auto here = std::set<std::uint64_t>{};
    auto lost = std::set<std::uint64_t>{};
    const auto told = received(*v);
    for (const auto& [sequence, e] : told.at("boot1")) {
      here.insert(sequence);
      if (const auto* l = std::get_if<loss>(&e.body)) {
        CHECK(l->lost.boot_id == "boot1");
        for (auto n = l->lost.first; n <= l->lost.last; ++n) CHECK(lost.insert(n).second);
      }
    }
    CHECK(lost.size() > 100);
    for (const auto n : lost) CHECK_FALSE(here.contains(n));
    auto all = here;
    all.insert(lost.begin(), lost.end());
    CHECK(*all.begin() == 1);
    CHECK(*all.rbegin() == all.size());
    CHECK(coldest_shortfall_k(*v) < 1);
  }
  check_empty(f);
}

TEST_CASE("a journal file that became garbage is put aside and said, and the house goes on") {
  const auto f = state_folder{};
  house_on(f.maker())->pass(6min);
  {
    auto garbage = std::ofstream{f.file(), std::ios::binary};
    for (auto i = 0; i < 50'000; ++i) garbage.put(static_cast<char>(i * 7919 >> 3));
  }
  const auto v = house_on(f.maker());
  v->pass(10min);
  CHECK(count(*v, "journal-damaged") == 1);
  CHECK(fs::exists(f.file().string() + ".damaged-1"));
  CHECK(received(*v).at("boot1").size() >= 3);
}

TEST_CASE("a file of somebody else in the journal's place is left alone, and memory serves") {
  const auto f = state_folder{};
  std::ofstream{f.file()} << "a letter\n";
  {
    const auto v = house_on(f.maker());
    v->pass(10min);
    CHECK(count(*v, "journal-failing") == 1);
    CHECK(received(*v).at("boot1").size() >= 3);
  }
  auto letter = std::string{};
  std::getline(std::ifstream{f.file()}, letter);
  CHECK(letter == "a letter");
}

TEST_CASE("a power cut costs of the unfinished report no more than the newest readings") {
  const auto f = state_folder{};
  const auto v = house_on(f.maker());
  v->pass(10min + 110s);
  // No farewell: everybody just stops.
  caf::anon_send_exit(v->running.members->reporter, caf::exit_reason::kill);
  caf::anon_send_exit(v->running.supervisor, caf::exit_reason::kill);
  v->settle();
  const auto cut = v->now();
  v->boot();
  v->pass(10min);
  const auto all = received(*v);
  const auto& first = all.at("boot2").begin()->second;
  const auto* rest = std::get_if<report>(&first.body);
  REQUIRE(rest != nullptr);
  CHECK(rest->slot_start < cut);
  CHECK(rest->slot_start + rest->slot_length <= cut);
  auto newest = time_point{};
  for (const auto& s : rest->series)
    for (const auto& one : s.samples) newest = std::max(newest, one.at);
  CHECK(cut - newest <= limits::draft_every + 65s);  // a minute: what is sampled that rarely
  CHECK(first.follows == "boot1-" + std::to_string(all.at("boot1").rbegin()->first));
}

TEST_CASE("a journal actor that dies loses nothing that was kept, and begins a count of its own") {
  const auto f = state_folder{};
  const auto v = house_on(f.maker());
  v->pass(6min);
  v->node.stop();
  v->pass(20min);
  caf::anon_send_exit(v->running.members->journal, caf::exit_reason::kill);
  v->pass(20min);
  v->node.start();
  v->pass(5min);
  const auto all = received(*v);
  REQUIRE(all.contains("boot1.2"));
  CHECK(all.at("boot1").rbegin()->first == all.at("boot1").size());
  CHECK(all.at("boot1.2").rbegin()->first == all.at("boot1.2").size());
  CHECK(all.at("boot1.2").at(1).follows == "boot1-" + std::to_string(all.at("boot1").size()));
}
