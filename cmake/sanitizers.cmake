# SPDX-License-Identifier: Apache-2.0
#
# FLOWTELL_SANITIZE=address,undefined (or thread) instruments all code.
set(FLOWTELL_SANITIZE "" CACHE STRING "Sanitizers to build with")

if(FLOWTELL_SANITIZE)
  add_compile_options(-fsanitize=${FLOWTELL_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${FLOWTELL_SANITIZE})
endif()

# FLOWTELL_FUZZ builds the targets of fuzz/ with clang's libFuzzer.
option(FLOWTELL_FUZZ "Build the fuzz targets for libFuzzer" OFF)
if(FLOWTELL_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
