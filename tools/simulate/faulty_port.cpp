#include "tools/simulate/faulty_port.hpp"

#include "tools/simulate/dice.hpp"

#include <array>
#include <limits>
#include <map>
#include <utility>

namespace hearth::simulate {
namespace {

/// What a broken converter sends, and what a driver must survive.
constexpr auto ravings = std::to_array<double>(
    {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
     -std::numeric_limits<double>::infinity(), 1e300, -1e300, 5e-324, -273.16, 1e9, -0.0});

class faulty_port final : public port {
 public:
  using listener = std::function<void(const relay_write&)>;

  faulty_port(std::unique_ptr<port> sound, std::vector<fault_spell> spells, std::uint64_t seed,
              listener wrote)
      : sound_{std::move(sound)},
        spells_{std::move(spells)},
        wrote_{std::move(wrote)},
        chance_{seed} {}

  result<bus_answer> transact(const bus_request& request, time_point now) override {
    const auto* read = std::get_if<plant_read>(&request);
    const auto* write = std::get_if<plant_write>(&request);
    const auto& point = read ? read->point : write ? write->point : nowhere_;
    if (holds(fault_kind::bus_silent, now) || holds(fault_kind::sensor_vanishes, now, point))
      return failed(fault_code::timeout, "no answer");
    if (write != nullptr && ignored(*write, now)) {
      wrote_({point, write->value == 1, false, now});
      return bus_answer{done{}};
    }
    auto answer = sound_->transact(request, now);
    if (write != nullptr && answer) wrote_({point, write->value == 1, true, now});
    // What was asked has been done by then; only nobody knows.
    if (holds(fault_kind::bus_garbage, now) && chance_.happens(0.5))
      return failed(fault_code::malformed, "the answer's checksum is wrong");
    if (read == nullptr || !answer) return answer;
    if (auto* number = std::get_if<double>(&*answer)) *number = spoiled(*number, point, now);
    return answer;
  }

  void listen(std::vector<std::string> topics, std::function<void(bus_message)> heard) override {
    sound_->listen(std::move(topics), std::move(heard));
  }

 private:
  [[nodiscard]] bool holds(fault_kind kind, time_point now, std::string_view part = {}) const {
    for (const auto& s : spells_)
      if (s.kind == kind && s.part == part && s.holds_at(now)) return true;
    return false;
  }
  [[nodiscard]] bool ignored(const plant_write& w, time_point now) const {
    return holds(w.value == 1 ? fault_kind::relay_dead : fault_kind::relay_welded, now, w.point);
  }

  double spoiled(double number, const std::string& point, time_point now) {
    const auto before = std::exchange(shown_.try_emplace(point, number).first->second, number);
    if (holds(fault_kind::bus_late, now)) number = before;
    for (std::size_t i = 0; i < spells_.size(); ++i) {
      const auto& s = spells_[i];
      if (s.part != point || !s.holds_at(now)) continue;
      if (s.kind == fault_kind::sensor_sticks) number = stuck_.emplace(i, number).first->second;
      const auto hours = std::chrono::duration<double, std::ratio<3600>>(now - s.when.from).count();
      if (s.kind == fault_kind::sensor_drifts) number += s.amount * hours;
      if (s.kind == fault_kind::sensor_lies) number += s.amount;
      if (s.kind == fault_kind::sensor_raves) number = ravings[chance_.below(ravings.size())];
    }
    return number;
  }

  const std::string nowhere_ = "";
  std::unique_ptr<port> sound_;
  std::vector<fault_spell> spells_;
  listener wrote_;
  dice chance_;
  std::map<std::size_t, double> stuck_;  ///< what a spell's sensor showed when it began
  std::map<std::string, double> shown_;  ///< by each point when it was asked last
};

}  // namespace

std::unique_ptr<port> make_faulty_port(std::unique_ptr<port> sound, std::vector<fault_spell> spells,
                                       std::uint64_t seed,
                                       std::function<void(const relay_write&)> wrote) {
  return std::make_unique<faulty_port>(std::move(sound), std::move(spells), seed, std::move(wrote));
}

}  // namespace hearth::simulate
