# SPDX-License-Identifier: Apache-2.0
#
# The warnings every target of ours is built with; errors in the `dev` preset.
# GCC 12 sees overlaps in std::string where there are none (its PR 105651), so
# -Wrestrict is off.
option(FLOWTELL_WERROR "Treat warnings as errors" OFF)

add_library(project_warnings INTERFACE)
target_compile_options(project_warnings INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wold-style-cast -Wcast-align
  -Wimplicit-fallthrough
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  $<$<BOOL:${FLOWTELL_WERROR}>:-Werror>)
