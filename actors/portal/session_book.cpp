#include "actors/portal/session_book.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace hearth {
namespace {

/// It ends; one of the future does not: a house that boots in 1970 keeps it until it knows the
/// date.
bool over(const account_session& s, time_point now) {
  return now >= s.expires || now - s.seen >= session_idle;
}

bool alive(const account_session& s, time_point now) {
  return !over(s, now) && s.created <= now + session_clock_slack &&
         s.seen <= now + session_clock_slack;
}

}  // namespace

void session_book::read(const std::vector<account_session>& kept) {
  auto there = std::set<std::string>{};
  for (const auto& s : kept) {
    there.insert(s.digest);
    const auto [place, is_new] = open_.try_emplace(s.digest, open_session{s, s.seen});
    if (!is_new) place->second.on_disk = s.seen;
  }
  for (auto at = open_.begin(); at != open_.end();) {
    if (!at->second.on_disk || there.contains(at->first)) {
      ++at;
      continue;
    }
    ended_.push_back(at->first);
    at = open_.erase(at);
  }
}

account_session session_book::begin(const std::string& user, const std::string& digest,
                                    time_point now, std::vector<std::string>& gone) {
  const auto of_user = std::ranges::count_if(
      open_, [&](const auto& entry) { return entry.second.what.user == user; });
  if (static_cast<std::size_t>(of_user) >= sessions_of_one) end_oldest(&user, gone);
  while (open_.size() >= most_) end_oldest(nullptr, gone);
  auto made = account_session{digest, user, now, now, now + session_longest};
  open_[digest] = {made, {}};
  return made;
}

std::optional<account_session> session_book::use(const std::string& digest, time_point now) {
  const auto found = open_.find(digest);
  if (found == open_.end() || !alive(found->second.what, now)) return {};
  found->second.what.seen = std::max(found->second.what.seen, now);
  return found->second.what;
}

void session_book::end(const std::string& digest) {
  if (open_.erase(digest) > 0) ended_.push_back(digest);
}

void session_book::end_all_of(const std::string& user) {
  std::erase_if(open_, [&](const auto& entry) {
    if (entry.second.what.user != user) return false;
    ended_.push_back(entry.first);
    return true;
  });
}

std::vector<account_session> session_book::due(time_point now) {
  auto out = std::vector<account_session>{};
  std::erase_if(open_, [&](const auto& entry) {
    if (!over(entry.second.what, now)) return false;
    ended_.push_back(entry.first);
    return true;
  });
  for (const auto& [digest, s] : open_)
    if (!s.on_disk || s.what.seen - *s.on_disk >= session_written_every) out.push_back(s.what);
  return out;
}

void session_book::written(const std::string& digest) {
  if (const auto found = open_.find(digest); found != open_.end())
    found->second.on_disk = found->second.what.seen;
}

std::vector<std::string> session_book::take_ended() { return std::exchange(ended_, {}); }

void session_book::end_oldest(const std::string* user, std::vector<std::string>& gone) {
  auto oldest = open_.end();
  for (auto at = open_.begin(); at != open_.end(); ++at)
    if ((user == nullptr || at->second.what.user == *user) &&
        (oldest == open_.end() || at->second.what.seen < oldest->second.what.seen))
      oldest = at;
  if (oldest == open_.end()) return;
  gone.push_back(oldest->first);
  ended_.push_back(oldest->first);
  open_.erase(oldest);
}

}  // namespace hearth
