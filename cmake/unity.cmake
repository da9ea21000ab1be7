# SPDX-License-Identifier: Apache-2.0
#
# FLOWTELL_UNITY compiles the sources of a folder as one, in a quarter of the
# time. File-local names must then be unique in their folder. The preset `dev`
# compiles file by file: a changed file is built sooner, and each file is checked
# to include what it uses.
option(FLOWTELL_UNITY "Compile the sources of a folder as one" ON)

# Call it in the folder of the target's CMakeLists.txt.
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
