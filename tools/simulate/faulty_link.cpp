#include "tools/simulate/faulty_link.hpp"

namespace hearth::simulate {
namespace {

constexpr auto longest_detour = std::chrono::minutes{5};
constexpr std::size_t most_under_way = 10'000;

}  // namespace

faulty_link::faulty_link(std::vector<fault_spell> spells, std::uint64_t seed)
    : spells_{std::move(spells)}, chance_{seed} {}

const fault_spell* faulty_link::holding(fault_kind kind, time_point now) const {
  for (const auto& s : spells_)
    if (s.kind == kind && s.holds_at(now)) return &s;
  return nullptr;
}

void faulty_link::put_off(const parcel& p, time_point until) {
  if (under_way_.size() < most_under_way) under_way_.emplace(until, p);
}

bool faulty_link::arrives(const parcel& p, time_point now) {
  if (down(now)) return false;
  const auto later = [&](duration most) {
    return now + std::chrono::round<duration>(most * chance_.part());
  };
  const auto* loses = holding(fault_kind::link_loses, now);
  if (loses != nullptr && chance_.happens(loses->amount)) return false;
  const auto* repeats = holding(fault_kind::link_repeats, now);
  if (repeats != nullptr && chance_.happens(repeats->amount)) put_off(p, later(longest_detour));
  const auto* delays = holding(fault_kind::link_delays, now);
  if (delays == nullptr) return true;
  put_off(p, later(std::chrono::round<duration>(std::chrono::duration<double>(delays->amount))));
  return false;
}

std::vector<parcel> faulty_link::arrived(time_point now) {
  auto out = std::vector<parcel>{};
  while (!under_way_.empty() && under_way_.begin()->first <= now) {
    out.push_back(std::move(under_way_.begin()->second));
    under_way_.erase(under_way_.begin());
  }
  return out;
}

}  // namespace hearth::simulate
