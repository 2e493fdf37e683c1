#pragma once

#include "actors/node/site_memory.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// A memory as text and back: one JSON object per part, readable in any SQLite browser.
namespace hearth {

std::string text_of(const site_memory& house, memory_part part);

enum class parts_wanted : unsigned char { changed, all };
/// The parts to be stored, a boot each one of its own.
std::vector<stored_part> parts_of(const site_memory& house, parts_wanted wanted);

/// Reads one part into `house`. Nothing where it went well; else why it cannot be read.
std::optional<fault> read_part(site_memory& house, std::string_view part, std::string_view text);

/// What of one contract is settled, and back.
std::string text_of(const settled_contract& s);
result<settled_contract> settled_from(std::string_view text);

/// All there is to know of one house, one JSON object on one line.
std::string json_of(const site_memory& house, time_point now);
/// The line of `atn sites --json`.
std::string json_summary(const site_memory& house, time_point now);

}  // namespace hearth
