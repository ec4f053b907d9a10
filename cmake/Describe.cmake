# Writes what PROGRAM says of itself to OUTPUT.
cmake_path(GET OUTPUT PARENT_PATH directory)
file(MAKE_DIRECTORY "${directory}")
execute_process(
  COMMAND "${PROGRAM}" describe "${FORM}"
  OUTPUT_FILE "${OUTPUT}.new"
  COMMAND_ERROR_IS_FATAL ANY)
file(RENAME "${OUTPUT}.new" "${OUTPUT}")
