# What `goru describe` writes: the manual page and what shells complete, at the places that an installation has.

if(NOT TARGET goru-cli)
  return()
endif()

set(GORU_DESCRIPTIONS "")

# goru_description(form file): share/<file> in the build tree.
function(goru_description form file)
  set(output "${PROJECT_BINARY_DIR}/share/${file}")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" "-DPROGRAM=$<TARGET_FILE:goru-cli>" "-DFORM=${form}" "-DOUTPUT=${output}"
      -P "${PROJECT_SOURCE_DIR}/cmake/Describe.cmake"
    DEPENDS goru-cli "${PROJECT_SOURCE_DIR}/cmake/Describe.cmake"
    VERBATIM)
  set(GORU_DESCRIPTIONS ${GORU_DESCRIPTIONS} "${output}" PARENT_SCOPE)
endfunction()

goru_description(man man/man1/goru.1)
goru_description(bash bash-completion/completions/goru)
goru_description(zsh zsh/site-functions/_goru)
goru_description(fish fish/vendor_completions.d/goru.fish)
add_custom_target(goru-descriptions ALL DEPENDS ${GORU_DESCRIPTIONS})
add_dependencies(goru-app goru-descriptions)
