#pragma once

#include "drivers/journal.hpp"

#include <map>

namespace hearth {

/// A journal that lasts as long as the program: for a house without a usable disk, and for tests.
/// Bounded in messages and in bytes; it never fails.
class memory_journal final : public journal {
 public:
  memory_journal(std::size_t most_messages, std::size_t most_bytes);

  result<journal_room> append(std::span<const journal_entry> entries, bool ends_drafts) override;
  void note(const std::string& name, const std::string& words) override;
  result<std::string> noted(const std::string& name) override;
  result<void> keep(const journal_draft& draft) override;
  result<std::vector<journal_draft>> drafts() override;
  result<journal_page> read(std::uint64_t after, std::size_t most, std::size_t most_bytes) override;
  result<void> forget(std::span<const std::string> message_ids) override;
  result<void> set_aside(const std::string& message_id, const std::string& why,
                         time_point now) override;
  result<std::vector<journal_item>> undated(std::uint64_t after, std::size_t most) override;
  result<void> replace(std::span<const journal_item> dated) override;
  result<std::vector<message_run>> held(const message_run& run) override;
  [[nodiscard]] journal_totals totals() const override;

 private:
  using kept = std::map<std::uint64_t, journal_entry>;

  void erase(kept::iterator at);
  /// The next to go: of the lowest class, the oldest.
  kept::iterator least();

  std::size_t most_messages_, most_bytes_;
  std::uint64_t number_ = 0;
  std::size_t bytes_ = 0;
  kept entries_;
  std::map<std::string, std::uint64_t, std::less<>> numbers_;  ///< by message id
  std::map<std::string, std::string> notes_;
  std::vector<journal_draft> drafts_;
  std::vector<journal_entry> quarantine_;
  std::string last_message_id_;
};

}  // namespace hearth
