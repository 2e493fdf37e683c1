#include "actors/record/recorded.hpp"

namespace hearth {
dispatcher::decisions give(dispatcher&, const dispatcher_begun&) { return {}; }

dispatcher::decisions give(dispatcher& mind, const snapshot& seen) { return mind.decide(seen); }

dispatcher::decisions give(dispatcher& mind, const directive_heard& heard) {
  return mind.take(heard.directive, heard.at);
}

dispatcher::decisions give(dispatcher& mind, const asked_on_site& asked) {
  return mind.take_on_site(asked.wish, asked.id, asked.at);
}

dispatcher::decisions give(dispatcher& mind, const dates_told& told) {
  mind.redate(told.dates);
  return {};
}

dispatcher::decisions give(dispatcher& mind, const device_returned& back) {
  mind.forget_sent(back.device);
  return {};
}

dispatcher::decisions give(dispatcher& mind, const reporter_returned&) {
  mind.forget_told();
  return {};
}

dispatcher::decisions give(dispatcher& mind, const plan_made& made) {
  mind.follow(made.plan);
  return {};
}

dispatcher::decisions give(dispatcher& mind, const contracts_taken_up& former) {
  mind.take_up(former.kept, former.at);
  return {};
}

dispatcher::decisions give(dispatcher& mind, const household_told& told) {
  mind.live_by(told.wanted);
  return {};
}

time_point at_of(const dispatcher_input& input) {
  return std::visit([](const auto& one) { return one.at; }, input);
}

dispatcher::decisions live_through(std::optional<dispatcher>& mind,
                                   const std::shared_ptr<const layout>& house,
                                   const dispatcher_input& input) {
  if (!mind || std::holds_alternative<dispatcher_begun>(input)) mind.emplace(house, at_of(input));
  return std::visit([&](const auto& one) { return give(*mind, one); }, input);
}

}  // namespace hearth
