#include "drivers/ports/sqlite_journal.hpp"
#include "tests/support/journal_model.hpp"
#include "tools/simulate/torn_disk.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace hearth::testing;
using hearth::simulate::torn_disk;

namespace {

/// One house's life on a disk that loses power again and again.
class life {
 public:
  explicit life(std::uint64_t seed) : disk_{seed}, random_{seed} {}

  void go_on(int cuts) {
    for (auto n = 0; n < cuts; ++n) {
      boot_ = "boot-" + std::to_string(n);
      sequence_ = 0;
      // Small numbers cut the recovery from the cut before.
      disk_.cut_after(random_() % 4 == 0 ? random_() % 12 : random_() % 400);
      run_until_cut();
      disk_.power_up();
    }
    const auto journal = open();
    REQUIRE_MESSAGE(journal, (journal ? std::string{} : to_text(journal.error())));
    model_.check(*journal->store);
  }

 private:
  result<opened_journal> open() {
    return open_sqlite_journal("journal.db", {8 << 20, disk_.vfs()});
  }

  void run_until_cut() {
    auto opened = open();
    if (!opened) {
      REQUIRE_MESSAGE(disk_.is_cut(), to_text(opened.error()));
      return;
    }
    auto& j = *opened->store;
    if (!disk_.is_cut()) model_.check(j);
    while (!disk_.is_cut()) step(j);
  }

  void step(journal& j) {
    switch (random_() % 8) {
    case 0:
    case 1:
    case 2: append(j); break;
    case 3:
    case 4: keep(j); break;
    case 5:
    case 6: forget(j); break;
    default: aside(j); break;
    }
  }

  void append(journal& j) {
    auto batch = std::vector<journal_entry>{};
    for (auto n = random_() % 4; n < 4; ++n)
      batch.push_back(entry(boot_, ++sequence_, static_cast<journal_class>(random_() % 3),
                            random_() % 3 == 0 ? 4000 + random_() % 9000 : random_() % 600));
    const auto ends = random_() % 3 == 0;
    const auto first = model_.promises.size();
    for (const auto& e : batch) model_.promises.push_back({e});
    const auto done = j.append(batch, ends);
    if (!done) {
      REQUIRE_MESSAGE(disk_.is_cut(), to_text(done.error()));
      model_.drafts_may_have_ended = ends;
      return;
    }
    CHECK(done->dropped.empty());
    for (auto n = first; n < model_.promises.size(); ++n) model_.promises[n].durable = true;
    if (ends) model_.drafts.clear();
  }

  void keep(journal& j) {
    const auto text = "draft " + std::to_string(++draft_) + std::string(random_() % 6000, 'd');
    if (j.keep({text})) {
      model_.drafts.push_back(text);
    } else if (disk_.is_cut()) {
      model_.uncertain_draft = text;
    }
  }

  void forget(journal& j) {
    auto ids = std::vector<std::string>{};
    for (auto& p : model_.promises)
      if (p.durable && ids.size() < random_() % 30) {
        ids.push_back(id_of(p.entry));
        p.forgotten = true;
      }
    j.forget(ids);
  }

  void aside(journal& j) {
    if (model_.promises.empty() || random_() % 4 != 0) return;
    auto& p = model_.promises[random_() % model_.promises.size()];
    p.forgotten = true;
    j.set_aside(id_of(p.entry), "refused", journal_epoch);
  }

  torn_disk disk_;
  std::mt19937_64 random_;
  journal_model model_;
  std::string boot_;
  std::uint64_t sequence_ = 0;
  int draft_ = 0;
};

}  // namespace

TEST_CASE("what a journal said it kept survives 2,000 power cuts, the ones during recovery too") {
  for (auto seed = std::uint64_t{1}; seed <= 500; ++seed) {
    CAPTURE(seed);
    life{seed}.go_on(4);
  }
}

TEST_CASE("a disk that fails at any write or sync costs a fault, and nothing that was kept") {
  for (auto seed = std::uint64_t{1}; seed <= 300; ++seed) {
    CAPTURE(seed);
    auto disk = torn_disk{seed};
    auto model = journal_model{};
    {
      auto opened = open_sqlite_journal("journal.db", {8 << 20, disk.vfs()});
      REQUIRE(opened);
      disk.fail_after(seed);
      auto failures = 0;
      for (auto n = std::uint64_t{1}; n <= 60; ++n) {
        const auto batch = std::vector{entry("a", n, journal_class::report, n * 40)};
        const auto kept = opened->store->append(batch, false);
        model.promises.push_back({batch[0], kept.has_value()});
        failures += kept ? 0 : 1;
        if (!kept) CHECK(kept.error().code == fault_code::io);
      }
      // From the first on: what the disk holds is not known before the journal is opened anew.
      if (failures > 0) CHECK_FALSE(opened->store->read(0, 1, 1));
    }
    disk.power_up();
    auto again = open_sqlite_journal("journal.db", {8 << 20, disk.vfs()});
    REQUIRE(again);
    model.check(*again->store);
  }
}

TEST_CASE("with not one block left on the disk a journal goes on in the room it has") {
  for (auto seed = std::uint64_t{1}; seed <= 40; ++seed) {
    CAPTURE(seed);
    auto disk = torn_disk{seed};
    auto random = std::mt19937_64{seed};
    auto opened = open_sqlite_journal("journal.db", {64 << 20, disk.vfs()});
    REQUIRE(opened);
    auto& j = *opened->store;
    disk.full_at(disk.bytes() + random() % 1'000'000);
    auto gone = std::uint64_t{0};
    for (auto n = std::uint64_t{1}; n <= 600; ++n) {
      const auto alarm = n % 10 == 0;
      const auto kind = alarm ? journal_class::serious : journal_class::report;
      const auto bytes = alarm ? 200 : 1 + random() % 6000;
      const auto kept = j.append(std::vector{entry("a", n, kind, bytes)}, false);
      REQUIRE_MESSAGE(kept, (kept ? std::string{} : to_text(kept.error())));
      for (const auto& run : kept->dropped) gone += run.last - run.first + 1;
      REQUIRE(j.keep({"a draft"}));
      if (n % 20 == 0) REQUIRE(j.append({}, true));
    }
    CHECK(gone > 0);
    CHECK(j.totals().waiting == 600 - gone);
    auto serious = 0;
    for (const auto& item : all_of(j)) serious += item.message_id.ends_with("0") ? 1 : 0;
    CHECK(serious == 60);
    opened->store.reset();
    disk.cut_after(0);
    disk.power_up();
    auto again = open_sqlite_journal("journal.db", {64 << 20, disk.vfs()});
    REQUIRE(again);
    CHECK(again->store->totals().waiting == 600 - gone);
  }
}
