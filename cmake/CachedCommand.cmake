# goru_cached_command(OUTPUT file NAME name INPUTS files... [DEPENDS targets...] [SALT texts...] [VERSION_OF programs...]
#                     [SLOW] COMMAND command...)
#
# A custom command whose result is kept in the per-user cache under the hash of its inputs (contents, not times), the
# salts and the versions of the programs, so that all presets and checkouts share it. DEPENDS are built first but are
# not part of the key. SLOW commands say how far they are, and what they say is shown while they run.
function(goru_cached_command)
  cmake_parse_arguments(PARSE_ARGV 0 arg "SLOW" "OUTPUT;NAME" "INPUTS;DEPENDS;SALT;VERSION_OF;COMMAND")
  set(options "")
  foreach(text IN LISTS arg_SALT)
    list(APPEND options --salt "${text}")
  endforeach()
  foreach(program IN LISTS arg_VERSION_OF)
    list(APPEND options --version-of "${program}")
  endforeach()
  foreach(input IN LISTS arg_INPUTS)
    list(APPEND options --input "${input}")
  endforeach()
  set(terminal "")
  set(time "some seconds")
  if(arg_SLOW)
    set(terminal USES_TERMINAL)
    set(time "some minutes")
  endif()
  add_custom_command(
    OUTPUT "${arg_OUTPUT}"
    COMMAND "${Python3_EXECUTABLE}" "${PROJECT_SOURCE_DIR}/scripts/cached.py"
      --name "${arg_NAME}" --root "${PROJECT_SOURCE_DIR}" --output "${arg_OUTPUT}" ${options} -- ${arg_COMMAND}
    DEPENDS ${arg_INPUTS} ${arg_DEPENDS} "${PROJECT_SOURCE_DIR}/scripts/cached.py"
    COMMENT "Making ${arg_NAME}, ${time} unless the cache has it"
    ${terminal}
    VERBATIM)
endfunction()
