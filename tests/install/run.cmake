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

# What a command does without is not loaded.
function(loads result)
  execute_process(COMMAND "${CMAKE_COMMAND}" -E env LD_DEBUG=files "${WORK}/prefix/bin/goru" ${ARGN}
    OUTPUT_QUIET ERROR_VARIABLE loaded COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "calling init: [^\n]*" loaded "${loaded}")
  set(${result} "${loaded}" PARENT_SCOPE)
endfunction()
loads(loaded --version)
if(NOT loaded MATCHES "libc\\.so" OR loaded MATCHES "libgoru-wasmtime|libedit")
  message(FATAL_ERROR "goru --version loads ${loaded}")
endif()
loads(loaded --engine wasmtime -l js -c 1)
if(NOT loaded MATCHES "libgoru-wasmtime" OR loaded MATCHES "libedit")
  message(FATAL_ERROR "goru -l js on Wasmtime loads ${loaded}")
endif()

run("${WORK}/prefix/bin/goru" --version)
run("${WORK}/prefix/bin/goru" -l python -c "print(1+1)")
run("${WORK}/prefix/bin/goru" -l js -c "console.log(1+1)")

run("${CMAKE_COMMAND}" -S "${CONSUMER}" -B "${WORK}/build" -G "${GENERATOR}" "-DCMAKE_CXX_COMPILER=${CXX}"
  "-DCMAKE_BUILD_TYPE=${CONFIG}" "-DCMAKE_PREFIX_PATH=${WORK}/prefix")
run("${CMAKE_COMMAND}" --build "${WORK}/build")
run("${WORK}/build/consumer")

# Without its engine it says so.
file(GLOB_RECURSE engine "${WORK}/prefix/libgoru-wasmtime.so")
if(engine)
  file(REMOVE ${engine})
  execute_process(COMMAND "${WORK}/prefix/bin/goru" -l js -c 1 RESULT_VARIABLE code ERROR_VARIABLE said)
  if(NOT code EQUAL 125 OR NOT said MATCHES "libgoru-wasmtime\\.so: cannot open shared object file")
    message(FATAL_ERROR "goru without its engine ends with ${code}: ${said}")
  endif()
  run("${WORK}/prefix/bin/goru" --version)
endif()
file(REMOVE_RECURSE "${WORK}")
