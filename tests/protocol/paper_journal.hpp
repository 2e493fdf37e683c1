#pragma once

#include "protocol/codec.hpp"
#include "protocol/journal_item.hpp"
#include "protocol/link.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace hearth::testing {

/// The least a journal can be: a numbered list that survives its house.
class paper_journal {
 public:
  explicit paper_journal(std::string boot_id, std::string site = "maple")
      : site_{std::move(site)}, boot_id_{std::move(boot_id)} {}

  /// Writes one message down; what the link is told of it.
  journal_item keep(body content, time_point now) {
    const auto kind = std::string{kind_of(content)};
    const auto id = boot_id_ + "-" + std::to_string(++sequence_);
    auto message = envelope{site_, boot_id_, sequence_, id, now, "", std::move(content)};
    if (sequence_ == 1) message.follows = last_id_;
    last_id_ = id;
    auto item = journal_item{++number_, id, kind, encode(message)};
    items.emplace(item.number, item);
    return item;
  }
  link_history read(const link_fetch& wanted) const {
    auto page = link_history{wanted.session, {}, false};
    auto at = items.upper_bound(wanted.after);
    for (; at != items.end() && page.items.size() < wanted.most; ++at)
      page.items.push_back(at->second);
    page.more = at != items.end();
    return page;
  }
  /// False if it was not there.
  bool forget(const std::string& id) {
    for (auto at = items.begin(); at != items.end(); ++at)
      if (at->second.message_id == id) {
        items.erase(at);
        return true;
      }
    return false;
  }
  /// The house starts again: a new count begins behind the old messages.
  void start_boot(std::string boot_id) {
    boot_id_ = std::move(boot_id);
    sequence_ = 0;
  }

  std::map<std::uint64_t, journal_item> items;

 private:
  std::string site_, boot_id_;
  std::string last_id_;
  std::uint64_t sequence_ = 0;
  std::uint64_t number_ = 0;
};

}  // namespace hearth::testing
