#include "actors/record/decision.hpp"

#include "actors/record/log_words.hpp"

namespace hearth {

std::vector<decision> in_words(const dispatcher::decisions& decided, const layout& house,
                               time_point input) {
  auto out = std::vector<decision>{};
  for (const auto& c : decided.commands)
    out.push_back(log_words::command_from(log_words::of(c, house, input), input));
  for (const auto& s : decided.statements)
    out.push_back(log_words::statement_from(log_words::of(s)));
  return out;
}

}  // namespace hearth
