# The build tree is laid out as an installation: bin/, lib/goru/, share/goru/images/. So programs have one and the same
# relative run path in both, and nothing has to be edited on the way. (A build run path that CMake replaces at install
# time is padded with empty entries, which the loader takes for the current directory.)

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib")
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib")

set(CMAKE_BUILD_WITH_INSTALL_RPATH ON)
set(CMAKE_INSTALL_RPATH "$ORIGIN/../lib/goru")
file(RELATIVE_PATH to_lib "${CMAKE_INSTALL_FULL_BINDIR}" "${CMAKE_INSTALL_FULL_LIBDIR}")
if(NOT to_lib STREQUAL "../lib")
  list(APPEND CMAKE_INSTALL_RPATH "$ORIGIN/${to_lib}/goru")
endif()
if(BUILD_SHARED_LIBS)
  list(APPEND CMAKE_INSTALL_RPATH "$ORIGIN/../lib" "$ORIGIN/${to_lib}")
  list(REMOVE_DUPLICATES CMAKE_INSTALL_RPATH)
endif()
