# Every third-party library is found here, once.

find_package(fmt REQUIRED)
find_package(Threads REQUIRED)

# Header-only (JSON, hash), kept in the tree so that core/ and model/ build where only libtorch and fmt are installed.
add_library(vendored_headers INTERFACE)
target_include_directories(vendored_headers SYSTEM INTERFACE ${PROJECT_SOURCE_DIR}/third_party)

if(HINDSIGHT_ONLY STREQUAL "fuzz")
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(FFMPEG REQUIRED IMPORTED_TARGET libavformat libavcodec libavfilter libavutil libswscale)
  return()
endif()

# libtorch's own package file brings include paths, definitions and the CUDA libraries where it was built with them.
find_package(Torch REQUIRED)
message(STATUS "libtorch ${Torch_VERSION}")

if(NOT HINDSIGHT_ONLY)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(FFMPEG REQUIRED IMPORTED_TARGET libavformat libavcodec libavfilter libavutil libswscale)
  pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3>=3.38)
  find_package(CLI11 REQUIRED)
endif()

if(HINDSIGHT_BUILD_TESTS)
  find_package(doctest REQUIRED)
endif()
