#include "actors/portal/portal.hpp"

#include "actors/portal/json_answer.hpp"

#include <utility>

namespace hearth {

portal::portal(const std::shared_ptr<const layout>& house, guard keeper,
               std::shared_ptr<account_store> accounts,
               std::function<std::string(std::size_t)> random_bytes,
               std::span<const page_file> pages, std::function<result<std::string>()> authority)
    : desk_{house, std::move(keeper), std::move(accounts), std::move(random_bytes),
            std::move(authority)},
      pages_{pages} {}

void portal::begin(time_point now) {
  desk_.keep_wishes(now);
  if (const auto all = desk_.accounts->acknowledgements())
    for (const auto& each : *all) desk_.view.acknowledge(each);
}

reply portal::answer(const web_request& asked, time_point now, time_point people) {
  ++requests_;
  if (auto no = desk_.door.misnamed(asked, people)) return std::move(*no);
  if (auto done = desk_.door.answer(asked, people)) return std::move(*done);
  const auto found = find_route(asked.method == "HEAD" ? "GET" : asked.method, asked.path);
  if (!found) {
    if (auto page = pages_.answer(asked)) return std::move(*page);
    return problem(404, "there is nothing here");
  }
  if (!found->where || !found->where->serve)
    return problem(405, "this is not done with " + asked.method);
  auto who = std::optional<signed_in>{};
  if (found->where->least) {
    who = desk_.door.who(asked, people);
    if (auto no = desk_.door.refusal(asked, who, *found->where->least, people))
      return std::move(*no);
    if (!who) return problem(401, "sign in first");
  }
  auto done =
      found->where->serve(desk_, {asked, who.value_or(signed_in{}), found->place, now, people});
  // A stream that has no body would never end.
  if (auto* made = std::get_if<web_response>(&done); made && asked.method == "HEAD")
    made->stream.reset();
  return done;
}

void portal::redate(const dating& dates, time_point now) {
  desk_.view.redate(dates);
  desk_.wants.redate(dates, now);
}

void portal::stand(standing_wishes all, time_point now) {
  desk_.wants.take_over(std::exchange(all.lived_by, {}), now);
  desk_.view.stands(std::move(all));
}

void portal::tick(time_point now) {
  desk_.view.pass(now);
  desk_.wants.pass(now);
  desk_.keep_wishes(now);
}

std::optional<household> portal::take_household() {
  if (!desk_.wants.take_changed()) return {};
  news_ = true;
  return desk_.wants.wanted();
}

std::vector<event> portal::take_events() { return std::exchange(desk_.words, {}); }

std::vector<std::string> portal::take_ended(time_point people) {
  return desk_.door.take_ended(people);
}

std::shared_ptr<const std::string> portal::take_live(time_point now, time_point outside) {
  news_ |= desk_.view.take_news();
  auto text = live_.next(desk_.view, desk_.wants.wanted(), news_, now, outside);
  if (text) news_ = false;
  return text;
}

bool portal::take_look_at_standing() { return std::exchange(desk_.look_at_standing, false); }

}  // namespace hearth
