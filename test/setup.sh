# SPDX-License-Identifier: MIT
# The scripts share this: help, installing packages, configuring, building. Bash sources it with -e, -u and pipefail
# set. It defines functions and `root`, the project's folder, and changes into that folder.
#
# The scripts build into .build/ only. `build/` belongs to whoever types `meson setup build`.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

step() { printf '== %s\n' "$*"; }

# Usage: print_help SCRIPT; prints the comment at the script's head.
print_help() { sed -n '3,/^[^#]/s/^# \{0,1\}//p' "$root/$1"; }

# Usage: refuse SCRIPT ARGUMENT WHY
refuse() {
  echo "$1: $2: $3; $1 --help lists what there is" >&2
  exit 2
}

# Usage: COMMAND | thin_out REGEX; passes on the lines that match, and one other line every five seconds. It does not
# use awk, because mawk, Debian's awk, shows nothing until its buffer is full.
thin_out() {
  local line shown=$SECONDS
  while IFS= read -r line || [ -n "$line" ]; do
    if [[ $line =~ $1 ]]; then
      printf '%s\n' "$line"
    elif [ -n "$line" ] && ((SECONDS >= shown + 5)); then
      printf '%s\n' "$line"
      shown=$SECONDS
    fi
  done
}

build_packages=(g++ meson ninja-build pkg-config patch ca-certificates libuv1-dev libc-ares-dev rapidjson-dev)
test_packages=(libgtest-dev)
sample_packages=(libsqlite3-dev libnats-dev nats-server)
system_packages=(libsecp256k1-dev libwebsockets-dev libwebsockets-evlib-uv libmbedtls-dev)

# Options of every build. test/run and samples/run both use exactly these for .build/default, so they share it.
build_options=("-Dwerror=$([ "${UVNOSTR_WERROR:-0}" = 1 ] && echo true || echo false)")

# A command that exists already, wherever it came from, needs no package.
declare -A command_of=([g++]=g++ [meson]=meson [ninja-build]=ninja [pkg-config]=pkg-config [patch]=patch
  [nodejs]=node [npm]=npm [cmake]=cmake [clang]=clang++ [git]=git)

# Prints the packages that are not installed. It asks dpkg only, which takes neither time nor a network.
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

# The lines of apt-get that are always shown: how much it fetches, and errors.
apt_says='^(Need to get|After this operation|E:|Err:)'

# Packages that could not be installed; a failed configuration names them in its last line.
still_missing=()

# Usage: install_packages NAME...; does nothing without apt: then Meson says what it lacks.
install_packages() {
  command -v dpkg-query >/dev/null && command -v apt-get >/dev/null || return 0
  local missing as_root=() log=.build/apt.log
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
      still_missing=("${missing[@]}")
      step "not installed: ${missing[*]}; only root may install them and there is no sudo, so this goes on without"
      return 0
    fi
    as_root=(sudo)
    [ -t 0 ] || as_root+=(-n)
  fi
  step "installing with apt-get: ${missing[*]}"
  "${as_root[@]}" apt-get -qq update </dev/null || step 'apt-get update failed; going on with the package lists that are there'
  mkdir -p .build
  if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 apt-get -y -q -o Dpkg::Use-Pty=0 \
    install --no-install-recommends "${missing[@]}" 2>&1 </dev/null | tee "$log" | thin_out "$apt_says"; then
    tail -n 20 "$log" | sed 's/^/    /'
    step "apt-get could not install ${missing[*]}; the lines above say why, $log has all of them"
    return 1
  fi
}

# The archive of a release has the subprojects unpacked and patched.
came_unpacked() {
  local folder
  [ ! -e .git ] && [ ! -e subprojects/packagecache ] || return 1
  for folder in $(sed -n 's/^directory *= *//p' subprojects/*.wrap); do
    [ -f "subprojects/$folder/meson.build" ] || return 1
  done
}

# Usage: refresh_subprojects [--all]; with it, c-ares is among them.
# Meson patches the subprojects when it unpacks them, and does not notice when a wrap or a patch changes. So after a
# change this deletes what was unpacked, and Meson unpacks it again.
refresh_subprojects() {
  ! came_unpacked || return 0
  local stamp=subprojects/packagecache/unpacked-from now wrap folder
  subprojects/fill-packagecache "$@" || return 1
  now=$(find subprojects/*.wrap subprojects/packagefiles -type f ! -name '*.md' -print0 | sort -z | xargs -0 sha256sum | sha256sum)
  if [ "$(cat "$stamp" 2>/dev/null)" != "$now" ]; then
    for wrap in subprojects/*.wrap; do
      folder=$(sed -n 's/^directory *= *//p' "$wrap")
      [ -z "$folder" ] || rm -rf "subprojects/${folder:?}"
    done
    echo "$now" >"$stamp"
  fi
}

# Usage: configuration FOLDER MESON_OPTION...; prints everything that decides what FOLDER builds. Meson's own record is
# included, to notice a `meson configure` by hand. So are the missing packages of samples, because Meson leaves these
# samples out.
configuration() {
  local folder=$1
  shift
  printf '%s\n' "CC=${CC:-}" "CXX=${CXX:-}" "CFLAGS=${CFLAGS:-}" "CXXFLAGS=${CXXFLAGS:-}" "LDFLAGS=${LDFLAGS:-}" "$@"
  missing_packages "${sample_packages[@]}"
  cat "$folder/meson-private/cmd_line.txt" 2>/dev/null || true
}

# Usage: configure FOLDER MESON_OPTION...; does nothing if the folder is configured like that already. If it is
# configured in another way, it is deleted first: Meson would keep options that are not given this time.
configure() {
  local folder=$1 again=()
  shift
  local stamp=$folder/configured-with log=$folder/configure.log
  local archives=()
  [[ " $* " != *' -Dcares=bundled '* ]] || archives=(--all)
  [[ " $* " = *' -Dlibwebsockets=system '* ]] || refresh_subprojects ${archives[@]+"${archives[@]}"} || return 1
  if [ -f "$folder/build.ninja" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$(configuration "$folder" "$@")" ]; then
    [ subprojects/packagecache/unpacked-from -nt "$stamp" ] || return 0
    again=(--reconfigure)
  elif [ -d "$folder/meson-private" ]; then
    step "$folder was configured in another way; starting it anew"
    rm -rf "${folder:?}"
  fi
  step "configuring $folder${*:+ with $*}"
  mkdir -p "$folder"
  if ! PYTHONUNBUFFERED=1 meson setup "${again[@]}" "$folder" "$@" 2>&1 </dev/null | tee "$log" | thin_out 'ERROR'; then
    tail -n 20 "$log" | sed 's/^/    /'
    step "configuring $folder failed; the lines above say why, $log has all of them${still_missing[*]:+; not installed: ${still_missing[*]}}"
    return 1
  fi
  configuration "$folder" "$@" >"$stamp"
}

# Usage: build FOLDER TARGET...; ninja keeps one line up to date on a terminal.
build() {
  local folder=$1 limit=()
  shift
  [ -z "${UVNOSTR_JOBS:-}" ] || limit=(-j "$UVNOSTR_JOBS")
  step "building $folder"
  if [ -t 1 ]; then
    ninja -C "$folder" ${limit[@]+"${limit[@]}"} "$@"
  else
    ninja -C "$folder" ${limit[@]+"${limit[@]}"} "$@" </dev/null | thin_out '^[^[]|^\[[^0-9]'
  fi || {
    step "building $folder failed; the lines above say why"
    return 1
  }
}
