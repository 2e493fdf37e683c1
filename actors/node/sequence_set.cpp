#include "actors/node/sequence_set.hpp"

#include "actors/node/limits.hpp"

#include <algorithm>
#include <charconv>

namespace hearth {
namespace {

std::optional<std::uint64_t> take_number(std::string_view& text) {
  auto value = std::uint64_t{0};
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return {};
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  return value;
}

}  // namespace

bool sequence_set::contains(std::uint64_t sequence) const {
  const auto after = std::ranges::upper_bound(runs_, sequence, {}, &run::first);
  return after != runs_.begin() && std::prev(after)->last >= sequence;
}

bool sequence_set::insert(std::uint64_t sequence) {
  if (contains(sequence)) return false;
  auto after = std::ranges::upper_bound(runs_, sequence, {}, &run::first);
  const auto joins_before = after != runs_.begin() && std::prev(after)->last + 1 == sequence;
  const auto joins_after = after != runs_.end() && sequence + 1 == after->first;
  if (joins_before && joins_after) {
    std::prev(after)->last = after->last;
    runs_.erase(after);
  } else if (joins_before) {
    std::prev(after)->last = sequence;
  } else if (joins_after) {
    after->first = sequence;
  } else {
    runs_.insert(after, {sequence, sequence});
    if (runs_.size() > node_limits::sequence_runs) runs_.erase(runs_.begin());
  }
  return true;
}

std::uint64_t sequence_set::missing() const {
  auto gaps = std::uint64_t{0};
  for (std::size_t i = 1; i < runs_.size(); ++i) gaps += runs_[i].first - runs_[i - 1].last - 1;
  return gaps;
}

std::string sequence_set::text() const {
  auto out = std::string{};
  for (const auto& r : runs_) {
    if (!out.empty()) out += ',';
    out += std::to_string(r.first);
    if (r.last != r.first) out += '-' + std::to_string(r.last);
  }
  return out;
}

std::optional<sequence_set> sequence_set::from_text(std::string_view text) {
  auto out = sequence_set{};
  while (!text.empty()) {
    const auto first = take_number(text);
    auto last = first;
    if (text.starts_with('-')) {
      text.remove_prefix(1);
      last = take_number(text);
    }
    if (!first || !last || *last < *first) return {};
    if (!out.runs_.empty() && *first <= out.runs_.back().last) return {};
    out.runs_.push_back({*first, *last});
    if (out.runs_.size() > node_limits::sequence_runs) return {};
    if (text.empty()) break;
    if (!text.starts_with(',') || text.size() == 1) return {};
    text.remove_prefix(1);
  }
  return out;
}

}  // namespace hearth
