#pragma once

#include "actors/history/history_words.hpp"
#include "drivers/web.hpp"

#include <nlohmann/json.hpp>

#include <string>

/// What is known of the past, as the pages are told it.
namespace hearth {

/// Written by hand: a hundred thousand numbers need no tree.
std::string history_json_text(const history_answer& all);
/// A table: first the time, ISO 8601 in UTC, then a column per channel.
std::string history_csv_text(const history_answer& all);

nlohmann::json item_json(const chronicle_item& item);
nlohmann::json page_json(const chronicle_page& page);
nlohmann::json moment_json(const moment_answer& known);
nlohmann::json money_json(const money_answer& all);

}  // namespace hearth
