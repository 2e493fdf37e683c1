#pragma once

#include "actors/contract_book.hpp"
#include "protocol/limits.hpp"
#include "tests/actors/houses.hpp"

namespace hearth::testing {

inline contract slot(const std::string& id, time_point start = noon, duration length = 60min,
                     power average = 4 * kilowatt) {
  return {id, start, length, average};
}

/// A book whose house is looked at every five seconds.
struct contract_house {
  contract_book book{8 * kilowatt};
  time_point now = noon - 1min;
  std::optional<power> meter = power{};
  std::optional<std::string> trouble;
  std::vector<contract_report> reports;
  std::vector<event> events;

  void tick() {
    auto moved = book.advance(meter, trouble, now);
    reports.insert(reports.end(), moved.reports.begin(), moved.reports.end());
    events.insert(events.end(), moved.events.begin(), moved.events.end());
  }
  void run_until(time_point end) {
    for (; now < end; now += 5s) tick();
    now = end;
    tick();
  }
  contract_status offer(const contract& c) { return book.offer(c, now).status; }
  /// The heat pump draws its 8 kW whenever the contract wants it on.
  void run_obediently_until(time_point end) {
    for (; now < end; now += 5s) {
      tick();
      const auto wish = book.in_force(now);
      meter = wish && wish->heat_pump_on ? 8 * kilowatt : power{};
    }
    now = end;
    tick();
  }
};

}  // namespace hearth::testing
