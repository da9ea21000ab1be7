# SPDX-License-Identifier: Apache-2.0
#
# Every machine must compute the same bits: a model trained on one machine is
# used, and trained again, on others (docs/portability.md).
include(CheckCXXSourceCompiles)

# No fused multiply-add: it rounds once instead of twice.
set(FLOWTELL_SAME_BITS -ffp-contract=off)

# The x87 unit of 32-bit x86 computes with 64 bits of fraction instead of 53,
# and rounds when it runs out of registers. All such processors since 2003 have
# SSE2.
check_cxx_source_compiles("
#ifndef __i386__
#error another machine
#endif
int main() {}" FLOWTELL_IS_X86_32)
if(FLOWTELL_IS_X86_32)
  list(APPEND FLOWTELL_SAME_BITS -msse2 -mfpmath=sse)
endif()

# Captures may exceed 32-bit sizes.
if(CMAKE_SIZEOF_VOID_P EQUAL 4)
  add_compile_definitions(_FILE_OFFSET_BITS=64)
endif()
