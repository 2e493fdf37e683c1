#include "actors/portal/audit_book.hpp"

#include "actors/portal/utf8.hpp"
#include "drivers/neighbour.hpp"

#include <algorithm>

namespace hearth {

std::string tidy_text(std::string_view text, std::size_t longest) {
  auto out = std::string{};
  for (auto at = std::size_t{0}; at < text.size();) {
    const auto letter = letter_at(text, at);
    const auto piece = !letter || !may_be_shown(letter->value) ? std::string_view{"\xEF\xBF\xBD"}
                                                               // U+FFFD: something was here
                                                               : text.substr(at, letter->bytes);
    if (out.size() + piece.size() > longest) break;
    out += piece;
    at += letter ? letter->bytes : 1;
  }
  return out;
}

void audit_book::did(audit_entry entry) { keep(std::move(entry)); }

void audit_book::refused(audit_entry entry, time_point now) {
  entry.ok = false;
  auto which = kind{neighbour_of(entry.from), entry.action};
  if (!counted_.contains(which) && counted_.size() >= refusals_counted) {
    which = {"others", "refused"};
    entry.user.clear();
    entry.from.clear();
    entry.action = "refused";
    entry.detail = "of many kinds or from many addresses";
  }
  const auto [place, first] = counted_.try_emplace(which, counted{entry, now});
  if (first) return keep(std::move(entry));
  place->second.last = std::move(entry);
  ++place->second.more;
}

std::vector<audit_entry> audit_book::due(time_point now) {
  for (auto at = counted_.begin(); at != counted_.end();) {
    auto& c = at->second;
    // A clock that was set back must not hold a count for years.
    if (now - c.since < refusals_together && c.since <= now) {
      ++at;
      continue;
    }
    if (c.more > 0) {
      c.last.detail = std::to_string(c.more) + " more, the last: " + c.last.detail;
      keep(c.last);
    }
    at = counted_.erase(at);
  }
  auto out = std::vector<audit_entry>{waiting_.begin(), waiting_.end()};
  waiting_.clear();
  if (lost_ > 0 && !out.empty())
    out.push_back({0, now, "", "", "audit",
                   std::to_string(lost_) + " lines were lost: the disk refused them", false});
  return out;
}

void audit_book::give_back(std::vector<audit_entry> entries) {
  // What was lost is counted on, and said again.
  if (lost_ > 0 && !entries.empty()) entries.pop_back();
  waiting_.insert(waiting_.begin(), entries.begin(), entries.end());
  for (; waiting_.size() > audit_waiting; ++lost_) waiting_.pop_front();
}

void audit_book::keep(audit_entry entry) {
  entry.user = tidy_text(entry.user, 64);
  entry.from = tidy_text(entry.from, 64);
  entry.action = tidy_text(entry.action, 64);
  entry.detail = tidy_text(entry.detail);
  waiting_.push_back(std::move(entry));
  for (; waiting_.size() > audit_waiting; ++lost_) waiting_.pop_front();
}

}  // namespace hearth
