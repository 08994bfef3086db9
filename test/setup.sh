# SPDX-License-Identifier: MIT
# What test/run and samples/run share: installing what is missing, configuring, building. Sourced by bash, which
# must have -e, -u and pipefail set. Defines functions and `root`, the project's folder, and changes into it.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

step() { printf '== %s\n' "$*"; }

build_packages=(g++ meson ninja-build pkg-config patch ca-certificates libuv1-dev rapidjson-dev)
test_packages=(libgtest-dev)
system_packages=(libsecp256k1-dev libwebsockets-dev libwebsockets-evlib-uv libmbedtls-dev)

# Options of every build; said by test/run and samples/run alike, so that neither configures the other's folder anew.
build_options=("-Dwerror=$([ "${UVNOSTR_WERROR:-0}" = 1 ] && echo true || echo false)")

# A tool that is there already, from wherever, needs no package.
declare -A command_of=([g++]=g++ [meson]=meson [ninja-build]=ninja [pkg-config]=pkg-config [patch]=patch
  [nodejs]=node [npm]=npm [cmake]=cmake [clang]=clang++)

# Prints those of the packages that are not installed. Asks dpkg only, so it takes no time and no network.
missing_packages() {
  local package asked=()
  for package in "$@"; do
    if [ -z "${command_of[$package]:-}" ] || ! command -v "${command_of[$package]}" >/dev/null; then
      asked+=("$package")
    fi
  done
  [ ${#asked[@]} -gt 0 ] || return 0
  local installed
  installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "${asked[@]}" 2>/dev/null | sed -n 's/ installed$//p') || true
  for package in "${asked[@]}"; do
    grep -qxF -- "$package" <<<"$installed" || echo "$package"
  done
}

# Usage: install_packages NAME...; elsewhere than on Debian and its kin Meson will say what it lacks.
install_packages() {
  command -v dpkg-query >/dev/null && command -v apt-get >/dev/null || return 0
  local missing as_root=()
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
      step "not installed, and neither root nor sudo is at hand: ${missing[*]}; going on without"
      return 0
    fi
    as_root=(sudo)
    [ -t 0 ] || as_root+=(-n)
  fi
  step "installing with apt-get: ${missing[*]}"
  "${as_root[@]}" apt-get -qq update || step 'apt-get update did not succeed; going on with the lists that are there'
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y -qq -o Dpkg::Use-Pty=0 install --no-install-recommends \
    "${missing[@]}" </dev/null | awk '/^Setting up / && ++count % 25 == 0 { print count " packages set up"; fflush() }'
}

# The unpacked subprojects carry our patches. Meson does not notice when a wrap or a patch changes, so they are
# thrown away then and unpacked again.
refresh_subprojects() {
  local stamp=subprojects/packagecache/unpacked-from now wrap folder
  now=$(find subprojects/*.wrap subprojects/packagefiles -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum)
  mkdir -p subprojects/packagecache
  subprojects/fill-packagecache
  if [ "$(cat "$stamp" 2>/dev/null)" != "$now" ]; then
    for wrap in subprojects/*.wrap; do
      folder=$(sed -n 's/^directory *= *//p' "$wrap")
      [ -z "$folder" ] || rm -rf "subprojects/${folder:?}"
    done
    echo "$now" >"$stamp"
  fi
}

# Usage: configure FOLDER MESON_OPTION...; does nothing if the folder is configured with these options already.
configure() {
  local folder=$1 log
  shift
  local stamp=$folder/configured-with wanted="${CC:-} ${CXX:-} $*"
  refresh_subprojects
  if [ -f "$folder/build.ninja" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] &&
    [ ! subprojects/packagecache/unpacked-from -nt "$stamp" ]; then
    return 0
  fi
  step "configuring $folder${*:+ with $*}"
  local again=()
  [ ! -f "$folder/build.ninja" ] || again=(--reconfigure)
  mkdir -p "$folder"
  log=$folder/configure.log
  if ! meson setup "${again[@]}" "$folder" "$@" >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    step "configuring failed; the lines above say why"
    return 1
  fi
  echo "$wanted" >"$stamp"
}

# Usage: build FOLDER TARGET...; on a terminal ninja keeps one line up to date, elsewhere every 25th step is shown.
build() {
  local folder=$1
  shift
  step "building $folder"
  if [ -t 1 ]; then
    ninja -C "$folder" ${UVNOSTR_JOBS:+-j"$UVNOSTR_JOBS"} "$@"
  else
    ninja -C "$folder" ${UVNOSTR_JOBS:+-j"$UVNOSTR_JOBS"} "$@" </dev/null |
      awk '!/^\[[0-9]+\/[0-9]+\]/ || /^\[([0-9]*(00|25|50|75))\// { print; fflush() }'
  fi
}
