#pragma once

#include "drivers/web.hpp"
#include "protocol/time.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace hearth {

/// What stands behind the question mark of an address, read strictly: a parameter that nobody asks
/// for, one given twice and one out of bounds are faults of who wrote it. The first is told.
class parameters {
 public:
  explicit parameters(const web_request& asked) : query_{asked.query} {}

  /// As it stands there, at most `longest` bytes.
  std::optional<std::string> text(std::string_view name, std::size_t longest = 64);
  /// All of that name, at most `most` of them.
  std::vector<std::string> texts(std::string_view name, std::size_t most);
  /// A whole number without sign or sugar, within both bounds.
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t least, std::int64_t most);
  /// Unix milliseconds, of a year in which this program may run.
  std::optional<time_point> time(std::string_view name);
  /// One of these words.
  std::optional<std::string> one_of(std::string_view name,
                                    const std::vector<std::string_view>& words);
  /// Says that this was missing or wrong, for checks of the caller.
  void blame(std::string_view name, std::string why);

  /// Why it cannot be answered, once all that is known has been read: 422 with the parameter.
  [[nodiscard]] std::optional<web_response> wrong() const;

 private:
  std::optional<std::string> only(std::string_view name);

  const std::multimap<std::string, std::string>& query_;
  std::set<std::string, std::less<>> known_;
  std::string field_, why_;
};

/// From and to of a question about the past, and no more than this apart.
struct asked_window {
  time_point from, to;
};
std::optional<asked_window> window_of(parameters& given, duration longest);

/// A window of the past is no longer than this: a household's history lasts for decades at most.
inline constexpr duration longest_window = std::chrono::years{60};

}  // namespace hearth
