# SPDX-License-Identifier: Apache-2.0
#
# Every machine must compute the same bits: a model trained on one is used, and
# made again, on others (docs/portability.md).
include(CheckCXXSourceCompiles)

# No fused multiply-add: it rounds once where others round twice.
set(FLOWTELL_SAME_BITS -ffp-contract=off)

# The old floating-point unit of 32-bit x86 computes with 64 bits of fraction
# where others have 53, and rounds when it runs out of registers. SSE2 is there
# on every such processor since 2003.
check_cxx_source_compiles("
#ifndef __i386__
#error another machine
#endif
int main() {}" FLOWTELL_IS_X86_32)
if(FLOWTELL_IS_X86_32)
  list(APPEND FLOWTELL_SAME_BITS -msse2 -mfpmath=sse)
endif()

# Captures may be larger than 32 bits can tell.
if(CMAKE_SIZEOF_VOID_P EQUAL 4)
  add_compile_definitions(_FILE_OFFSET_BITS=64)
endif()
