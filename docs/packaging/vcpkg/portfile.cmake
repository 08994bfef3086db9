# SPDX-License-Identifier: MIT
# The archive of a release has the bundled libraries' sources, so Meson downloads nothing, as vcpkg demands.
vcpkg_check_linkage(ONLY_STATIC_LIBRARY)

vcpkg_download_distfile(ARCHIVE
  URLS "https://example.invalid/uvnostr-${VERSION}.tar.xz" # where the archive was published
  FILENAME "uvnostr-${VERSION}.tar.xz"
  SHA512 0 # of the published archive
)
vcpkg_extract_source_archive(SOURCE_PATH ARCHIVE "${ARCHIVE}")

vcpkg_configure_meson(SOURCE_PATH "${SOURCE_PATH}" OPTIONS -Dtests=disabled -Dsamples=disabled)
vcpkg_install_meson()
vcpkg_fixup_pkgconfig()

# The CMake files lie one folder less deep here.
file(MAKE_DIRECTORY "${CURRENT_PACKAGES_DIR}/share")
file(RENAME "${CURRENT_PACKAGES_DIR}/lib/cmake/uvnostr" "${CURRENT_PACKAGES_DIR}/share/uvnostr")
vcpkg_replace_string("${CURRENT_PACKAGES_DIR}/share/uvnostr/uvnostrConfig.cmake" "\"../../..\"" "\"../..\"")
file(REMOVE_RECURSE
  "${CURRENT_PACKAGES_DIR}/lib/cmake"
  "${CURRENT_PACKAGES_DIR}/debug/lib/cmake"
  "${CURRENT_PACKAGES_DIR}/debug/include"
)

file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
file(GLOB licenses
  "${SOURCE_PATH}/LICENSE"
  "${SOURCE_PATH}/subprojects/libwebsockets-*/LICENSE"
  "${SOURCE_PATH}/subprojects/mbedtls-*/LICENSE"
  "${SOURCE_PATH}/subprojects/secp256k1-*/COPYING"
)
vcpkg_install_copyright(FILE_LIST ${licenses})
