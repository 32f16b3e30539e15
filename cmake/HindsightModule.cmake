# hindsight_module(), hindsight_test(): one call is the whole build description of a folder or of a test program.

include(${CMAKE_CURRENT_LIST_DIR}/HindsightArrows.cmake)

# One INTERFACE target carries warnings, assertions and sanitizers; every target of ours links it PRIVATE.
add_library(hindsight_flags INTERFACE)
target_compile_options(hindsight_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual -Wimplicit-fallthrough
  $<$<BOOL:${HINDSIGHT_WERROR}>:-Werror>)
target_compile_definitions(hindsight_flags INTERFACE $<$<BOOL:${HINDSIGHT_ASSERTIONS}>:_GLIBCXX_ASSERTIONS>)
if(HINDSIGHT_SANITIZE)
  target_compile_options(hindsight_flags INTERFACE -fsanitize=${HINDSIGHT_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(hindsight_flags INTERFACE -fsanitize=${HINDSIGHT_SANITIZE})
endif()

# hindsight_module(model/torch SOURCES a.cpp ... USES core model VENDORS PkgConfig::X ...)
# Builds the static library hindsight_model_torch from the current folder.
# Stops the configure step when USES names a folder that HindsightArrows.cmake does not allow.
function(hindsight_module folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;USES;VENDORS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "hindsight_module(${folder}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  foreach(used IN LISTS arg_USES)
    if(NOT used IN_LIST HINDSIGHT_MAY_USE_${folder})
      message(FATAL_ERROR "The arrow ${folder} -> ${used} is not in cmake/HindsightArrows.cmake "
                          "(${folder} may use: ${HINDSIGHT_MAY_USE_${folder}})")
    endif()
  endforeach()
  string(REPLACE "/" "_" name ${folder})
  add_library(hindsight_${name} STATIC ${arg_SOURCES})
  target_compile_features(hindsight_${name} PUBLIC cxx_std_20)
  target_include_directories(hindsight_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  set_target_properties(hindsight_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  foreach(used IN LISTS arg_USES)
    string(REPLACE "/" "_" used ${used})
    target_link_libraries(hindsight_${name} PUBLIC hindsight_${used})
  endforeach()
  target_link_libraries(hindsight_${name} PRIVATE hindsight_flags ${arg_VENDORS})
endfunction()

# hindsight_test(sampler SOURCES a_test.cpp ... LINKS hindsight_sampler ... LABELS threads slow)
# Builds the doctest program sampler_test and registers every test case with CTest under the given labels.
function(hindsight_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "SOURCES;LINKS;LABELS;ENVIRONMENT")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "hindsight_test(${name}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  if(HINDSIGHT_SANITIZE)
    math(EXPR arg_TIMEOUT "${arg_TIMEOUT} * 6")
  endif()
  add_executable(${name}_test ${arg_SOURCES})
  target_link_libraries(${name}_test PRIVATE hindsight_flags hindsight_test_support ${arg_LINKS})
  # What is measured and what takes long lies in the libraries.
  target_compile_options(${name}_test PRIVATE $<$<CONFIG:Release>:-O1>)
  add_test(NAME ${name} COMMAND ${name}_test)
  set_tests_properties(${name} PROPERTIES
    LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT} ENVIRONMENT "${arg_ENVIRONMENT}"
    SKIP_REGULAR_EXPRESSION "^SKIPPED: the whole program")
endfunction()
