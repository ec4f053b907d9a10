# Runs PROGRAM (with ARGUMENT, if any) and fails unless it succeeds and prints what the file EXPECTED holds.
execute_process(COMMAND "${PROGRAM}" ${ARGUMENT} OUTPUT_VARIABLE actual ERROR_VARIABLE complaints RESULT_VARIABLE result)
file(READ "${EXPECTED}" expected)
if(NOT result EQUAL 0 OR NOT actual STREQUAL expected)
  message(FATAL_ERROR "exit code ${result}\n--- expected\n${expected}--- actual\n${actual}--- stderr\n${complaints}")
endif()
