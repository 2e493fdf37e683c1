#pragma once

#include <string_view>

/// The files of tools/simulate/web, which the build puts into the program.
namespace hearth::simulate {

extern const std::string_view page_template;  ///< HTML with places for text, as "{{name}}"
extern const std::string_view page_style;
extern const std::string_view page_script;

}  // namespace hearth::simulate
