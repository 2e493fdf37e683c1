#pragma once

#include "actors/node/node.hpp"

#include <string>

/// What `atn` prints: one line per message, for people or as JSON.
namespace hearth {

/// "12:00:05 ← maple-12  power  hp.power 7240 W"; ← from the house, → to the house.
std::string line_of(const envelope& e, direction way);
/// What the line says after the kind.
std::string text_of(const body& b);
/// {"direction": "up", "site": …, "kind": …, …, "body": {…}} on one line.
std::string json_of(const envelope& e, direction way);

/// The line of a message as it was heard: a repeat and one that was refused say so.
std::string line_of(const turn& t);
std::string json_of(const turn& t);

/// The lines of `atn sites` and `atn show`.
std::string sites_heading();
std::string summary_of(const site_memory& house, time_point now);
std::string page_of(const site_memory& house, time_point now);

}  // namespace hearth
