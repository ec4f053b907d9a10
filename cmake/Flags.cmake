# How goru's own targets are compiled. Nothing of it reaches a consumer.

add_library(goru_flags INTERFACE)

if(GORU_DEVELOPER)
  target_compile_options(goru_flags INTERFACE
    -Werror
    -Wall -Wextra -Wpedantic
    -Wcast-align -Wcast-qual -Wconversion -Wsign-conversion -Wdouble-promotion
    -Wformat=2 -Wimplicit-fallthrough -Wmissing-declarations -Wshadow -Wunused -Wvla
    # Files in C, such as a guest's part that a fuzz target drives, know none of these.
    $<$<COMPILE_LANGUAGE:CXX>:-Wextra-semi -Wnon-virtual-dtor -Woverloaded-virtual -Wzero-as-null-pointer-constant>)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(goru_flags INTERFACE
      -Wduplicated-branches -Wduplicated-cond -Wlogical-op $<$<COMPILE_LANGUAGE:CXX>:-Wsuggest-override>
      # These see through inlining wrongly as soon as the optimiser or a sanitizer moves code.
      -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds)
  else()
    # The C++ library of GCC 12 uses what it has deprecated itself.
    target_compile_options(goru_flags INTERFACE -Wno-deprecated-declarations)
  endif()
endif()

# The host side faces hostile bytes, so what the compiler can check cheaply is checked in release as well.
target_compile_options(goru_flags INTERFACE -fstack-protector-strong)
target_compile_definitions(goru_flags INTERFACE
  _GNU_SOURCE
  $<$<NOT:$<CONFIG:Release>>:_GLIBCXX_ASSERTIONS>)
if(NOT GORU_SANITIZE)
  target_compile_options(goru_flags INTERFACE $<$<CONFIG:Release>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2>)
endif()
target_link_options(goru_flags INTERFACE
  $<$<NOT:$<STREQUAL:$<TARGET_PROPERTY:TYPE>,STATIC_LIBRARY>>:-Wl,-z,relro,-z,now>)

# Everything in the tree is built with the sanitizer, which is why it is not a property of a target.
if(GORU_SANITIZE)
  add_compile_options(-fsanitize=${GORU_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${GORU_SANITIZE})
  if(GORU_SANITIZE MATCHES "thread")
    add_library(goru_tsan OBJECT "${CMAKE_CURRENT_LIST_DIR}/tsan_suppressions.cpp")
    target_link_libraries(goru_flags INTERFACE
      $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:$<TARGET_OBJECTS:goru_tsan>>)
  endif()
endif()

if(CMAKE_GENERATOR STREQUAL "Ninja" AND GORU_DEVELOPER)
  add_compile_options(-fdiagnostics-color=auto)
endif()
