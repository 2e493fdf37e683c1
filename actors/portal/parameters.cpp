#include "actors/portal/parameters.hpp"

#include "actors/portal/json_answer.hpp"
#include "protocol/limits.hpp"

#include <algorithm>
#include <charconv>

namespace hearth {

void parameters::blame(std::string_view name, std::string why) {
  if (!why_.empty()) return;
  field_ = name;
  why_ = std::move(why);
}

std::optional<std::string> parameters::only(std::string_view name) {
  known_.emplace(name);
  const auto [first, last] = query_.equal_range(std::string{name});
  if (first == last) return {};
  if (std::next(first) != last) blame(name, "it is given twice");
  return first->second;
}

std::optional<std::string> parameters::text(std::string_view name, std::size_t longest) {
  auto given = only(name);
  if (given && (given->empty() || given->size() > longest)) {
    blame(name, "it has between 1 and " + std::to_string(longest) + " bytes");
    return {};
  }
  return given;
}

std::vector<std::string> parameters::texts(std::string_view name, std::size_t most) {
  known_.emplace(name);
  auto all = std::vector<std::string>{};
  const auto [first, last] = query_.equal_range(std::string{name});
  for (auto each = first; each != last; ++each) all.push_back(each->second);
  if (all.size() > most) {
    blame(name, "at most " + std::to_string(most) + " at a time");
    all.resize(most);
  }
  return all;
}

std::optional<std::int64_t> parameters::integer(std::string_view name, std::int64_t least,
                                                std::int64_t most) {
  const auto given = only(name);
  if (!given) return {};
  auto number = std::int64_t{};
  const auto* end = given->data() + given->size();
  const auto [stopped, failure] = std::from_chars(given->data(), end, number);
  if (failure != std::errc{} || stopped != end || number < least || number > most) {
    blame(name, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return {};
  }
  return number;
}

std::optional<time_point> parameters::time(std::string_view name) {
  const auto ms = integer(name, 0, limits::latest_date.time_since_epoch().count());
  if (!ms) return {};
  return time_point{duration{*ms}};
}

std::optional<std::string> parameters::one_of(std::string_view name,
                                              const std::vector<std::string_view>& words) {
  auto given = only(name);
  if (!given || std::ranges::find(words, *given) != words.end()) return given;
  auto all = std::string{};
  for (const auto& word : words) all += (all.empty() ? "" : ", ") + std::string{word};
  blame(name, "one of " + all);
  return {};
}

std::optional<web_response> parameters::wrong() const {
  if (!why_.empty()) return problem(422, why_, field_);
  for (const auto& [name, value] : query_)
    if (!known_.contains(name)) return problem(422, "nobody asks for this parameter", name);
  return {};
}

std::optional<asked_window> window_of(parameters& given, duration longest) {
  const auto from = given.time("from_ms");
  const auto to = given.time("to_ms");
  if (!from) given.blame("from_ms", "it is missing");
  if (!to) given.blame("to_ms", "it is missing");
  if (!from || !to) return {};
  if (*to <= *from) {
    given.blame("to_ms", "it comes before from_ms");
    return {};
  }
  if (*to - *from > longest) {
    given.blame("to_ms", "at most " + to_text(longest) + " at a time");
    return {};
  }
  return asked_window{*from, *to};
}

}  // namespace hearth
