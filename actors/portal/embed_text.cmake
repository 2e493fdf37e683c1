# Puts a text file into a source file, so that the program needs nothing beside it:
#   cmake -D IN=<file> -D OUT=<file.cpp> -D NAME=<function> -D HEADER=<its header> -P embed_text.cmake
cmake_minimum_required(VERSION 3.25)
file(READ "${IN}" text)
string(LENGTH "${text}" length)
set(parts "")
set(at 0)
# A literal may hold 64 KiB by the standard: longer texts are told in parts, which the compiler joins.
while(at LESS length)
  string(SUBSTRING "${text}" ${at} 12000 part)
  string(APPEND parts "R\"~hearth~(${part})~hearth~\"\n")
  math(EXPR at "${at} + 12000")
endwhile()
file(WRITE "${OUT}" "#include \"${HEADER}\"

namespace hearth {

std::string_view ${NAME}() { return ${parts}; }

}  // namespace hearth
")
