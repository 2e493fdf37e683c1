#pragma once

#include "actors/dispatcher.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>

/// Everything a dispatcher is given, as values: the same in the same order makes the same
/// decisions.
namespace hearth {

/// A new dispatcher: whatever an earlier one knew is gone.
struct dispatcher_begun {
  time_point at;
};
struct directive_heard {
  envelope directive;
  time_point at;
};
/// By somebody who stands in the house.
struct asked_on_site {
  request wish;
  std::string id;
  time_point at;
};
struct dates_told {
  dating dates;
  time_point at;  ///< for the reader; it decides nothing
};
struct device_returned {
  device_id device;
  time_point at;  ///< for the reader; it decides nothing
};
struct reporter_returned {
  time_point at;  ///< for the reader; it decides nothing
};
struct plan_made {
  heat_plan plan;
  time_point at;  ///< for the reader; it decides nothing
};
struct contracts_taken_up {
  std::string kept;
  time_point at;
};
/// By the people of the house, over its page.
struct household_told {
  household wanted;
  time_point at;  ///< for the reader; it decides nothing
};
using dispatcher_input =
    std::variant<dispatcher_begun, snapshot, directive_heard, dates_told, device_returned,
                 reporter_returned, plan_made, contracts_taken_up, asked_on_site, household_told>;

time_point at_of(const dispatcher_input& input);

/// One input and what was decided upon it.
struct recorded {
  dispatcher_input input;
  dispatcher::decisions decided;
  std::uint64_t lost_before = 0;  ///< inputs since the one recorded before, for want of room
};

// Which input means which call: the same for the house that runs and for the replay of its past.
dispatcher::decisions give(dispatcher& mind, const dispatcher_begun& begun);
dispatcher::decisions give(dispatcher& mind, const snapshot& seen);
dispatcher::decisions give(dispatcher& mind, const directive_heard& heard);
dispatcher::decisions give(dispatcher& mind, const asked_on_site& asked);
dispatcher::decisions give(dispatcher& mind, const dates_told& told);
dispatcher::decisions give(dispatcher& mind, const device_returned& back);
dispatcher::decisions give(dispatcher& mind, const reporter_returned& back);
dispatcher::decisions give(dispatcher& mind, const plan_made& made);
dispatcher::decisions give(dispatcher& mind, const contracts_taken_up& former);
dispatcher::decisions give(dispatcher& mind, const household_told& told);

/// The same for an input of any kind. Where it says so, and where there is none yet, `mind` is made
/// anew.
dispatcher::decisions live_through(std::optional<dispatcher>& mind,
                                   const std::shared_ptr<const layout>& house,
                                   const dispatcher_input& input);

}  // namespace hearth
