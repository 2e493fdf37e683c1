#include "actors/scribe.hpp"

#include "actors/report_builder.hpp"
#include "drivers/memory_journal.hpp"
#include "protocol/codec.hpp"
#include "protocol/limits.hpp"
#include "protocol/shift.hpp"

#include <algorithm>

namespace hearth {
namespace {

using namespace std::chrono_literals;

/// A full journal loses something at every step: that is told at this pace.
constexpr duration losses_told_every = 60s;
/// ... and people hear of it once a day.
constexpr duration full_told_every = 24h;

/// One disk failing, then another: both sides of the same trouble look alike to whoever reads.
std::string memory_only(const fault& why) {
  return "the journal on disk cannot be used, what is said is kept in memory and would be lost in "
         "a "
         "power cut: " +
         to_text(why);
}

/// What the journal notes beside the messages: the book's end, and the contracts.
const auto book_note = std::string{"book"}, contracts_note = std::string{"contracts"};

bool touches(const message_run& before, const message_run& after) {
  return before.boot_id == after.boot_id && before.last + 1 == after.first;
}

/// The parts of `run` that none of `held` covers.
std::vector<message_run> without(message_run run, std::vector<message_run> held) {
  std::ranges::sort(held, {}, &message_run::first);
  auto out = std::vector<message_run>{};
  for (const auto& here : held) {
    if (run.first < here.first) out.push_back({run.boot_id, run.first, here.first - 1});
    run.first = std::max(run.first, here.last + 1);
  }
  if (run.first <= run.last) out.push_back(std::move(run));
  return out;
}

}  // namespace

scribe::scribe(std::string site, std::string boot_id, journal_maker open, time_point now)
    : site_{std::move(site)},
      boot_id_{std::move(boot_id)},
      open_{std::move(open)},
      book_{site_, boot_id_} {
  if (open_disk(now)) {
    take_up_notes();
    follows_ = store_->totals().last_message_id;
    // Nobody can date them any more: a former boot's house time means nothing to this one.
    release_undated([](envelope&) {}, now);
    recover_drafts(now);
  } else {
    go_to_memory(now);
  }
}

// ---- disk and memory

bool scribe::open_disk(time_point now) {
  if (!open_) return false;
  store_.reset();  // the disk is let go before it is opened anew
  auto opened = open_();
  if (!opened) {
    if (disk_trouble_ != opened.error().detail)
      say(severity::warning, "journal-failing", memory_only(opened.error()), now);
    disk_trouble_ = opened.error().detail;
    return false;
  }
  if (opened->put_aside)
    say(severity::alarm, "journal-damaged",
        "the journal was damaged and a new one is begun; what it held is in " + *opened->put_aside,
        now);
  store_ = std::move(opened->store);
  on_disk_ = true;
  try_disk_at_.reset();
  return true;
}

void scribe::take_up_notes() {
  const auto noted = [&](const std::string& name) {
    return store_->noted(name).value_or(std::string{});
  };
  if (book_.entries() == 0)
    if (auto kept = settlement_book::from_text(noted(book_note))) book_ = std::move(*kept);
  if (contracts_.empty()) contracts_ = noted(contracts_note);
}

void scribe::note_into(journal& j, bool is_new) {
  const auto tell = [&](const std::string& name, const std::string& words) {
    if (words.empty() || (!is_new && noted_[name] == words)) return;
    j.note(name, words);
  };
  tell(book_note, book_.entries() > 0 ? book_.text() : std::string{});
  tell(contracts_note, contracts_);
}

void scribe::go_to_memory(time_point now) {
  // Memory may be lost with what the node has heard of it; the disk's book goes on as the disk has
  // it.
  if (on_disk_) book_ = settlement_book{site_, boot_id_ + "-m" + std::to_string(++memories_)};
  store_ = std::make_unique<memory_journal>(limits::memory_journal_messages,
                                            limits::memory_journal_bytes);
  on_disk_ = false;
  changed_ = true;
  if (open_) try_disk_at_ = now + limits::journal_retry_every;
}

/// What memory kept goes to the disk behind what waits there.
void scribe::move_to_disk(time_point now) {
  auto memory = std::exchange(store_, nullptr);
  if (!open_disk(now)) {
    store_ = std::move(memory);
    try_disk_at_ = now + limits::journal_retry_every;
    return;
  }
  const auto stay = [&] {
    store_ = std::move(memory);
    on_disk_ = false;
    try_disk_at_ = now + limits::journal_retry_every;
  };
  auto after = std::uint64_t{0};
  for (auto more = true; more;) {
    const auto page = memory->read(after, 64, limits::page_bytes);
    auto entries = std::vector<journal_entry>{};
    for (const auto& item : page->items) {
      after = item.number;
      if (auto e = decode(item.payload))
        entries.push_back({class_of(e->body), e->boot_id, e->sequence, item.topic_kind,
                           item.payload, e->sent, false});
    }
    more = page->more;
    if (entries.empty()) continue;
    if (const auto kept = store_->append(entries, false); !kept) return stay();
  }
  note_into(*store_, true);
  if (const auto kept = store_->append({}, false); !kept) return stay();
  take_up_notes();
  changed_ = true;
  disk_trouble_.clear();
  say(severity::info, "journal-back", "the journal on disk can be used again", now);
}

template <class Action>
auto scribe::with_journal(Action what, time_point now) {
  auto done = what(*store_);
  if (done || !on_disk_) return done;
  const auto why = done.error();
  if (open_disk(now)) {
    changed_ = true;
    done = what(*store_);
    if (done) return done;
  }
  if (disk_trouble_.empty()) say(severity::warning, "journal-failing", memory_only(why), now);
  disk_trouble_ = why.detail;
  go_to_memory(now);
  return what(*store_);
}

std::vector<journal_item> scribe::tick(time_point now) {
  if (try_disk_at_ && now >= *try_disk_at_) move_to_disk(now);
  if (dropped_.empty() || (dropped_told_ && now - *dropped_told_ < losses_told_every)) return {};
  return say_losses(now);
}

// ---- writing

envelope scribe::on_date(envelope message) const {
  message.undated = !dated();
  return shifted(std::move(message), dated() ? dates_.offset : limits::undated_shift);
}

journal_entry scribe::entry_of(body said, time_point now) {
  const auto sequence = ++sequence_;
  auto message =
      envelope{site_, boot_id_, sequence,       boot_id_ + "-" + std::to_string(sequence),
               now,   {},       std::move(said)};
  if (sequence == 1) message.follows = follows_;
  return entry_of(on_date(std::move(message)));
}

journal_entry scribe::entry_of(const envelope& message) {
  return {
      class_of(message.body), message.boot_id, message.sequence, std::string{kind_of(message.body)},
      encode(message),        message.sent,    !dated()};
}

void scribe::date(const dating& dates, time_point now) {
  const auto was_dated = dated();
  dates_ = dates;
  if (was_dated || !dated()) return;
  release_undated(
      [&](envelope& message) {
        message = shifted(std::move(message), dates_.offset - limits::undated_shift);
        message.undated = false;
      },
      now);
}

void scribe::release_undated(const std::function<void(envelope&)>& rewrite, time_point now) {
  for (auto more = true; more;) {
    const auto done = with_journal(
        [&](journal& j) -> result<bool> {
          auto items = j.undated(0, limits::journal_group);
          if (!items) return tl::make_unexpected(items.error());
          for (auto& item : *items)
            if (auto message = decode(item.payload)) {
              rewrite(*message);
              item.payload = encode(*message);
            }
          if (items->empty()) return false;
          if (auto replaced = j.replace(*items); !replaced)
            return tl::make_unexpected(replaced.error());
          changed_ = true;
          return true;
        },
        now);
    more = done && *done;
  }
}

std::vector<journal_item> scribe::keep(std::vector<body> said, time_point now) {
  auto entries = std::vector<journal_entry>{};
  auto ends_drafts = false;
  for (auto& each : said) {
    ends_drafts = ends_drafts || std::holds_alternative<report>(each);
    if (auto* r = std::get_if<contract_report>(&each)) book_.enter(*r);
    auto entry = entry_of(std::move(each), now);
    if (entry.payload.size() <= limits::message_bytes) {
      entries.push_back(std::move(entry));
      continue;
    }
    --sequence_;
    say(severity::warning, "message-too-large",
        "a " + entry.topic_kind + " of " + std::to_string(entry.payload.size()) +
            " bytes cannot be sent; 262144 is the most",
        now);
  }
  return append(std::move(entries), ends_drafts, now);
}

/// What did not get into the disk's book goes into the one that memory has begun.
void scribe::enter_anew(std::vector<journal_entry>& entries) {
  for (auto& e : entries) {
    auto message = decode(e.payload);
    auto* r = message ? std::get_if<contract_report>(&message->body) : nullptr;
    if (r == nullptr || !r->settled) continue;
    book_.enter(*r);
    e.payload = encode(*message);
  }
}

std::vector<journal_item> scribe::append(std::vector<journal_entry> entries, bool ends_drafts,
                                         time_point now) {
  if (entries.empty()) return {};
  auto was_on_disk = on_disk_;
  auto again = false;  // on a journal that was opened anew
  auto room = with_journal(
      [&](journal& j) {
        if (std::exchange(was_on_disk, on_disk_) && !on_disk_) enter_anew(entries);
        note_into(j, std::exchange(again, true));
        return j.append(entries, ends_drafts);
      },
      now);
  noted_ = {{book_note, book_.text()}, {contracts_note, contracts_}};
  if (!room) return {};  // memory takes everything within its bounds
  for (const auto& run : room->dropped) {
    if (!dropped_.empty() && touches(dropped_.back(), run))
      dropped_.back().last = run.last;
    else
      dropped_.push_back(run);
  }
  auto items = std::vector<journal_item>{};
  for (std::size_t i = 0; i < entries.size() && i < room->numbers.size(); ++i)
    if (!entries[i].undated)
      items.push_back({room->numbers[i],
                       entries[i].boot_id + "-" + std::to_string(entries[i].sequence),
                       entries[i].topic_kind, entries[i].payload});
  return items;
}

std::vector<journal_item> scribe::say_losses(time_point now) {
  if (!full_told_ || now - *full_told_ >= full_told_every) {
    full_told_ = now;
    say(severity::warning, "messages-dropped",
        "the journal is full and the node does not take what waits: the oldest reports go first",
        now);
  }
  dropped_told_ = now;
  auto said = std::vector<body>{};
  for (auto& run : std::exchange(dropped_, {}))
    said.emplace_back(loss{std::move(run), "there was no room left in the journal", now});
  return keep(std::move(said), now);
}

void scribe::keep_draft(const report& samples, time_point now) {
  if (!open_) return;  // nothing of a house without a disk outlives a power cut
  const auto draft =
      journal_draft{encode(on_date({site_, boot_id_, 1, "draft", now, {}, samples}))};
  (void)with_journal([&](journal& j) { return j.keep(draft); }, now);
}

/// A power cut left the beginning of a slot behind: it becomes a report of as much as is known.
void scribe::recover_drafts(time_point now) {
  const auto drafts = store_->drafts();
  if (!drafts || drafts->empty()) return;
  auto slots = std::vector<envelope>{};
  for (const auto& draft : *drafts) {
    auto read = decode(draft.payload);
    auto* samples = read ? std::get_if<report>(&read->body) : nullptr;
    if (samples == nullptr) continue;
    auto* slot = slots.empty() ? nullptr : &std::get<report>(slots.back().body);
    if (slot != nullptr && slot->slot_start == samples->slot_start)
      *slot = merge({std::move(*slot), std::move(*samples)});
    else
      slots.push_back(std::move(*read));
  }
  auto entries = std::vector<journal_entry>{};
  for (auto& message : slots) {
    auto& slot = std::get<report>(message.body);
    auto last = slot.slot_start;
    for (const auto& s : slot.series)
      if (!s.samples.empty()) last = std::max(last, s.samples.back().at);
    // It ends where the knowledge does, so that nobody takes its last values for the whole slot's.
    slot.slot_length =
        std::max<duration>(1s, std::chrono::ceil<std::chrono::seconds>(last - slot.slot_start));
    message.boot_id = boot_id_;
    message.sequence = ++sequence_;
    message.message_id = boot_id_ + "-" + std::to_string(sequence_);
    if (sequence_ == 1) message.follows = follows_;
    entries.push_back(entry_of(message));
    // Its date is as good as the boot's that measured it, whatever this one knows of the date.
    entries.back().undated = false;
  }
  append(std::move(entries), true, now);
}

// ---- reading

link_history scribe::read(const link_fetch& wanted, time_point now) {
  const auto page = with_journal(
      [&](journal& j) { return j.read(wanted.after, wanted.most, limits::page_bytes); }, now);
  if (!page) return {wanted.session, {}, false};
  for (const auto& damage : page->damaged)
    say(severity::warning, "message-damaged",
        "message " + damage.message_id + " of the journal is set aside: " + damage.what, now);
  return {wanted.session, page->items, page->more};
}

void scribe::forget(const link_forget& taken, time_point now) {
  (void)with_journal([&](journal& j) { return j.forget(taken.message_ids); }, now);
}

void scribe::set_aside(const link_set_aside& refused, time_point now) {
  (void)with_journal([&](journal& j) { return j.set_aside(refused.message_id, refused.why, now); },
                     now);
}

std::vector<journal_item> scribe::answer(const resend& asked, time_point now) {
  auto said = std::vector<body>{};
  for (auto run : asked.missing) {
    // What this boot has not said yet is not missing.
    if (run.boot_id == boot_id_) run.last = std::min(run.last, sequence_);
    if (run.last < run.first) continue;
    const auto held = with_journal([&](journal& j) { return j.held(run); }, now);
    if (!held) continue;
    for (auto& gone : without(std::move(run), *held))
      said.emplace_back(loss{std::move(gone), "the house does not have them any more", now});
  }
  return keep(std::move(said), now);
}

backlog scribe::status() const {
  const auto all = store_->totals();
  // The journal knows dates; what is said is house time until it is sent.
  auto oldest = all.oldest;
  if (oldest) oldest = dates_.house(*oldest);
  return {sequence_, all.waiting, all.bytes, oldest, boot_id_};
}

void scribe::say(severity s, std::string kind, std::string text, time_point now) {
  events_.push_back({s, std::move(kind), "journal", std::move(text), now});
}

}  // namespace hearth
