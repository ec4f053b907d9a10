# Installs the build into a fresh directory, moves it, and lets the consumer find, build and run against it.

function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(REMOVE_RECURSE "${WORK}")
run("${CMAKE_COMMAND}" --install "${BUILD}" --config "${CONFIG}" --prefix "${WORK}/first")
# An installation is relocatable.
file(RENAME "${WORK}/first" "${WORK}/prefix")

# Every text that the list of licences names came along.
set(doc "${WORK}/prefix/share/doc/goru")
file(READ "${doc}/LICENSES.md" list)
string(REGEX MATCHALL "`licenses/[^`]*`" named "${list}")
foreach(name IN LISTS named ITEMS LICENSE)
  string(REPLACE "`" "" name "${name}")
  string(REGEX REPLACE "/$" "" name "${name}")
  file(GLOB found "${doc}/${name}")
  if(NOT found)
    message(FATAL_ERROR "${name} is not installed")
  endif()
endforeach()

run("${WORK}/prefix/bin/goru" --version)
run("${WORK}/prefix/bin/goru" -l python -c "print(1+1)")
run("${WORK}/prefix/bin/goru" -l js -c "console.log(1+1)")

run("${CMAKE_COMMAND}" -S "${CONSUMER}" -B "${WORK}/build" -G "${GENERATOR}" "-DCMAKE_CXX_COMPILER=${CXX}"
  "-DCMAKE_BUILD_TYPE=${CONFIG}" "-DCMAKE_PREFIX_PATH=${WORK}/prefix")
run("${CMAKE_COMMAND}" --build "${WORK}/build")
run("${WORK}/build/consumer")
file(REMOVE_RECURSE "${WORK}")
