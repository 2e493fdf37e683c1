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

/// The runs that overlap or touch `r`, as a half-open range.
template <class Runs>
auto neighbours(Runs& runs, sequence_run r) {
  const auto from = std::ranges::lower_bound(runs, r.first - 1, {}, &sequence_run::last);
  const auto to = std::ranges::upper_bound(from, runs.end(), r.last + 1, {}, &sequence_run::first);
  return std::pair{from, to};
}

}  // namespace

bool sequence_set::fits(sequence_run r) const {
  if (runs_.size() < node_limits::sequence_runs) return true;
  const auto [from, to] = neighbours(runs_, r);
  return from != to;
}

void sequence_set::insert(sequence_run r) {
  // Nearly all that ever comes is the next one.
  if (!runs_.empty() && runs_.back().last + 1 == r.first) {
    runs_.back().last = r.last;
    return;
  }
  const auto [from, to] = neighbours(runs_, r);
  if (from == to) {
    runs_.insert(from, r);
    return;
  }
  from->first = std::min(from->first, r.first);
  from->last = std::max(std::prev(to)->last, r.last);
  runs_.erase(std::next(from), to);
}

bool sequence_set::contains(std::uint64_t sequence) const {
  const auto after = std::ranges::upper_bound(runs_, sequence, {}, &sequence_run::first);
  return after != runs_.begin() && std::prev(after)->last >= sequence;
}

std::uint64_t sequence_set::count() const {
  auto sum = std::uint64_t{0};
  for (const auto& r : runs_) sum += r.last - r.first + 1;
  return sum;
}

std::optional<std::uint64_t> sequence_set::highest() const {
  if (runs_.empty()) return {};
  return runs_.back().last;
}

std::vector<sequence_run> sequence_set::holes(std::uint64_t top) const {
  auto out = std::vector<sequence_run>{};
  auto next = std::uint64_t{1};
  for (const auto& r : runs_) {
    if (r.first > top) break;
    if (r.first > next) out.push_back({next, r.first - 1});
    next = r.last + 1;
  }
  if (next <= top) out.push_back({next, top});
  return out;
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
    if (!first || !last || *first == 0 || *last < *first) return {};
    if (*last > node_limits::sequence_highest) return {};
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
