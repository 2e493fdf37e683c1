#include "drivers/memory_journal.hpp"

#include "protocol/limits.hpp"

#include <algorithm>

namespace hearth {
namespace {

std::string id_of(const journal_entry& e) { return e.boot_id + "-" + std::to_string(e.sequence); }

journal_item item_of(std::uint64_t number, const journal_entry& e) {
  return {number, id_of(e), e.topic_kind, e.payload};
}

/// Adds one number to runs that are built in any order of boots, but ascending within one.
void add(std::vector<message_run>& runs, const journal_entry& e) {
  for (auto& run : runs)
    if (run.boot_id == e.boot_id && run.last + 1 == e.sequence) {
      run.last = e.sequence;
      return;
    }
  runs.push_back({e.boot_id, e.sequence, e.sequence});
}

}  // namespace

memory_journal::memory_journal(std::size_t most_messages, std::size_t most_bytes)
    : most_messages_{most_messages}, most_bytes_{most_bytes} {}

result<journal_room> memory_journal::append(std::span<const journal_entry> entries,
                                            bool ends_drafts) {
  auto room = journal_room{};
  for (const auto& e : entries) {
    bytes_ += e.payload.size();
    numbers_[id_of(e)] = ++number_;
    entries_.emplace(number_, e);
    room.numbers.push_back(number_);
    last_message_id_ = id_of(e);
  }
  while (entries_.size() > most_messages_ || (bytes_ > most_bytes_ && !entries_.empty())) {
    const auto gone = least();
    add(room.dropped, gone->second);
    erase(gone);
  }
  if (ends_drafts) drafts_.clear();
  return room;
}

memory_journal::kept::iterator memory_journal::least() {
  return std::ranges::min_element(entries_, {}, [](const auto& e) { return e.second.kind; });
}

void memory_journal::erase(kept::iterator at) {
  bytes_ -= at->second.payload.size();
  numbers_.erase(id_of(at->second));
  entries_.erase(at);
}

void memory_journal::note(const std::string& name, const std::string& words) {
  notes_[name] = words;
}

result<std::string> memory_journal::noted(const std::string& name) {
  const auto found = notes_.find(name);
  return found == notes_.end() ? std::string{} : found->second;
}

result<void> memory_journal::keep(const journal_draft& draft) {
  drafts_.push_back(draft);
  return {};
}

result<std::vector<journal_draft>> memory_journal::drafts() { return drafts_; }

result<journal_page> memory_journal::read(std::uint64_t after, std::size_t most,
                                          std::size_t most_bytes) {
  auto page = journal_page{};
  auto bytes = std::size_t{0};
  for (auto at = entries_.upper_bound(after); at != entries_.end(); ++at) {
    if (at->second.undated) continue;
    if (page.items.size() == most || (bytes >= most_bytes && !page.items.empty())) {
      page.more = true;
      break;
    }
    page.items.push_back(item_of(at->first, at->second));
    bytes += at->second.payload.size();
  }
  return page;
}

result<void> memory_journal::forget(std::span<const std::string> message_ids) {
  for (const auto& id : message_ids)
    if (const auto at = numbers_.find(id); at != numbers_.end()) erase(entries_.find(at->second));
  return {};
}

result<void> memory_journal::set_aside(const std::string& message_id, const std::string&,
                                       time_point) {
  const auto at = numbers_.find(message_id);
  if (at == numbers_.end()) return {};
  const auto entry = entries_.find(at->second);
  quarantine_.push_back(entry->second);
  if (quarantine_.size() > limits::quarantined_messages) quarantine_.erase(quarantine_.begin());
  erase(entry);
  return {};
}

result<std::vector<journal_item>> memory_journal::undated(std::uint64_t after, std::size_t most) {
  auto items = std::vector<journal_item>{};
  for (auto at = entries_.upper_bound(after); at != entries_.end() && items.size() < most; ++at)
    if (at->second.undated) items.push_back(item_of(at->first, at->second));
  return items;
}

result<void> memory_journal::replace(std::span<const journal_item> dated) {
  for (const auto& item : dated)
    if (const auto at = entries_.find(item.number); at != entries_.end()) {
      bytes_ += item.payload.size() - at->second.payload.size();
      at->second.payload = item.payload;
      at->second.undated = false;
    }
  return {};
}

result<std::vector<message_run>> memory_journal::held(const message_run& run) {
  auto runs = std::vector<message_run>{};
  for (const auto& [number, e] : entries_)
    if (e.boot_id == run.boot_id && e.sequence >= run.first && e.sequence <= run.last) add(runs, e);
  return runs;
}

journal_totals memory_journal::totals() const {
  auto all = journal_totals{entries_.size(), bytes_, {}, quarantine_.size(), last_message_id_};
  if (!entries_.empty()) all.oldest = entries_.begin()->second.made;
  return all;
}

}  // namespace hearth
