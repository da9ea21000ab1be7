# SPDX-License-Identifier: Apache-2.0
#
# nDPI, which names services (--service); optional. Only its header is needed to
# build. The program loads the library by the soname found here, and runs
# without it. Sets FLOWTELL_NDPI_PACKAGE, the Debian package to recommend.

option(FLOWTELL_NDPI "Name services by nDPI where libndpi-dev is installed" ON)
if(NOT FLOWTELL_NDPI)
  return()
endif()

pkg_check_modules(ndpi QUIET libndpi)
find_library(NDPI_LIBRARY ndpi HINTS ${ndpi_LIBRARY_DIRS}
             DOC "nDPI (Debian: libndpi-dev), only for its soname")
if(NOT ndpi_FOUND OR NOT NDPI_LIBRARY)
  message(STATUS "nDPI not found (Debian: libndpi-dev): --service will not work")
  return()
endif()
# Later versions have another interface, and Debian has none yet.
if(ndpi_VERSION VERSION_LESS 4.2 OR NOT ndpi_VERSION VERSION_LESS 4.3)
  message(STATUS "nDPI ${ndpi_VERSION} is not version 4.2: --service will not work")
  return()
endif()
execute_process(COMMAND ${CMAKE_COMMAND} -E env LC_ALL=C ${CMAKE_READELF} -d
                        ${NDPI_LIBRARY}
                OUTPUT_VARIABLE ndpi_dynamic ERROR_QUIET)
if(NOT ndpi_dynamic MATCHES "SONAME[^[]*\\[(libndpi\\.so\\.([0-9.]+))\\]")
  message(STATUS "${NDPI_LIBRARY} has no soname: --service will not work")
  return()
endif()
set(ndpi_soname ${CMAKE_MATCH_1})
# Debian 13's libndpi4.2t64 provides libndpi4.2.
set(FLOWTELL_NDPI_PACKAGE libndpi${CMAKE_MATCH_2})
message(STATUS "nDPI ${ndpi_VERSION} found: ${ndpi_soname}")
set_source_files_properties(src/classify/service_names.cc PROPERTIES
  COMPILE_OPTIONS "-isystem;${ndpi_INCLUDE_DIRS}"
  COMPILE_DEFINITIONS
    "FLOWTELL_NDPI_LIBRARY=\"${ndpi_soname}\";FLOWTELL_NDPI_PACKAGE=\"${FLOWTELL_NDPI_PACKAGE}\""
  SKIP_UNITY_BUILD_INCLUSION ON)
