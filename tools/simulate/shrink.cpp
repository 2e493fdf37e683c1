#include "tools/simulate/shrink.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace hearth::simulate {
namespace {

using namespace std::chrono_literals;

constexpr duration minute = 1min;
/// What is over may allow other things to go, but seldom more than once.
constexpr int most_rounds = 3;

class shrinker {
 public:
  shrinker(const season_plan& failing, const breaks_at& ask, int most_tries)
      : best_{failing, failing.when.to, 0}, ask_{ask}, most_tries_{most_tries} {}

  std::optional<shrunk_plan> run() {
    if (!still_breaks(best_.plan)) return {};
    for (auto round = 0; round < most_rounds; ++round) {
      const auto before = size_of(best_.plan);
      need_fewer_faults();
      need_no_node();
      end_sooner();
      begin_later();
      shorten_faults();
      if (size_of(best_.plan) == before) break;
    }
    return best_;
  }

 private:
  using faults = std::vector<fault_spell>;

  /// What gets smaller.
  static std::pair<std::size_t, duration> size_of(const season_plan& p) {
    auto length = p.when.to - p.when.from;
    for (const auto& s : p.faults) length += s.when.to - s.when.from;
    return {p.faults.size() + (p.contracts ? 1 : 0), length};
  }

  /// From then on it is the best, if so.
  bool still_breaks(season_plan candidate) {
    // A promise can be broken by what began before the plan did: nothing is left of such a plan.
    if (best_.tries >= most_tries_ || candidate.when.from >= candidate.when.to) return false;
    ++best_.tries;
    const auto at = ask_(candidate);
    if (!at) return false;
    best_.plan = std::move(candidate);
    best_.broken_at = *at;
    return true;
  }

  bool breaks_with(faults some) {
    auto candidate = best_.plan;
    candidate.faults = std::move(some);
    return still_breaks(std::move(candidate));
  }

  /// One of `parts` about equal parts of all faults, or all but that one.
  [[nodiscard]] faults share(std::size_t part, std::size_t parts, bool all_but) const {
    const auto& all = best_.plan.faults;
    const auto first = part * all.size() / parts, last = (part + 1) * all.size() / parts;
    auto out = faults{};
    for (std::size_t i = 0; i < all.size(); ++i)
      if ((i >= first && i < last) != all_but) out.push_back(all[i]);
    return out;
  }

  bool breaks_with_some_share(std::size_t parts, bool all_but) {
    for (std::size_t part = 0; part < parts; ++part)
      if (breaks_with(share(part, parts, all_but))) return true;
    return false;
  }

  /// Delta debugging (Zeller's ddmin): ends with faults of which each is needed, if tries suffice.
  void need_fewer_faults() {
    if (best_.plan.faults.empty() || breaks_with({})) return;
    std::size_t parts = 2;
    while (best_.plan.faults.size() >= 2) {
      const auto count = best_.plan.faults.size();
      if (breaks_with_some_share(parts, false))
        parts = 2;
      else if (parts > 2 && breaks_with_some_share(parts, true))
        parts = std::max<std::size_t>(parts - 1, 2);
      else if (parts < count)
        parts = std::min(2 * parts, count);
      else
        break;
    }
  }

  void need_no_node() {
    if (!best_.plan.contracts) return;
    auto candidate = best_.plan;
    candidate.contracts = candidate.bids = false;
    still_breaks(std::move(candidate));
  }

  /// Makes a number that is known to be large enough smaller, as long as it is larger than `least`.
  template <class PlanWith>
  void bisect(std::int64_t least, std::int64_t enough, PlanWith plan_with) {
    while (enough - least > 1) {
      const auto middle = least + (enough - least) / 2;
      if (still_breaks(plan_with(middle)))
        enough = middle;
      else
        least = middle;
    }
  }

  /// Some promises are seen to be broken only some time after they were.
  void end_sooner() {
    const auto with_end = [this, from = best_.plan.when.from](std::int64_t slots) {
      auto out = best_.plan;
      out.when.to = std::min(out.when.to, from + slots * slot_length);
      return out;
    };
    const auto slots_until = [&](time_point t) { return (t - best_.plan.when.from) / slot_length; };
    const auto soonest = slots_until(best_.broken_at);
    const auto enough = slots_until(best_.plan.when.to);
    if (enough - soonest > 1 && !still_breaks(with_end(soonest + 1)))
      bisect(soonest + 1, enough, with_end);
  }

  void begin_later() {
    const auto slots = (best_.broken_at - best_.plan.when.from) / slot_length;
    const auto latest = best_.plan.when.from + slots * slot_length;
    bisect(0, slots, [this, latest](std::int64_t before) {
      auto out = best_.plan;
      out.when.from = latest - before * slot_length;
      return out;
    });
  }

  void shorten_faults() {
    auto whole = best_.plan;
    for (auto& s : whole.faults) {
      // One that begins after the end is there only to be one.
      if (s.when.from < whole.when.to) s.when.to = std::min(s.when.to, whole.when.to);
      s.when.to = std::chrono::ceil<std::chrono::minutes>(s.when.to);
      s.when.from = std::chrono::floor<std::chrono::minutes>(s.when.from);
    }
    still_breaks(std::move(whole));
    for (std::size_t i = 0; i < best_.plan.faults.size(); ++i) {
      const auto length = [&] {
        const auto& when = best_.plan.faults[i].when;
        return (when.to - when.from) / minute;
      };
      bisect(0, length(), [this, i](std::int64_t minutes) {
        auto out = best_.plan;
        out.faults[i].when.to = out.faults[i].when.from + minutes * minute;
        return out;
      });
      bisect(0, length(), [this, i](std::int64_t minutes) {
        auto out = best_.plan;
        out.faults[i].when.from = out.faults[i].when.to - minutes * minute;
        return out;
      });
    }
  }

  shrunk_plan best_;
  const breaks_at& ask_;
  int most_tries_;
};

}  // namespace

std::optional<shrunk_plan> shrink(const season_plan& failing, const breaks_at& ask,
                                  int most_tries) {
  return shrinker{failing, ask, most_tries}.run();
}

}  // namespace hearth::simulate
