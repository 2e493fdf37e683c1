#pragma once

#include "actors/record/decision.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hearth {

enum class likeness : unsigned char {
  same,             ///< to the last bit, and new
  renewed,          ///< the same, and no news: a command that goes on, a heartbeat
  shifted,          ///< the same command, renewed at another moment
  different,        ///< something else, or nothing, where there was something
  still_different,  ///< as it has been told before
  agrees_again,     ///< a command that differed no longer does
};
std::string_view to_text(likeness v);

/// What was decided then, and what is decided now. One of the two may be absent.
struct comparison {
  hearth::likeness likeness = likeness::same;
  std::optional<decision> was, now;
};

/// Holds what today's code decides against what was decided then, input by input. A command stands
/// until it expires, so that one which was renewed at another moment is no other decision, and one
/// that differs for an hour is told once. Pure.
class comparer {
 public:
  std::vector<comparison> compare(std::vector<decision> was, std::vector<decision> now,
                                  time_point at);

 private:
  struct standing {
    std::optional<decision> was, now;
    std::optional<std::pair<std::string, std::string>> told;  ///< the gists that differ
  };

  likeness judge(standing& s, const comparison& given, time_point at);

  std::map<std::string, standing> standing_;
};

}  // namespace hearth
