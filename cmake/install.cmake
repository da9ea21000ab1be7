# SPDX-License-Identifier: Apache-2.0
#
# What is installed, in three components: `program` with its manual, completions
# and units; `runtime`, the shared library; and `library`, what other programs
# are built with. cmake/packages.cmake makes a package of each.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# The release date comes from the changelog.
set(changelog ${CMAKE_CURRENT_SOURCE_DIR}/packaging/changelog)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${changelog})
file(STRINGS ${changelog} head LIMIT_COUNT 1)
if(NOT head MATCHES "^flowtell \\(${PROJECT_VERSION}-([0-9]+)\\)")
  message(FATAL_ERROR
    "packaging/changelog begins with '${head}' and not with version "
    "${PROJECT_VERSION}, which CMakeLists.txt names; add an entry")
endif()
set(FLOWTELL_PACKAGE_REVISION ${CMAKE_MATCH_1})
file(STRINGS ${changelog} signatures REGEX "^ -- ")
list(GET signatures 0 signature)
string(REGEX MATCH "([0-9]+) ([A-Z][a-z][a-z]) ([0-9][0-9][0-9][0-9])" date
  "${signature}")
set(day ${CMAKE_MATCH_1})
set(month ${CMAKE_MATCH_2})
set(year ${CMAKE_MATCH_3})
set(months January February March April May June July August September October
  November December)
list(FILTER months INCLUDE REGEX "^${month}")
set(release_date "${months} ${day}, ${year}")

# The program.
set(FLOWTELL_MODEL_FOLDER ${CMAKE_INSTALL_FULL_LOCALSTATEDIR}/lib/flowtell)
set(FLOWTELL_UNIT_FOLDER lib/systemd/system CACHE STRING
    "Where systemd's units go, below the prefix or as a whole path")
install(TARGETS flowtell COMPONENT program)
configure_file(packaging/flowtell-watch@.service.in
  share/flowtell-watch@.service @ONLY)
configure_file(packaging/watch.conf.in share/watch.conf @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/share/flowtell-watch@.service
  DESTINATION ${FLOWTELL_UNIT_FOLDER} COMPONENT program)
install(FILES ${CMAKE_BINARY_DIR}/share/watch.conf
  DESTINATION ${CMAKE_INSTALL_FULL_SYSCONFDIR}/flowtell COMPONENT program)
install(DIRECTORY DESTINATION ${FLOWTELL_MODEL_FOLDER} COMPONENT program)
install(DIRECTORY packaging/wireshark COMPONENT program
  DESTINATION ${CMAKE_INSTALL_DATADIR}/flowtell)

# The program prints its manual and completions. A cross build without an
# emulator has none.
if(NOT CMAKE_CROSSCOMPILING OR CMAKE_CROSSCOMPILING_EMULATOR)
  set(share ${CMAKE_BINARY_DIR}/share)
  add_custom_command(
    OUTPUT ${share}/made
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${share}/man1
    COMMAND ${CMAKE_COMMAND} -E make_directory ${share}/man1
    COMMAND flowtell reference man ${share}/man1 --date "${release_date}"
    COMMAND sh -c "exec gzip -9n ${share}/man1/*"
    COMMAND flowtell reference bash > ${share}/flowtell
    COMMAND flowtell reference zsh > ${share}/_flowtell
    COMMAND flowtell reference fish > ${share}/flowtell.fish
    COMMAND ${CMAKE_COMMAND} -E touch ${share}/made
    DEPENDS flowtell ${changelog}
    COMMENT "Writing the manual and the completions"
    VERBATIM)
  add_custom_target(share ALL DEPENDS ${share}/made)
  install(DIRECTORY ${share}/man1 DESTINATION ${CMAKE_INSTALL_MANDIR}
    COMPONENT program)
  install(FILES ${share}/flowtell COMPONENT program
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES ${share}/_flowtell COMPONENT program
    DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
  install(FILES ${share}/flowtell.fish COMPONENT program
    DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endif()

# The library: headers, the shared and the static library, and how CMake and
# pkg-config find them. `runtime` is what programs linked to the shared library
# need.
set(cmake_folder ${CMAKE_INSTALL_LIBDIR}/cmake/flowtell)
install(TARGETS libflowtell_shared
  LIBRARY COMPONENT runtime NAMELINK_COMPONENT library)
install(TARGETS libflowtell ARCHIVE COMPONENT library)
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  COMPONENT library)
configure_package_config_file(packaging/flowtellConfig.cmake.in
  share/flowtellConfig.cmake INSTALL_DESTINATION ${cmake_folder}
  PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_LIBDIR)
# An incompatible change of flowtell.h raises SOVERSION and the major version.
write_basic_package_version_file(share/flowtellConfigVersion.cmake
  COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_BINARY_DIR}/share/flowtellConfig.cmake
  ${CMAKE_BINARY_DIR}/share/flowtellConfigVersion.cmake
  DESTINATION ${cmake_folder} COMPONENT library)
configure_file(packaging/flowtell.pc.in share/flowtell.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/share/flowtell.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT library)
