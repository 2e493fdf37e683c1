#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What was probably meant: the one "did you mean" of the program.
namespace hearth {

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate nearest to `word`, if one is so near that a slip of the finger explains it.
/// A difference of case alone is nearer than any other.
std::optional<std::string> nearest(std::string_view word,
                                   const std::vector<std::string>& candidates);

/// Whether a suggestion also lists the candidates when one of them is near.
enum class listing : unsigned char { when_none_is_near, always };

/// A hint: "did you mean 'power'?", "known are: a, b, c", or both; empty without candidates.
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates,
                       listing how);

/// The user's own text in single quotes, cut to a readable length and without control characters
/// (a terminal must not obey a layout file).
std::string in_quotes(std::string_view text);

}  // namespace hearth
