# What Debian wants of a package beyond an installation. CPack calls it when the files lie in CPACK_TEMPORARY_INSTALL_DIRECTORY.

set(usr "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr")
set(doc "${usr}/share/doc/goru")

function(compress file)
  execute_process(COMMAND gzip -9n "${file}" COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# Installed as a file, and so not stripped with the targets.
file(GLOB engine "${usr}/lib/goru/*.so" "${usr}/lib/*/goru/*.so")
if(engine)
  execute_process(COMMAND strip --strip-unneeded ${engine} COMMAND_ERROR_IS_FATAL ANY)
endif()

# Packages' completions have a place of their own in zsh.
file(MAKE_DIRECTORY "${usr}/share/zsh/vendor-completions")
file(RENAME "${usr}/share/zsh/site-functions/_goru" "${usr}/share/zsh/vendor-completions/_goru")
file(REMOVE_RECURSE "${usr}/share/zsh/site-functions")

compress("${usr}/share/man/man1/goru.1")

# One file has the terms, and says where those of others are.
file(READ "${doc}/LICENSES.md" shipped)
string(REGEX REPLACE "^# Licences\n+" "" shipped "${shipped}")
string(REPLACE "\n" "\n " shipped "${shipped}")
string(REPLACE "\n \n" "\n .\n" shipped "${shipped}")
string(STRIP "${shipped}" shipped)
configure_file("${CPACK_GORU_PACKAGING}/copyright.in" "${doc}/copyright" @ONLY)
file(REMOVE "${doc}/LICENSE")

execute_process(
  COMMAND date -R -u -d "${CPACK_GORU_DATE}"
  OUTPUT_VARIABLE date OUTPUT_STRIP_TRAILING_WHITESPACE
  COMMAND_ERROR_IS_FATAL ANY)
file(WRITE "${doc}/changelog"
  "goru (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium\n\n  * docs/CHANGELOG.md of the sources says what is new.\n\n"
  " -- ${CPACK_GORU_CONTACT}  ${date}\n")
compress("${doc}/changelog")

file(MAKE_DIRECTORY "${usr}/share/lintian/overrides")
file(COPY_FILE "${CPACK_GORU_PACKAGING}/lintian-overrides" "${usr}/share/lintian/overrides/goru")

# What was configured or compiled by a user with another umask.
file(GLOB_RECURSE files LIST_DIRECTORIES true "${usr}/*")
foreach(file IN LISTS files)
  if(IS_SYMLINK "${file}")
    continue()
  endif()
  set(mode OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
  if(IS_DIRECTORY "${file}" OR file MATCHES "/bin/[^/]*$")
    list(APPEND mode OWNER_EXECUTE GROUP_EXECUTE WORLD_EXECUTE)
  endif()
  file(CHMOD "${file}" PERMISSIONS ${mode})
endforeach()
