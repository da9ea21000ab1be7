# SPDX-License-Identifier: Apache-2.0
#
# The programs of bench/; docs/performance.md explains their use.
find_package(benchmark REQUIRED)

foreach(name IN ITEMS big_capture forest_bench forest_memory stages)
  add_executable(${name} bench/${name}.cc)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE libflowtell project_warnings)
endforeach()
target_link_libraries(stages PRIVATE benchmark::benchmark)

add_executable(limits bench/limits.cc)
target_link_libraries(limits PRIVATE PkgConfig::pcap project_warnings)

find_path(ALGLIB_INCLUDE libalglib/dataanalysis.h
          DOC "ALGLIB (Debian: libalglib-dev)")
find_library(ALGLIB alglib)
if(ALGLIB_INCLUDE AND ALGLIB)
  add_executable(alglib_forest bench/alglib_forest.cc)
  target_include_directories(alglib_forest PRIVATE ${CMAKE_SOURCE_DIR})
  target_include_directories(alglib_forest SYSTEM PRIVATE ${ALGLIB_INCLUDE})
  target_link_libraries(alglib_forest
    PRIVATE libflowtell ${ALGLIB} project_warnings)
endif()
