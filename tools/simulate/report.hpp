#pragma once

#include "tools/simulate/record.hpp"

#include <filesystem>
#include <string>

/// A simulated run in the forms it is told in. All but the last are pure: one record, one text.
/// What each key, column and word means stands in docs/simulate/report.md.
namespace hearth::simulate {

/// For programs: the figures of the run, one key a line, in an order that never changes.
std::string summary_json(const run_record& r);

/// For spreadsheets and `parse_series`: one row a slot. A number that is not known is left empty.
std::string series_csv(const run_record& r);

/// For a terminal: a screenful at most.
std::string summary_text(const run_record& r);

/// For a household: one page that needs nothing but itself and a browser.
std::string report_html(const run_record& r);

/// Writes summary.json, series.csv and report.html into `folder`, which is made if need be. Each
/// appears whole or not at all; the fault says which could not be written, and why.
result<void> write_report(const std::filesystem::path& folder, const run_record& r);

}  // namespace hearth::simulate
