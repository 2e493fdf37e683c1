#pragma once

#include "drivers/driver.hpp"

#include <string_view>
#include <vector>

namespace hearth {

/// Every device model Hearth knows, one line each. An explicit list: what is not named here
/// does not exist, and no linker can drop it.
const std::vector<model>& models();

/// Null if there is no such model.
const model* find_model(std::string_view name);
using model_finder = const model* (*)(std::string_view name);

/// What the layout parser needs to know: all buses and models.
const catalog& known_catalog();

}  // namespace hearth
