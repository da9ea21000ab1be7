# SPDX-License-Identifier: Apache-2.0
#
# The warnings of all targets; errors in the `dev` preset. -Wrestrict is off,
# since GCC 12 reports false overlaps in std::string (its PR 105651).
option(FLOWTELL_WERROR "Treat warnings as errors" OFF)

add_library(project_warnings INTERFACE)
target_compile_options(project_warnings INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wold-style-cast -Wcast-align
  -Wimplicit-fallthrough
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  $<$<BOOL:${FLOWTELL_WERROR}>:-Werror>)
