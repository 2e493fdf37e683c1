#include "actors/bus.hpp"

#include <optional>

namespace hearth {
namespace {

bool nobody_there(fault_code code) {
  return code == fault_code::timeout || code == fault_code::disconnected;
}

std::string_view take_level(std::string_view& rest, bool& more) {
  const auto slash = rest.find('/');
  const auto level = rest.substr(0, slash);
  more = slash != std::string_view::npos;
  rest = more ? rest.substr(slash + 1) : std::string_view{};
  return level;
}

}  // namespace

std::vector<result<bus_answer>> carry_out(port& io, const std::vector<bus_request>& batch,
                                          const std::function<time_point()>& now) {
  auto answers = std::vector<result<bus_answer>>{};
  answers.reserve(batch.size());
  auto silence = std::optional<fault>{};
  for (const auto& request : batch) {
    if (silence) {
      answers.push_back(tl::make_unexpected(*silence));
      continue;
    }
    answers.push_back(io.transact(request, now()));
    if (!answers.back() && nobody_there(answers.back().error().code))
      silence = answers.back().error();
  }
  return answers;
}

bool topic_matches(std::string_view filter, std::string_view topic) {
  // What a broker says about itself is only for those who ask for it by name.
  if (topic.starts_with('$') && (filter.starts_with('+') || filter.starts_with('#'))) return false;
  auto more_filter = true;
  auto more_topic = true;
  while (more_filter && more_topic) {
    const auto wanted = take_level(filter, more_filter);
    if (wanted == "#") return true;
    const auto level = take_level(topic, more_topic);
    if (wanted != "+" && wanted != level) return false;
  }
  return more_filter == more_topic || (more_filter && filter == "#");
}

}  // namespace hearth
