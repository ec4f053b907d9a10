# goru::wasmtime, the Wasmtime C API, and GORU_WASMTIME_RUNTIME, the shared library to ship (empty when static).
#
# The release build has no SONAME: it is linked and shipped under a name of our own, so that it never meets another
# Wasmtime on the machine. It lies at the same place relative to the images in the build tree and in an installation.

set(GORU_WASMTIME_RUNTIME "")
set(static "")

if(GORU_WASMTIME_ROOT)
  set(include "${GORU_WASMTIME_ROOT}/include")
  if(NOT EXISTS "${include}/wasmtime.h")
    message(FATAL_ERROR "GORU_WASMTIME_ROOT: ${include}/wasmtime.h does not exist")
  endif()
  set(library "${GORU_WASMTIME_ROOT}/lib/libwasmtime.so")
  if(NOT EXISTS "${library}")
    set(library "")
    set(static "${GORU_WASMTIME_ROOT}/lib/libwasmtime.a")
    if(NOT EXISTS "${static}")
      message(FATAL_ERROR "GORU_WASMTIME_ROOT: neither lib/libwasmtime.so nor lib/libwasmtime.a exists in it")
    endif()
  endif()
else()
  set(library "${GORU_FETCHED_wasmtime}/wasmtime/linux-x86_64/_libwasmtime.so")
  set(include "${PROJECT_BINARY_DIR}/wasmtime/include")
  # The crate's own script writes conf.h; its default features are those of the official release.
  set(headers "${GORU_FETCHED_wasmtime-headers}")
  set(stamp "${PROJECT_BINARY_DIR}/wasmtime/headers.txt")
  set(done "")
  if(EXISTS "${stamp}")
    file(READ "${stamp}" done)
  endif()
  if(NOT done STREQUAL headers)
    file(REMOVE_RECURSE "${PROJECT_BINARY_DIR}/wasmtime")
    execute_process(
      COMMAND "${CMAKE_COMMAND}" "-DCMAKE_INSTALL_PREFIX=${PROJECT_BINARY_DIR}/wasmtime"
        -P "${headers}/cmake/install-headers.cmake"
      WORKING_DIRECTORY "${headers}"
      OUTPUT_QUIET ERROR_QUIET
      COMMAND_ERROR_IS_FATAL ANY)
    file(WRITE "${stamp}" "${headers}")
  endif()
endif()

file(STRINGS "${include}/wasmtime.h" version REGEX "^#define WASMTIME_VERSION \"")
string(REGEX REPLACE ".*\"(.*)\".*" "\\1" GORU_WASMTIME_VERSION "${version}")
message(STATUS "Wasmtime ${GORU_WASMTIME_VERSION}")

if(static)
  add_library(goru_wasmtime STATIC IMPORTED GLOBAL)
  set_target_properties(goru_wasmtime PROPERTIES
    IMPORTED_LOCATION "${static}"
    INTERFACE_LINK_LIBRARIES "${CMAKE_DL_LIBS};m;pthread")
else()
  set(GORU_WASMTIME_RUNTIME "${PROJECT_BINARY_DIR}/lib/goru/libgoru-wasmtime.so")
  file(SHA256 "${library}" hash)
  set(stamp "${PROJECT_BINARY_DIR}/wasmtime/library.txt")
  set(done "")
  if(EXISTS "${stamp}" AND EXISTS "${GORU_WASMTIME_RUNTIME}")
    file(READ "${stamp}" done)
  endif()
  if(NOT done STREQUAL hash)
    file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/lib/goru")
    # A new file and not a new content: a running program has the old one mapped.
    file(REMOVE "${GORU_WASMTIME_RUNTIME}")
    file(COPY_FILE "${library}" "${GORU_WASMTIME_RUNTIME}")
    file(CHMOD "${GORU_WASMTIME_RUNTIME}" PERMISSIONS
      OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
    file(WRITE "${stamp}" "${hash}")
  endif()
  add_library(goru_wasmtime SHARED IMPORTED GLOBAL)
  set_target_properties(goru_wasmtime PROPERTIES
    IMPORTED_LOCATION "${GORU_WASMTIME_RUNTIME}"
    IMPORTED_NO_SONAME TRUE)
  # Programs name it only where they call it themselves: the library loads it when it is needed. What is instrumented has it
  # loaded at its start, since a sanitizer's dlopen does not know the program's run path.
  if(NOT GORU_SANITIZE)
    add_link_options(LINKER:--as-needed)
  endif()
endif()
target_include_directories(goru_wasmtime SYSTEM INTERFACE "${include}")
add_library(goru::wasmtime ALIAS goru_wasmtime)
