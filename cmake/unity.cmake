# SPDX-License-Identifier: Apache-2.0
#
# FLOWTELL_UNITY compiles the sources of a folder as one, which takes a quarter
# of the time: for the sanitizers' builds, clang-tidy and other processors
# (portability.sh), which see all of it anew. There the names that files keep to themselves must differ within their
# folder. What users run is compiled file by file, each with its own includes.
option(FLOWTELL_UNITY "Compile the sources of a folder as one" OFF)

# To be said in the folder of the target's CMakeLists.txt.
function(unite_folders target)
  if(NOT FLOWTELL_UNITY)
    return()
  endif()
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    get_filename_component(folder ${source} DIRECTORY)
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${folder})
  endforeach()
  set_target_properties(${target} PROPERTIES
    UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()
