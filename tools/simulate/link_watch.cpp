#include "tools/simulate/link_watch.hpp"

#include "actors/book.hpp"
#include "protocol/codec.hpp"
#include "protocol/limits.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace hearth::simulate {
namespace {

using namespace std::chrono_literals;

/// A link needs so long to have told everything once it is sound again.
constexpr duration recovery = 2h;
/// What was said so shortly before the power went may not have reached the disk.
constexpr duration to_disk = 3min;

envelope around(const body& b) {
  auto e = envelope{};
  e.site = "s";
  e.boot_id = "b";
  e.sequence = 1;
  e.message_id = "b-1";
  e.sent = limits::earliest_date;
  e.body = b;
  return e;
}

/// Of what was read, by its bytes.
std::size_t hash_of(const body& read) { return std::hash<std::string>{}(encode(around(read))); }

/// As the dispatcher says it: the journal enters what is settled in a book on its way.
body as_said(body b) {
  if (auto* r = std::get_if<contract_report>(&b)) r->settled.reset();
  return b;
}

/// What a house says of itself. Losses are said by the journal, which knows them alone.
bool is_kept(const body& b) { return is_journaled(b) && !std::holds_alternative<loss>(b); }

std::string words_for(const body& b) {
  auto out = std::string{kind_of(b)};
  if (const auto* e = std::get_if<event>(&b)) out += " " + e->kind + " " + e->subject;
  if (const auto* c = std::get_if<contract_report>(&b))
    out += " " + c->contract_id + " " + std::string{to_text(c->status)};
  if (const auto* r = std::get_if<report>(&b)) out += " of " + to_iso8601(r->slot_start);
  return out;
}

bool over(contract_status s) {
  return s != contract_status::accepted && s != contract_status::active;
}

}  // namespace

link_watch::link_watch(std::shared_ptr<const layout> house, const misfortune& troubles,
                       std::uint64_t journal_bytes)
    : house_{std::move(house)},
      troubles_{troubles},
      journal_bytes_{journal_bytes},
      dates_jump_{std::ranges::any_of(troubles.spells(), [](const fault_spell& s) {
        return s.kind == fault_kind::clock_jumps;
      })} {}

void link_watch::blame(time_point at, std::string promise, std::string text) {
  violations_.push_back({at, std::move(promise), std::move(text)});
}

void link_watch::said(const body& b, time_point now) {
  if (const auto* s = std::get_if<state_report>(&b)) note_state(*s, now);
  if (const auto* o = std::get_if<outcome>(&b)) note_outcome(*o, now);
  if (const auto* r = std::get_if<contract_report>(&b)) note_contract(*r);
  if (!is_kept(b) || dates_jump_) return;
  // Units lose a bit on their way: what counts is what a reader makes of it.
  const auto read = decode(encode(around(as_said(b))));
  if (!read) return blame(now, "readable", words_for(b) + ": " + to_text(read.error()));
  auto& word = words_[hash_of(read->body)];
  if (word.said++ == 0) {
    word.first_said = now;
    word.what = words_for(b);
  }
}

void link_watch::told_node(const envelope& e, time_point now) {
  if (!is_kept(e.body) || dates_jump_) return;
  if (const auto* r = std::get_if<contract_report>(&e.body); r != nullptr && r->settled)
    entered_.push_back({*r, sold(*r)});
  auto& word = words_[hash_of(as_said(e.body))];
  ++word.heard;
  word.last_heard = now;
  if (word.what.empty()) word.what = words_for(e.body);
}

void link_watch::told_house(const envelope& e, time_point) {
  if (const auto* c = std::get_if<contract>(&e.body)) {
    auto& end = contract_ends_[c->id];
    end = std::max(end, c->end());
    contracts_told_.emplace(c->id, *c);
  }
  if (const auto* r = std::get_if<request>(&e.body)) requests_.insert_or_assign(e.message_id, *r);
}

/// As it reached the house; a mad node uses one name for many.
std::optional<contract> link_watch::sold(const contract_report& r) const {
  const auto [first, last] = contracts_told_.equal_range(r.contract_id);
  for (auto c = first; c != last; ++c)
    if (c->second.start == r.settled->start &&
        settled_energy(c->second.promised()) == settled_energy(r.promised) &&
        c->second.price == r.settled->price)
      return c->second;
  return {};
}

void link_watch::note_contract(const contract_report& r) {
  if (over(r.status))
    contracts_.erase(r.contract_id);
  else
    contracts_[r.contract_id] = r.status;
}

void link_watch::note_outcome(const outcome& o, time_point now) {
  const auto asked = requests_.find(o.request_id);
  if (!o.accepted || asked == requests_.end()) return;
  const auto& r = asked->second;
  const auto* held = std::get_if<hold>(&r.wish);
  const auto enable = house_->plant->heat_pump.enable;
  if (held != nullptr && held->channel != (*house_)[enable].name) return;
  const auto length = r.lease > duration{} ? r.lease : limits::admin_lease_default;
  ends_[r.rank] = std::holds_alternative<release>(r.wish) ? now : now + length;
}

