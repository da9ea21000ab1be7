# SPDX-License-Identifier: Apache-2.0
#
# Debian packages by CPack, one per component: `flowtell`, `libflowtell0` and
# `libflowtell-dev`.
# packaging/build.sh makes and tests them.

# Files that Debian requires of each package.
set(share ${CMAKE_BINARY_DIR}/share)
add_custom_command(
  OUTPUT ${share}/changelog.Debian.gz
  COMMAND sh -c "gzip -9nc '${changelog}' > '${share}/changelog.Debian.gz'"
  DEPENDS ${changelog} VERBATIM)
add_custom_target(changelog ALL DEPENDS ${share}/changelog.Debian.gz)
foreach(part program:flowtell runtime:libflowtell0 library:libflowtell-dev)
  string(REPLACE ":" ";" part ${part})
  list(GET part 0 component)
  list(GET part 1 package)
  install(FILES packaging/copyright ${share}/changelog.Debian.gz
    DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/${package}
    COMPONENT ${component})
  file(WRITE ${share}/${package}.overrides
    "# These packages are not uploaded to Debian, so they close no bug there.\n"
    "${package}: initial-upload-closes-no-bugs\n")
  if(component STREQUAL runtime)
    file(APPEND ${share}/${package}.overrides
      "# CPack writes scripts that do what the trigger does.\n"
      "${package}: maintscript-calls-ldconfig\n")
  endif()
  install(FILES ${share}/${package}.overrides RENAME ${package}
    DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/lintian/overrides
    COMPONENT ${component})
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_COMPONENTS_ALL program runtime library)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_SET_DESTDIR ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ
  WORLD_EXECUTE)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY
  "name the app behind encrypted network traffic")
set(CPACK_PACKAGE_CONTACT "The flowtell authors <flowtell@example.org>")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE ${FLOWTELL_PACKAGE_REVISION})

file(WRITE ${share}/conffiles
  "${CMAKE_INSTALL_FULL_SYSCONFDIR}/flowtell/watch.conf\n")
set(scripts ${CMAKE_CURRENT_SOURCE_DIR}/packaging)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME flowtell)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_DEPENDS adduser)
# For the gateway only, except nDPI, which names services.
set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS "dnsmasq-base, iproute2, nftables")
if(FLOWTELL_NDPI_PACKAGE)
  string(APPEND CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS
    ", ${FLOWTELL_NDPI_PACKAGE}")
endif()
set(CPACK_DEBIAN_PROGRAM_PACKAGE_CONTROL_EXTRA
  "${share}/conffiles;${scripts}/postinst;${scripts}/prerm;${scripts}/postrm")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION
"It makes a Linux system a gateway for phones, records what each app
sends, splits that into flows, trains on them, and then names the app
behind every flow of a capture, or of the live gateway, or says unknown.
It breaks no encryption: it uses the shape of flows, the names of
servers that clients and DNS show in the clear, and what else the device
does.")

set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME libflowtell0)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
# How other packages depend on the library, and that the linker's cache is
# renewed.
file(WRITE ${share}/shlibs "libflowtell 0 libflowtell0 (>= ${PROJECT_VERSION})\n")
file(WRITE ${share}/triggers "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA
  "${share}/shlibs;${share}/triggers")
set(CPACK_DEBIAN_RUNTIME_DESCRIPTION
"The library that the program flowtell is made of: captures become
packets, flows and features, these train a model, and a model names
apps. This package has the shared library for programs that use it.")

set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME libflowtell-dev)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_DEPENDS
  "libflowtell0 (= ${PROJECT_VERSION}-${FLOWTELL_PACKAGE_REVISION})")
# For the static library.
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SUGGESTS
  "libfmt-dev, libpcap-dev, libpsl-dev, libssl-dev, libsvm-dev, libzstd-dev, \
zlib1g-dev")
set(CPACK_DEBIAN_LIBRARY_DESCRIPTION
"The library that the program flowtell is made of: captures become
packets, flows and features, these train a model, and a model names
apps. This package has the C interface, C++ headers on top of it, and
the static library; CMake and pkg-config find them.")

include(CPack)
