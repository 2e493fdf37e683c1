// Weak stand-ins until the commands themselves land; they give way to any real definition.
#include "tools/scada/commands.hpp"

namespace hearth::tools {

__attribute__((weak)) void add_show(CLI::App&, int&) {}
__attribute__((weak)) void print_plan(const layout&) {}

}  // namespace hearth::tools