void link_watch::note_state(const state_report& s, time_point now) {
  const auto same =
      state_ && state_->in_charge == s.in_charge && state_->contract_id == s.contract_id;
  if (!same) state_since_ = now;
  state_ = s;
}

/// Whoever is in charge because of a lease is so no longer than the lease.
void link_watch::watch_leases(time_point now) {
  if (!state_ || troubles_.gone({"dispatcher", "reporter", "blackboard"}, {now - 1h, now})) return;
  const auto slack = 3 * house_->pace.control + limits::clock_skew;
  auto end = std::optional<time_point>{};
  if (state_->in_charge == authority::contract) {
    end = state_since_ + limits::contract_longest + limits::contract_grace;
    const auto agreed = contract_ends_.find(state_->contract_id);
    if (!dates_jump_ && agreed != contract_ends_.end())
      end = std::min(*end, agreed->second + limits::contract_grace);
  }
  if (state_->in_charge == authority::admin || state_->in_charge == authority::grid)
    if (const auto given = ends_.find(state_->in_charge); given != ends_.end()) end = given->second;
  const auto overdue = end && now > *end + slack;
  if (overdue && !overdue_told_)
    blame(now, "leases-end",
          "the " + std::string{to_text(state_->in_charge)} +
              " is in charge, whose lease ended at " + to_iso8601(*end));
  overdue_told_ = overdue;
}

void link_watch::look(const link_picture& link, time_point now) {
  link_ = link;
  watch_leases(now);
  const auto full = link.disk_bytes > journal_bytes_;
  if (full && !full_told_)
    blame(now, "bounded", "the journal takes " + std::to_string(link.disk_bytes) + " bytes");
  full_told_ = full;
  const auto agreed = static_cast<std::size_t>(std::ranges::count_if(
      contracts_, [](const auto& c) { return c.second == contract_status::accepted; }));
  const auto crowded =
      agreed > limits::contracts_pending && !troubles_.gone({"dispatcher"}, {now - 72h, now});
  if (crowded && !crowded_told_)
    blame(now, "bounded", std::to_string(agreed) + " contracts are agreed ahead");
  crowded_told_ = crowded;
}

/// The power or an actor went before what was said reached the disk, or the disk could take nothing
/// and then the power went.
bool link_watch::may_be_lost(time_point said) const {
  return std::ranges::any_of(troubles_.spells(), [&](const fault_spell& s) {
    const auto fatal =
        s.kind == fault_kind::power_cut ||
        (s.kind == fault_kind::actor_killed && (s.part == "journal" || s.part == "reporter"));
    if (!fatal) return false;
    auto from = s.when.from - to_disk;
    for (const auto& full : troubles_.spells())
      if (full.kind == fault_kind::disk_full && full.overlaps({s.when.from - 1h, s.when.to}))
        from = std::min(from, full.when.from - to_disk);
    return said >= from && said < s.when.to + to_disk;
  });
}

std::vector<violation> link_watch::judged(time_point now) const {
  auto out = violations_;
  const auto settled =
      !troubles_.has({now - recovery, now}, [](const fault_spell&) { return true; });
  // Drafts of a report that a power cut left behind are heard and were never said.
  for (const auto& [hash, word] : words_)
    if (word.heard > std::max(word.said, 1))
      out.push_back({word.last_heard, "once", word.what + " had its effect twice"});
  for (const auto& line : settle(house_->site, entered_).lines)
    if (line.verdict == entry_verdict::differs)
      out.push_back({line.entered.at, "books-agree",
                     "entry " + std::to_string(line.entered.settled->entry) + " of " +
                         line.entered.contract_id + ": " + line.why});
  if (!house_->link || !settled) return out;
  if (!link_.connected) out.push_back({now, "recovered", "the house has not found its node again"});
  if (link_.missing > 0)
    out.push_back({now, "nothing-missing",
                   std::to_string(link_.missing) + " messages neither came nor are told lost"});
  for (const auto& [hash, word] : words_) {
    if (word.said == 0 || word.heard >= 1 || word.first_said > now - recovery) continue;
    if (!may_be_lost(word.first_said))
      out.push_back({word.first_said, "nothing-missing", word.what + " never reached the node"});
  }
  const auto excused = std::ranges::any_of(troubles_.spells(), [](const fault_spell& s) {
    return s.kind == fault_kind::power_cut || s.kind == fault_kind::disk_full ||
           (s.kind == fault_kind::actor_killed && s.part == "journal");
  });
  if (link_.lost > 0 && !excused)
    out.push_back({now, "nothing-missing", std::to_string(link_.lost) + " messages are told lost"});
  return out;
}

}  // namespace hearth::simulate
