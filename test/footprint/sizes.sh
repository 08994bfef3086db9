# SPDX-License-Identifier: MIT
# Builds for size, and prints sizes. Sourced by bash after test/setup.sh, on this machine and in the chroot.

sections=(-ffunction-sections -fdata-sections)
lean=(-fno-exceptions -fno-rtti)

# Usage: stage FOLDER MESON_OPTION...; builds FOLDER, and installs into FOLDER/staged.
stage() {
  configure "$@" --buildtype=minsize -Db_ndebug=true --prefix=/usr --libdir=lib -Dtests=disabled -Dsamples=disabled \
    "-Dc_args=${sections[*]}" "-Dcpp_args=${sections[*]} ${lean[*]}"
  build "$1"
  DESTDIR=$PWD/$1/staged meson install -C "$1" --no-rebuild --quiet >/dev/null
}

# Usage: compile_secp256k1 SOURCES FOLDER PREFIX_OF_TOOLS; with small tables.
compile_secp256k1() {
  local sources=$1 folder=$2 tools=$3 name
  [ ! -f "$folder/libsecp256k1.a" ] || return 0
  mkdir -p "$folder"
  for name in secp256k1 precomputed_ecmult precomputed_ecmult_gen; do
    "${tools}gcc" -O2 -w "${sections[@]}" -DECMULT_WINDOW_SIZE=8 -DECMULT_GEN_PREC_BITS=4 -DENABLE_MODULE_EXTRAKEYS \
      -DENABLE_MODULE_SCHNORRSIG -I"$sources/include" -c "$sources/src/$name.c" -o "$folder/$name.o"
  done
  "${tools}gcc-ar" cr "$folder/libsecp256k1.a" "$folder"/*.o
}

# Usage: link_gateway FOLDER PREFIX_OF_TOOLS NAME FLAG...; prints the size of the stripped program.
link_gateway() {
  local staged=$1/staged/usr tools=$2 program=$1/$3
  shift 3
  "${tools}g++" -std=c++20 -Os "${sections[@]}" "${lean[@]}" -DUVNOSTR_STATIC -I"$staged/include" \
    test/footprint/gateway.cpp "$staged/lib/libuvnostr.a" "$@" -Wl,-Bstatic -lsecp256k1 -l:libuv_a.a -Wl,-Bdynamic \
    -Wl,--gc-sections -pthread -ldl -s -o "$program"
  stat -c %s "$program"
}

# Usage: sizes MACHINE FOLDER PREFIX_OF_TOOLS FOLDER_OF_SMALL_SECP256K1
sizes() {
  local machine=$1 folder=$2 tools=$3 small=$4
  "${tools}strip" -o "$folder/library" "$folder/staged/usr/lib/libuvnostr.so"
  printf '%-8s  %-62s %9d\n' \
    "$machine" 'libuvnostr.so' "$(stat -c %s "$folder/library")" \
    "$machine" 'program, with Debian'"'"'s libsecp256k1' "$(link_gateway "$folder" "$tools" gateway-debian)" \
    "$machine" 'program, with libsecp256k1 of small tables' "$(link_gateway "$folder" "$tools" gateway -L"$small")" \
    "$machine" 'the same, with libstdc++ in it' \
    "$(link_gateway "$folder" "$tools" gateway-alone -L"$small" -static-libstdc++ -static-libgcc)"
}
