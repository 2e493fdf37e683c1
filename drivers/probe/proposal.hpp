#pragma once

#include "drivers/probe/finding.hpp"

#include <string>
#include <string_view>

/// Layout lines made of what a probe has found.
namespace hearth {

/// Whether this program has a model for it, with all the options it proposes and at least one of
/// the channels.
bool is_known(const proposed_device& device);

/// `buses:` and `devices:`, as `scada check` accepts them. What is only a guess, and what no model
/// is known for, stands there as a comment: nobody's relay moves on a guess.
std::string layout_lines(const probe_result& result);

/// A whole layout of one bus to begin a house with. The site must be one (a-z, 0-9, dashes).
std::string starter_layout(std::string_view site, std::string_view timezone,
                           const probe_result& result);

/// Any text as a name in a layout: letters, digits, '.', '_' and '-'; never empty.
std::string as_name(std::string_view text);

}  // namespace hearth
