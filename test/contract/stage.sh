# SPDX-License-Identifier: MIT
# Sourced by checks that need an installed uvnostr: `stage BUILD_FOLDER` installs it into a temporary folder, which is
# deleted when the check ends, and makes pkg-config find it there. Sets temporary, prefix, libraries.
stage() {
  temporary=$(mktemp -d)
  trap 'rm -rf "$temporary"' EXIT
  meson install -C "$1" --no-rebuild --quiet --destdir "$temporary/staged"
  local config
  config=$(find "$temporary/staged" -name uvnostr.pc)
  [ -n "$config" ] || { echo 'uvnostr.pc was not installed'; exit 1; }

  # As if it were installed there permanently.
  prefix=$temporary/staged$(sed -n 's/^prefix=//p' "$config")
  sed -i "s|^prefix=.*|prefix=$prefix|" "$(dirname "$config")"/*.pc
  PKG_CONFIG_PATH=$(dirname "$config")
  export PKG_CONFIG_PATH
  libraries=$(pkg-config --variable=libdir uvnostr)
}
