#pragma once

#include "actors/book.hpp"
#include "drivers/journal.hpp"
#include "protocol/dating.hpp"
#include "protocol/link.hpp"
#include "protocol/messages.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hearth {

/// Keeps what a house says until its node has it: numbers it, dates it, has the journal write it.
/// Pure but for the journal it was given. When the journal cannot be written the scribe goes on in
/// memory, says so, and moves back when it can.
class scribe {
 public:
  /// `boot_id` must be new: it begins a count of messages.
  scribe(std::string site, std::string boot_id, journal_maker open, time_point now);

  /// What the link may send once `keep` returned: durable, unless the disk failed.
  std::vector<journal_item> keep(std::vector<body> said, time_point now);
  /// Readings of the unfinished slot, in case of a power cut before its report.
  void keep_draft(const report& samples, time_point now);

  /// What a former or the present dispatcher wants the next one to know; on disk with whatever is
  /// kept next.
  void keep_contracts(std::string text) { contracts_ = std::move(text); }
  [[nodiscard]] const std::string& contracts() const { return contracts_; }

  link_history read(const link_fetch& wanted, time_point now);
  void forget(const link_forget& taken, time_point now);
  void set_aside(const link_set_aside& refused, time_point now);
  /// The node misses these: what is here will be sent anyway, of the rest the loss is said.
  std::vector<journal_item> answer(const resend& asked, time_point now);
  /// The date is this from now on. What was said while it was not good waits for that moment, and
  /// is then dated; what a former boot never dated goes out as it is, marked `undated`.
  void date(const dating& dates, time_point now);
  /// Tries the disk again, if it failed; tells losses, which the link may send as after `keep`.
  std::vector<journal_item> tick(time_point now);

  [[nodiscard]] backlog status() const;
  /// True once after the journal became another one: the link has to read from the start.
  bool take_changed() { return std::exchange(changed_, false); }
  /// What a person should know of what happened since the last call.
  std::vector<event> take_events() { return std::exchange(events_, {}); }

 private:
  /// Opens the journal on disk; false, with the reason said once, if that cannot be.
  bool open_disk(time_point now);
  void go_to_memory(time_point now);
  void move_to_disk(time_point now);
  void recover_drafts(time_point now);
  /// Does `what` on the journal; a disk that fails is opened anew once, then memory takes over.
  template <class Action>
  auto with_journal(Action what, time_point now);
  /// Goes on with the book and the contracts that the disk has, where this boot has none of its
  /// own.
  void take_up_notes();
  /// Tells the journal what it should note with the next append; all of it if it is another one.
  void note_into(journal& j, bool is_new);
  /// Gives every undated message its place among the dated, with what `rewrite` makes of it.
  void release_undated(const std::function<void(envelope&)>& rewrite, time_point now);
  [[nodiscard]] bool dated() const { return dates_.trust == date_trust::good; }
  [[nodiscard]] envelope on_date(envelope message) const;
  journal_entry entry_of(body said, time_point now);
  journal_entry entry_of(const envelope& message);
  std::vector<journal_item> append(std::vector<journal_entry> entries, bool ends_drafts,
                                   time_point now);
  void enter_anew(std::vector<journal_entry>& entries);
  std::vector<journal_item> say_losses(time_point now);
  void say(severity s, std::string kind, std::string text, time_point now);

  std::string site_, boot_id_;
  journal_maker open_;
  std::unique_ptr<journal> store_;
  bool on_disk_ = false;
  std::string disk_trouble_;  ///< told already
  std::optional<time_point> try_disk_at_;
  settlement_book book_;  ///< what the journal has of it, once `append` returned
  int memories_ = 0;      ///< books begun for want of a disk
  std::string contracts_;
  std::map<std::string, std::string> noted_;  ///< what the journal was told last, by name
  std::uint64_t sequence_ = 0;
  std::string follows_;               ///< the last message before this boot
  std::vector<message_run> dropped_;  ///< not yet told to the node
  std::optional<time_point> dropped_told_, full_told_;
  dating dates_;
  bool changed_ = false;
  std::vector<event> events_;
};

}  // namespace hearth
