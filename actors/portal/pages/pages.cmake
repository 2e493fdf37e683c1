# Makes `page_source`, the household's page as a source file of the program. It is made on the machine
# that builds, whichever one it builds for: node and npm run here.

# No toolchain's root: these are this machine's.
find_program(NODE NAMES node nodejs NO_CMAKE_FIND_ROOT_PATH)
find_program(NPM npm NO_CMAKE_FIND_ROOT_PATH)
if(NOT NODE OR NOT NPM)
  message(FATAL_ERROR "the household's page is built with node (18 or newer) and npm: tools/install_packages.sh installs both")
endif()

set(pages "${PROJECT_SOURCE_DIR}/actors/portal/pages")
set(pages_work "${PROJECT_BINARY_DIR}/pages")
set(page_source "${PROJECT_BINARY_DIR}/generated/page_files.cpp")
file(GLOB_RECURSE pages_files CONFIGURE_DEPENDS "${pages}/src/*")

# What the lock file names, unpacked; fetched once, afterwards npm's own cache has it.
add_custom_command(OUTPUT "${pages_work}/installed" VERBATIM
  DEPENDS "${pages}/package.json" "${pages}/package-lock.json" "${pages}/install.cmake"
  COMMENT "The page's parts, from npm"
  COMMAND ${CMAKE_COMMAND} -D "NPM=${NPM}" -D "FROM=${pages}" -D "TO=${pages_work}" -P "${pages}/install.cmake")
add_custom_command(OUTPUT "${page_source}" "${pages_work}/sizes.json" VERBATIM
  DEPENDS "${pages_work}/installed" "${pages}/build.mjs" "${pages}/tsconfig.json" ${pages_files}
  COMMENT "The household's page"
  COMMAND "${NODE}" "${pages}/build.mjs" "${pages}" "${pages_work}" "${page_source}")
