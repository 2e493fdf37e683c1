#include "tools/simulate/faults.hpp"

#include "tools/simulate/stand_in.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <random>
#include <utility>

namespace hearth::simulate {
namespace {

constexpr auto names = std::to_array<std::pair<fault_kind, std::string_view>>({
    {fault_kind::sensor_vanishes, "sensor-vanishes"},
    {fault_kind::sensor_sticks, "sensor-sticks"},
    {fault_kind::sensor_drifts, "sensor-drifts"},
    {fault_kind::sensor_lies, "sensor-lies"},
    {fault_kind::relay_dead, "relay-dead"},
    {fault_kind::relay_welded, "relay-welded"},
    {fault_kind::bus_silent, "bus-silent"},
});
constexpr duration shortest = std::chrono::minutes{2};
constexpr duration longest = std::chrono::hours{8};

bool of_a_relay(fault_kind k) {
  return k == fault_kind::relay_dead || k == fault_kind::relay_welded;
}

/// The standard's distributions differ between libraries; this does not.
class dice {
 public:
  explicit dice(std::uint64_t seed) : random_{seed} {}
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
  double part() { return static_cast<double>(random_() >> 11) * 0x1p-53; }

 private:
  std::mt19937_64 random_;
};

class faulty_port final : public port {
 public:
  using listener = std::function<void(const relay_write&)>;

  faulty_port(std::unique_ptr<port> sound, std::vector<fault_spell> spells, listener wrote)
      : sound_{std::move(sound)}, spells_{std::move(spells)}, wrote_{std::move(wrote)} {}

  result<bus_answer> transact(const bus_request& request, time_point now) override {
    const auto* read = std::get_if<plant_read>(&request);
    const auto* write = std::get_if<plant_write>(&request);
    const auto& point = read ? read->point : write ? write->point : nowhere_;
    for (const auto& s : spells_) {
      if (!s.holds_at(now)) continue;
      if (s.kind == fault_kind::bus_silent ||
          (s.kind == fault_kind::sensor_vanishes && s.point == point))
        return failed(fault_code::timeout, "no answer");
      const auto ignored = write && s.point == point &&
                           ((s.kind == fault_kind::relay_dead && write->value == 1) ||
                            (s.kind == fault_kind::relay_welded && write->value == 0));
      if (!ignored) continue;
      wrote_({point, write->value == 1, false, now});
      return bus_answer{done{}};
    }
    auto answer = sound_->transact(request, now);
    if (write != nullptr && answer) wrote_({point, write->value == 1, true, now});
    if (read == nullptr || !answer) return answer;
    if (auto* number = std::get_if<double>(&*answer)) *number = spoiled(*number, point, now);
    return answer;
  }

  void listen(std::vector<std::string> topics, std::function<void(bus_message)> heard) override {
    sound_->listen(std::move(topics), std::move(heard));
  }

 private:
  double spoiled(double number, const std::string& point, time_point now) {
    for (std::size_t i = 0; i < spells_.size(); ++i) {
      const auto& s = spells_[i];
      if (!s.holds_at(now) || s.point != point || of_a_relay(s.kind)) continue;
      if (s.kind == fault_kind::sensor_sticks) number = stuck_.emplace(i, number).first->second;
      const auto hours = std::chrono::duration<double, std::ratio<3600>>(now - s.when.from).count();
      if (s.kind == fault_kind::sensor_drifts) number += s.amount * hours;
      if (s.kind == fault_kind::sensor_lies) number += s.amount;
    }
    return number;
  }

  const std::string nowhere_;
  std::unique_ptr<port> sound_;
  std::vector<fault_spell> spells_;
  listener wrote_;
  std::map<std::size_t, double> stuck_;  ///< what a spell's sensor showed when it began
};

}  // namespace

fault_targets targets_of(const layout& house) {
  auto out = fault_targets{};
  for (const auto& [channel, point] : roles_of(house))
    (house[channel].actuator ? out.relays : out.sensors).push_back(point);
  return out;
}

std::string_view to_text(fault_kind k) {
  return std::ranges::find(names, k, &std::pair<fault_kind, std::string_view>::first)->second;
}

std::string to_text(const fault_spell& s) {
  auto out = std::string{to_text(s.kind)};
  if (!s.point.empty()) out += " " + s.point;
  return out + " " + to_iso8601(s.when.from) + " " + hearth::to_text(s.when.to - s.when.from);
}

std::vector<fault_spell> draw_faults(const fault_targets& targets, const period& when,
                                     std::uint64_t seed, std::size_t most) {
  auto roll = dice{seed};
  auto out = std::vector<fault_spell>{};
  for (auto left = 1 + roll.below(most); left > 0; --left) {
    auto s = fault_spell{};
    s.kind = names[roll.below(names.size())].first;
    const auto& where = of_a_relay(s.kind) ? targets.relays : targets.sensors;
    if (s.kind != fault_kind::bus_silent) {
      if (where.empty()) continue;
      s.point = where[roll.below(where.size())];
    }
    // Short ones are as likely as long ones.
    const auto length =
        std::chrono::round<duration>(shortest * std::pow(static_cast<double>(longest.count()) /
                                                             static_cast<double>(shortest.count()),
                                                         roll.part()));
    s.when.from = when.from + std::chrono::round<duration>((when.to - when.from) * roll.part());
    s.when.to = std::min(when.to, s.when.from + length);
    s.amount = (roll.part() - 0.5) * (s.kind == fault_kind::sensor_drifts ? 8 : 30);
    out.push_back(std::move(s));
  }
  std::ranges::sort(out, {}, [](const fault_spell& s) { return s.when.from; });
  return out;
}

std::unique_ptr<port> make_faulty_port(std::unique_ptr<port> sound, std::vector<fault_spell> spells,
                                       std::function<void(const relay_write&)> wrote) {
  return std::make_unique<faulty_port>(std::move(sound), std::move(spells), std::move(wrote));
}

}  // namespace hearth::simulate
