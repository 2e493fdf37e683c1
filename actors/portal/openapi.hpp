#pragma once

#include <string_view>

namespace hearth {

/// `openapi.json`: the page's interface for programs, OpenAPI 3.1, as it was when this was built.
std::string_view openapi_text();

}  // namespace hearth
