#include "actors/node/boot_book.hpp"

#include "actors/node/limits.hpp"

#include <algorithm>
#include <charconv>

namespace hearth {
namespace {

/// What has been accounted for, one way or another.
sequence_set settled(const known_boot& b) {
  auto all = b.heard;
  for (const auto& r : b.lost.runs()) all.insert(r);
  for (const auto& r : b.refused.runs()) all.insert(r);
  return all;
}

std::uint64_t size_of(const std::vector<sequence_run>& runs) {
  auto sum = std::uint64_t{0};
  for (const auto& r : runs) sum += r.last - r.first + 1;
  return sum;
}

}  // namespace

std::uint64_t known_boot::top() const {
  return std::max({told, heard.highest().value_or(0), lost.highest().value_or(0),
                   refused.highest().value_or(0)});
}

bool known_boot::whole() const {
  if (counts_live) return true;
  if (lost.runs().empty() && refused.runs().empty()) {
    const auto& runs = heard.runs();
    if (runs.empty()) return told == 0;
    return runs.size() == 1 && runs.front().first == 1 && runs.front().last >= told;
  }
  return gaps().empty();
}

std::vector<sequence_run> known_boot::gaps() const {
  if (counts_live) return {};
  if (lost.runs().empty() && refused.runs().empty()) return heard.holes(top());
  return settled(*this).holes(top());
}

std::uint64_t known_boot::lost_count() const {
  if (lost.runs().empty()) return 0;
  auto both = heard;
  for (const auto& r : lost.runs()) both.insert(r);
  return both.count() - heard.count();
}

std::optional<journaled_id> journaled_id_from(std::string_view message_id) {
  const auto dash = message_id.rfind('-');
  if (dash == std::string_view::npos || dash == 0) return {};
  const auto digits = message_id.substr(dash + 1);
  auto sequence = std::uint64_t{0};
  const auto [stop, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), sequence);
  const auto whole = error == std::errc{} && stop == digits.data() + digits.size();
  if (!whole || digits.starts_with('0') || sequence > node_limits::sequence_highest ||
      dash > node_limits::boot_id_bytes)
    return {};
  return journaled_id{std::string{message_id.substr(0, dash)}, sequence};
}

boot_book::verdict boot_book::judge(const envelope& e) const {
  const auto known = boots_.find(e.boot_id);
  if (known != boots_.end() && known->second.heard.contains(e.sequence)) return verdict::repeated;
  if (known != boots_.end() && !known->second.heard.fits({e.sequence, e.sequence}))
    return verdict::no_room;
  auto strangers = std::set<std::string_view>{};
  if (known == boots_.end()) strangers.insert(e.boot_id);
  const auto before = journaled_id_from(e.follows);
  if (before && !boots_.contains(before->boot_id)) strangers.insert(before->boot_id);
  if (const auto* l = std::get_if<loss>(&e.body)) {
    const auto of = boots_.find(l->lost.boot_id);
    if (of == boots_.end())
      strangers.insert(l->lost.boot_id);
    else if (!of->second.lost.fits({l->lost.first, l->lost.last}))
      return verdict::no_room;
  }
  const auto full = !strangers.empty() && boots_.size() + strangers.size() > node_limits::boots;
  return full ? verdict::no_room : verdict::fresh;
}

void boot_book::take(const envelope& e) {
  if (const auto before = journaled_id_from(e.follows)) {
    auto& former = entry(before->boot_id);
    former.told = std::max(former.told, before->sequence);
    former.ended = true;
    auto& this_one = entry(e.boot_id);
    if (former.order > this_one.order) std::swap(former.order, this_one.order);
  }
  entry(e.boot_id).heard.insert({e.sequence, e.sequence});
  if (const auto* l = std::get_if<loss>(&e.body))
    entry(l->lost.boot_id).lost.insert({l->lost.first, l->lost.last});
}

void boot_book::tell(const std::string& boot_id, std::uint64_t last) {
  const auto known = boots_.find(boot_id);
  const auto has_room =
      boots_.size() < node_limits::boots && boot_id.size() <= node_limits::boot_id_bytes;
  if (last == 0 || (known == boots_.end() && !has_room)) return;
  if (known != boots_.end() && known->second.told >= last) return;
  entry(boot_id).told = last;
}

bool boot_book::refuse(const journaled_id& id) {
  const auto known = boots_.find(id.boot_id);
  if (known == boots_.end() || known->second.heard.contains(id.sequence)) return true;
  if (known->second.refused.contains(id.sequence)) return false;
  if (known->second.refused.fits({id.sequence, id.sequence}))
    entry(id.boot_id).refused.insert({id.sequence, id.sequence});
  return true;
}

void boot_book::restore(const std::string& boot_id, known_boot known) {
  last_order_ = std::max(last_order_, known.order);
  boots_.emplace(boot_id, std::move(known));
}

std::vector<std::string> boot_book::in_order() const {
  auto ids = std::vector<std::string>{};
  for (const auto& [id, boot] : boots_) ids.push_back(id);
  std::ranges::sort(ids, {}, [this](const std::string& id) { return boots_.at(id).order; });
  return ids;
}

std::uint64_t boot_book::received() const {
  auto sum = std::uint64_t{0};
  for (const auto& [id, boot] : boots_) sum += boot.heard.count();
  return sum;
}

std::uint64_t boot_book::missing() const {
  auto sum = std::uint64_t{0};
  for (const auto& [id, boot] : boots_)
    if (!boot.whole()) sum += size_of(boot.gaps());
  return sum;
}

std::uint64_t boot_book::lost() const {
  auto sum = std::uint64_t{0};
  for (const auto& [id, boot] : boots_) sum += boot.lost_count();
  return sum;
}

known_boot& boot_book::entry(const std::string& boot_id) {
  auto [found, fresh] = boots_.try_emplace(boot_id);
  if (fresh) found->second.order = ++last_order_;
  unsaved_.insert(boot_id);
  return found->second;
}

}  // namespace hearth
