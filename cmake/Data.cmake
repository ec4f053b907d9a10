# The image `data`: Python 3.13 with native packages built in (language/python/extensions). Minutes of work that the other images
# do without: the target goru-data, which nothing else needs.

if(NOT TARGET goru-image OR NOT TARGET goru-cli)
  return()
endif()

set(extensions "${PROJECT_SOURCE_DIR}/language/python/extensions")
set(data_archives "")
set(data_imports "")

# goru_extension(name): compiles the package of a recipe.
function(goru_extension name)
  file(READ "${extensions}/${name}/recipe.json" recipe)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${extensions}/${name}/recipe.json")
  # What it is made from counts by its hash, and is fetched when it is compiled.
  set(salt "")
  string(JSON count LENGTH "${recipe}" sources)
  math(EXPR last "${count} - 1")
  foreach(i RANGE ${last})
    string(JSON source GET "${recipe}" sources ${i})
    file(STRINGS "${PROJECT_SOURCE_DIR}/third_party/versions.txt" line REGEX "^${source} ")
    list(APPEND salt "${line}")
  endforeach()
  cmake_path(GET GORU_FETCHED_wasi-libc FILENAME libc)
  file(GLOB inputs CONFIGURE_DEPENDS "${extensions}/*.py" "${extensions}/${name}/*")
  set(archive "${work}/python-3.13-${name}.tar")
  goru_cached_command(
    NAME "python-3.13-${name}.tar"
    OUTPUT "${archive}"
    INPUTS ${inputs} "${work}/python-3.13-interpreter.tar"
    SALT ${salt} "${libc}"
    VERSION_OF clang-22 llvm-ar-22
    SLOW
    COMMAND "${Python3_EXECUTABLE}" "${extensions}/build_extension.py" "${extensions}/${name}"
      "${work}/python-3.13-interpreter.tar" "${GORU_FETCHED_wasi-libc}/usr" "${archive}")
  string(JSON count LENGTH "${recipe}" imports)
  math(EXPR last "${count} - 1")
  foreach(i RANGE ${last})
    string(JSON module GET "${recipe}" imports ${i})
    list(APPEND data_imports "${module}")
  endforeach()
  set(data_archives ${data_archives} "${archive}" PARENT_SCOPE)
  set(data_imports ${data_imports} PARENT_SCOPE)
endfunction()

foreach(name IN ITEMS numpy)
  goru_extension(${name})
endforeach()

set(python "${PROJECT_SOURCE_DIR}/language/python/3.13")
file(GLOB inputs CONFIGURE_DEPENDS
  "${python}/build_guest.sh" "${python}/extensions.c" "${python}/shim/*" "${PROJECT_SOURCE_DIR}/language/shim/*")
goru_cached_command(
  NAME python-3.13-data.wasm
  OUTPUT "${work}/python-3.13-data.wasm"
  INPUTS ${inputs} "${work}/python-3.13-interpreter.tar" ${data_archives}
  SALT ${fetched}
  VERSION_OF clang-22 wasm-ld-22 wasm-opt
  SLOW
  COMMAND bash "${python}/build_guest.sh" "${work}/python-3.13-interpreter.tar" "${GORU_FETCHED_wasi-libc}/usr"
    "${GORU_FETCHED_audioop}/audioop" "${work}/python-3.13-data.wasm" ${data_archives})

# The guest with the packages' modules, without their Python files: what the image starts from.
set(data_base "${work}/python-3.13-data.img")
goru_cached_command(
  NAME python-3.13-data.img
  OUTPUT "${data_base}"
  INPUTS "${python}/image.json" "${work}/python-3.13-data.wasm" ${prelude} ${builder}
  SALT "wasmtime ${GORU_WASMTIME_VERSION}"
  DEPENDS goru-image
  SLOW
  COMMAND "$<TARGET_FILE:goru-image>" build "${python}/image.json" "${work}/python-3.13-data.wasm" "${data_base}" ${prelude})

set(data_image "${GORU_IMAGES_DIR}/data.img")
file(GLOB_RECURSE data_builder CONFIGURE_DEPENDS
  "${PROJECT_SOURCE_DIR}/src/executor/packages/*.[ch]pp" "${PROJECT_SOURCE_DIR}/src/cli/image.cpp")
list(JOIN data_imports "," imports)
goru_cached_command(
  NAME data.img
  OUTPUT "${data_image}"
  INPUTS "${data_base}" "${extensions}/build_image.py" ${data_archives} ${data_builder} ${builder}
  SALT "imports ${imports}"
  DEPENDS goru-cli
  SLOW
  COMMAND "${Python3_EXECUTABLE}" "${extensions}/build_image.py" "$<TARGET_FILE:goru-cli>" "${data_base}" "${data_image}"
    "${imports}" ${data_archives})
add_custom_target(goru-data DEPENDS "${data_image}")
set(GORU_DATA_IMAGE "${data_image}")
