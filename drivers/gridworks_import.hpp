#pragma once

#include "protocol/fault.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hearth {

/// A house of the GridWorks SCADA, as a layout of ours.
struct imported_layout {
  std::string yaml;                  ///< a layout that can be checked, with a comment for each gap
  std::vector<std::string> carried;  ///< names of channels that the layout has
  std::vector<std::string> left;     ///< one sentence for each thing that has no counterpart
};

/// From the text of a hardware-layout.json (github.com/thegridelectric/gridworks-scada): its relay
/// boards, 0–10 V outputs and eGauge meters. Every channel and component it has is either carried
/// over or named among what is left; whatever else the text holds, there is an answer or a fault.
/// `timezone`: an IANA name, which such a file does not tell.
result<imported_layout> import_gridworks(std::string_view json, std::string_view timezone);

}  // namespace hearth
