# Puts the files of this folder into a source file, so that the program needs nothing beside it:
#   cmake -D WEB=<this folder> -D OUT=<file.cpp> -P embed.cmake
cmake_minimum_required(VERSION 3.25)

# Data first, the page that uses all of them last.
set(scripts data.js axes.js plot.js view.js page.js)

# A literal may hold 64 KiB by the standard: longer texts are told in parts, which the compiler joins.
function(literal out text)
  string(LENGTH "${text}" length)
  set(parts "")
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${text}" ${at} 12000 part)
    string(APPEND parts "R\"~hearth~(${part})~hearth~\"\n")
    math(EXPR at "${at} + 12000")
  endwhile()
  set(${out} "${parts}" PARENT_SCOPE)
endfunction()

set(script "")
foreach(name IN LISTS scripts)
  file(READ "${WEB}/${name}" text)
  string(APPEND script "${text}\n")
endforeach()
file(READ "${WEB}/report.css" style)
file(READ "${WEB}/report.html" page)
literal(script_literal "${script}")
literal(style_literal "${style}")
literal(page_literal "${page}")
file(WRITE "${OUT}" "#include \"tools/simulate/web.hpp\"

namespace hearth::simulate {

const std::string_view page_template = ${page_literal};
const std::string_view page_style = ${style_literal};
const std::string_view page_script = ${script_literal};

}  // namespace hearth::simulate
")
