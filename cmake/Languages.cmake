# The languages that goru comes with, from their recipes: generated/shipped_languages.inc, which src/executor/language.cpp
# includes. The first one of a name is what that name means.

set(GORU_RECIPES "")
foreach(folder python/3.13 python/3.12 javascript typescript)
  list(APPEND GORU_RECIPES "${PROJECT_SOURCE_DIR}/language/${folder}/image.json")
endforeach()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${GORU_RECIPES})

# goru_recipe_text(result recipe member): a member that is text; empty where there is none.
function(goru_recipe_text result recipe member)
  string(JSON text ERROR_VARIABLE missing GET "${recipe}" ${member})
  if(missing)
    set(text "")
  endif()
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

# goru_recipe_words(result recipe member): a member that is a list of texts, each as a string of C++.
function(goru_recipe_words result recipe member)
  set(words "")
  string(JSON count ERROR_VARIABLE missing LENGTH "${recipe}" ${member})
  if(NOT missing AND count GREATER 0)
    math(EXPR last "${count} - 1")
    foreach(i RANGE ${last})
      string(JSON word GET "${recipe}" ${member} ${i})
      string(APPEND words "\"${word}\", ")
    endforeach()
  endif()
  set(${result} "${words}" PARENT_SCOPE)
endfunction()

set(table "")
foreach(file IN LISTS GORU_RECIPES)
  file(READ "${file}" recipe)
  goru_recipe_text(language "${recipe}" language)
  goru_recipe_text(variant "${recipe}" variant)
  goru_recipe_words(names "${recipe}" names)
  goru_recipe_words(suffixes "${recipe}" suffixes)
  string(APPEND table "{\"${language}\", \"${variant}\", {${names}}, {${suffixes}}},\n")
endforeach()
file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/generated/shipped_languages.inc" CONTENT "${table}" @ONLY)
