# `make package`: a Debian package of the installation. What only a package has is in packaging/.

if(NOT TARGET goru-cli)
  return()
endif()

# Who answers for the package: whoever makes one for others says so.
set(GORU_PACKAGE_CONTACT "goru <noreply@goru.invalid>" CACHE STRING "The maintainer that the Debian package names")
set(GORU_PACKAGE_COMPRESSION "xz" CACHE STRING "How the Debian package is compressed: xz, gzip, zstd, none")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME goru)
set(CPACK_PACKAGE_CONTACT "${GORU_PACKAGE_CONTACT}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "untrusted Python and JavaScript in a WebAssembly sandbox")
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_PACKAGE_DIRECTORY "${PROJECT_BINARY_DIR}/package")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_VERBATIM_VARIABLES ON)
# Symbols of the program and of the library. The guests' shared objects are data, and sealed with their hashes.
set(CPACK_STRIP_FILES ON)
set(CPACK_THREADS 0)
set(CPACK_MONOLITHIC_INSTALL ON)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE "${GORU_PACKAGE_COMPRESSION}")
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
file(READ "${PROJECT_SOURCE_DIR}/packaging/description.txt" CPACK_DEBIAN_PACKAGE_DESCRIPTION)
string(STRIP "${CPACK_DEBIAN_PACKAGE_DESCRIPTION}" CPACK_DEBIAN_PACKAGE_DESCRIPTION)

# What is linked is found by dpkg-shlibdeps. What is loaded when it is needed it cannot see: `http`, `kv` files, `goru repl`,
# and `goru deps`, which reads wheels.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libcurl4, libedit2, libsqlite3-0, libzip4 | libzip5, libssl3")
# pip chooses packages; certificates are for https.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates, python3-pip")
# A C++ program that links the library.
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "nlohmann-json3-dev")

set(GORU_PACKAGING "${PROJECT_SOURCE_DIR}/packaging")
set(CPACK_GORU_PACKAGING "${GORU_PACKAGING}")
set(CPACK_GORU_DATE "${GORU_VERSION_DATE}")
set(CPACK_GORU_CONTACT "${GORU_PACKAGE_CONTACT}")
set(CPACK_PRE_BUILD_SCRIPTS "${GORU_PACKAGING}/stage.cmake")
include(CPack)
