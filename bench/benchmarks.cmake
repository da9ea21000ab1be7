# SPDX-License-Identifier: Apache-2.0
#
# What bench/ needs built; docs/performance.md says what it is for.
find_package(benchmark REQUIRED)

foreach(name IN ITEMS big_capture forest_bench stages)
  add_executable(${name} bench/${name}.cc)
  target_link_libraries(${name} PRIVATE libflowtell project_warnings)
endforeach()
target_link_libraries(stages PRIVATE benchmark::benchmark)

add_executable(limits bench/limits.cc)
target_link_libraries(limits PRIVATE PkgConfig::pcap project_warnings)
