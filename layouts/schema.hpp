#pragma once

#include "layouts/model.hpp"

#include <string>

namespace hearth {

/// The JSON Schema (draft 2020-12) of layouts, for editors: completion, help on hover and red lines
/// while typing. It says what the rows of keys.hpp and the catalog say; what needs the whole
/// file (that a channel exists, that an address is free) only `scada check` knows.
std::string json_schema(const catalog& known);

}  // namespace hearth
