#pragma once

#include "tests/support/journal_text.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <random>

namespace hearth::testing {

/// Every dated message, read page by page.
inline std::vector<journal_item> all_of(journal& j) {
  auto all = std::vector<journal_item>{};
  for (auto more = true; more;) {
    const auto page = j.read(all.empty() ? 0 : all.back().number, 7, 100'000);
    REQUIRE_MESSAGE(page, (page ? std::string{} : to_text(page.error())));
    all.insert(all.end(), page->items.begin(), page->items.end());
    more = page->more;
  }
  return all;
}

/// What a journal must hold, kept by whoever calls it: what it said was kept is there, in order and
/// once; what was never said to be kept may be there or not, but whole; what was forgotten may be
/// there again.
struct journal_model {
  struct promise {
    journal_entry entry;
    bool durable = false;
    bool forgotten = false;
  };
  std::deque<promise> promises;
  std::vector<std::string> drafts;             ///< said to be kept, in this slot
  std::optional<std::string> uncertain_draft;  ///< the one being kept when the power went
  bool drafts_may_have_ended = false;

  /// Checks a journal just opened and takes over what it says.
  void check(journal& j) {
    auto at = promises.begin();
    auto kept = std::deque<promise>{};
    for (const auto& item : all_of(j)) {
      while (at != promises.end() && id_of(at->entry) != item.message_id) {
        CHECK_MESSAGE((!at->durable || at->forgotten), "lost: ", id_of(at->entry));
        ++at;
      }
      REQUIRE_MESSAGE(at != promises.end(), "twice, out of order or unknown: ", item.message_id);
      CHECK_MESSAGE(at->entry.payload == item.payload, "not whole: ", item.message_id);
      kept.push_back({at->entry, true, at->forgotten});
      ++at;
    }
    for (; at != promises.end(); ++at)
      CHECK_MESSAGE((!at->durable || at->forgotten), "lost: ", id_of(at->entry));
    CHECK(j.totals().waiting == kept.size());
    promises = std::move(kept);
    check_drafts(j);
  }

  void check_drafts(journal& j) {
    const auto found = j.drafts();
    REQUIRE(found);
    auto texts = std::vector<std::string>{};
    for (const auto& d : *found) texts.push_back(d.payload);
    auto with = drafts;
    if (uncertain_draft) with.push_back(*uncertain_draft);
    const auto right = texts == drafts || texts == with || (drafts_may_have_ended && texts.empty());
    CHECK_MESSAGE(right, "drafts: ", texts.size(), " found, ", drafts.size(), " kept");
    drafts = std::move(texts);
    uncertain_draft.reset();
    drafts_may_have_ended = false;
  }
};

}  // namespace hearth::testing
