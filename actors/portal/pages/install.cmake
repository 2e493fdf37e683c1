# Unpacks what a lock file names: cmake -D NPM=… -D FROM=<folder of package.json> -D TO=<folder> -P install.cmake
file(MAKE_DIRECTORY "${TO}")
foreach(name package.json package-lock.json)
  configure_file("${FROM}/${name}" "${TO}/${name}" COPYONLY)
endforeach()
# No script of a package runs: what is fetched is only read, and esbuild brings its program along.
execute_process(COMMAND "${NPM}" ci --prefer-offline --no-audit --no-fund --no-update-notifier --ignore-scripts
  WORKING_DIRECTORY "${TO}" RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(failed)
  message("${said}")
  message(FATAL_ERROR "npm could not fetch what ${FROM}/package-lock.json names (see above). "
    "If its registry cannot be reached: build once where it can (npm keeps what it fetched in ~/.npm, which also "
    "may be copied from another machine), or name a mirror with `npm config set registry URL`.")
endif()
file(TOUCH "${TO}/installed")
