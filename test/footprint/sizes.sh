# SPDX-License-Identifier: MIT
# Builds the flavours optimised for size, and prints sizes. Bash sources this after test/setup.sh, here and in the chroot.

sections=(-ffunction-sections -fdata-sections)
lean=(-fno-exceptions -fno-rtti)
small_tables='-Dlibsecp256k1:ecmult_window=8 -Dlibsecp256k1:ecmult_gen_kb=2'
declare -A options_of=([mbedtls]=$small_tables [openssl]="$small_tables -Dtls=openssl"
  [system]='-Dlibwebsockets=system -Dsecp256k1=system')
# The libraries that a static program links besides libuvnostr.a. Debian's libwebsockets cannot be linked statically,
# because it loads its libuv plugin at run time, which needs the shared library.
declare -A static_libraries_of=([mbedtls]='' [openssl]='-lssl -lcrypto')
# The rows of the table.
rows=(
  '`libuvnostr.so`'
  'program that reads and publishes; libc and libstdc++ dynamic'
  'the same; only libc dynamic'
)

# Usage: stage FLAVOUR MESON_OPTION...; builds into .build/footprint-FLAVOUR, and installs into its folder `staged`.
stage() {
  local flavour=$1 folder=.build/footprint-$1
  shift
  # shellcheck disable=SC2086
  configure "$folder" "${build_options[@]}" ${options_of[$flavour]} "$@" --buildtype=minsize -Db_ndebug=true --prefix=/usr \
    --libdir=lib -Dtests=disabled -Dsamples=disabled "-Dc_args=${sections[*]}" "-Dcpp_args=${sections[*]} ${lean[*]}"
  build "$folder"
  DESTDIR=$PWD/$folder/staged meson install -C "$folder" --no-rebuild --quiet >/dev/null
}

# Usage: link_gateway FLAVOUR PREFIX_OF_TOOLS FLAG...; prints the size of the stripped program.
link_gateway() {
  local flavour=$1 tools=$2 staged=.build/footprint-$1/staged/usr program=.build/footprint-$1/gateway
  shift 2
  # shellcheck disable=SC2086
  "${tools}g++" -std=c++20 -Os "${sections[@]}" "${lean[@]}" -DUVNOSTR_STATIC -I"$staged/include" \
    test/footprint/gateway.cpp "$staged/lib/libuvnostr.a" "$@" -Wl,-Bstatic ${static_libraries_of[$flavour]} \
    -l:libuv_a.a -Wl,-Bdynamic -Wl,--gc-sections -pthread -ldl -s -o "$program"
  stat -c %s "$program"
}

# Usage: sizes FLAVOUR PREFIX_OF_TOOLS; prints one size per row, "-" for a program that cannot be built.
sizes() {
  local flavour=$1 tools=$2 folder=.build/footprint-$1
  "${tools}strip" -o "$folder/library" "$folder/staged/usr/lib/libuvnostr.so"
  stat -c %s "$folder/library"
  if [ -z "${static_libraries_of[$flavour]+known}" ]; then
    printf '%s\n' - -
    return 0
  fi
  link_gateway "$flavour" "$tools"
  link_gateway "$flavour" "$tools" -static-libstdc++ -static-libgcc
}
