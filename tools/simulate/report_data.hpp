#pragma once

#include "tools/simulate/figures.hpp"
#include "tools/simulate/record.hpp"

#include <string>
#include <string_view>

/// What the plots of a report are drawn from, in few bytes: the page decodes it in its first
/// moments. `web/data.js` is the other end.
namespace hearth::simulate {

/// Store layers that a plot can tell apart; more are averaged.
inline constexpr std::size_t layers_shown = 16;

/// A column as base64. Each number is counted in steps of `finest`; what is written is the change
/// from the one before, zigzag, seven bits a byte, lowest first. A gap repeats the number before
/// it.
std::string packed(const column& numbers, double finest);

/// All of it as JSON that may stand inside a <script> element: no '<' in it ends one.
std::string report_data(const run_record& r, const local_clock& clock);

}  // namespace hearth::simulate
