# SPDX-License-Identifier: MIT
# Makes a small Debian with cross compilers, in a permanent folder. Bash sources this after test/setup.sh, with -e, -u
# and pipefail set. On the host it installs debootstrap and changes nothing else.

# Usage: choose_machine NAME; sets its names in Debian and GNU, and the qemu (or Wine) that runs its programs.
choose_machine() {
  machine=$1
  case $machine in
    aarch64) debian_machine=arm64 triplet=aarch64-linux-gnu qemu=qemu-aarch64 ;;
    armhf) debian_machine=armhf triplet=arm-linux-gnueabihf qemu=qemu-arm ;;
    s390x) debian_machine=s390x triplet=s390x-linux-gnu qemu=qemu-s390x ;;
    windows) debian_machine=amd64 triplet=x86_64-w64-mingw32 qemu=/usr/lib/wine/wine64 ;;
    *) return 1 ;;
  esac
}

cross_cache=${XDG_CACHE_HOME:+$XDG_CACHE_HOME/uvnostr-cross}
cross_cache=${cross_cache:-$root/.build/cross}
chroot_folder=$cross_cache/debian-12

# Mounts /proc and /dev in the command's own mount namespace, so that they vanish with it. Without the right to mount,
# commands run without them.
in_chroot() {
  local inside=(chroot "$chroot_folder" /usr/bin/env -i HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
    PATH=/usr/lib/ccache:/usr/sbin:/usr/bin:/sbin:/bin
    ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"}
    ${UVNOSTR_JOBS:+UVNOSTR_JOBS="$UVNOSTR_JOBS"} ${UVNOSTR_WERROR:+UVNOSTR_WERROR="$UVNOSTR_WERROR"})
  if [ -z "${can_mount:-}" ]; then
    can_mount=no
    ! unshare --mount mount --rbind /proc "$chroot_folder/proc" 2>/dev/null || can_mount=yes
  fi
  if [ $can_mount = yes ]; then
    unshare --mount sh -c 'mount --rbind /proc "$1/proc" && mount --rbind /dev "$1/dev" && shift && exec "$@"' \
      sh "$chroot_folder" "${inside[@]}" "$@"
  else
    "${inside[@]}" "$@"
  fi
}

make_chroot() {
  [ ! -f "$chroot_folder/made" ] || return 0
  if [ "$(id -u)" != 0 ]; then
    step 'a chroot can only be made and entered by root'
    return 1
  fi
  install_packages debootstrap debian-archive-keyring
  command -v debootstrap >/dev/null || { step 'there is no debootstrap here'; return 1; }
  local mirror=''
  # If the host is a Debian, its mirror is used.
  if grep -qx 'ID=debian' /etc/os-release; then
    mirror=$(apt-get indextargets --format '$(ORIGIN) $(SITE)' 'Created-By: Packages' | grep -v security |
      sed -n 's/^Debian //p' | head -n 1)
  fi
  step "making a Debian 12 in $chroot_folder: about 60 MB are fetched"
  rm -rf --one-file-system "$chroot_folder"
  mkdir -p "$chroot_folder"
  debootstrap --variant=minbase bookworm "$chroot_folder" ${mirror:+"$mirror"} 2>&1 | tee "$cross_cache/debootstrap.log" | thin_out '^[EW]:' || {
    tail -n 20 "$cross_cache/debootstrap.log"
    step 'debootstrap failed: it needs root, and rights to chroot and to make device nodes'
    return 1
  }
  sed "s/^deb /deb-src /" "$chroot_folder/etc/apt/sources.list" >"$chroot_folder/etc/apt/sources.list.d/sources.list"
  # apt reaches the mirror like the host's apt, and installs no recommended packages.
  apt-config dump | grep -E '^Acquire::(http|https|Check-[A-Za-z-]*)[: ]' >"$chroot_folder/etc/apt/apt.conf.d/50host" || true
  echo 'APT::Install-Recommends "false";' >"$chroot_folder/etc/apt/apt.conf.d/50small"
  cp -L /etc/resolv.conf /etc/hosts "$chroot_folder/etc/" || true
  touch "$chroot_folder/made"
}

# Usage: install_in_chroot PACKAGE...; remembers the list, so that a second run needs no network.
install_in_chroot() {
  local noted=$chroot_folder/installed-$machine
  [ "$(cat "$noted" 2>/dev/null)" != "$*" ] || return 0
  step "installing the cross compiler and libraries for $machine"
  local log=$cross_cache/install-$machine.log
  if ! {
    in_chroot dpkg --add-architecture "$debian_machine" && in_chroot apt-get -qq update &&
      in_chroot apt-get -y -q -o Dpkg::Use-Pty=0 install "$@" && in_chroot apt-get clean
  } 2>&1 </dev/null | tee "$log" | thin_out "$apt_says"; then
    tail -n 20 "$log" | sed 's/^/    /'
    step "apt-get could not install what is needed for $machine; the lines above say why, $log has all of them"
    return 1
  fi
  echo "$*" >"$noted"
}

# Copies the project into the chroot, because mounting may not be allowed, and keeps what was built there. It replaces only
# files that differ, and gives them the present time: ninja compares times, and two checkouts may share the chroot.
copy_project_in() {
  local copy=$chroot_folder/uvnostr fresh=$chroot_folder/uvnostr-now file
  subprojects/fill-packagecache || return 1
  rm -rf "$fresh"
  mkdir -p "$copy" "$fresh"
  tar -c --exclude=./.git --exclude=./.build --exclude='./build*' --exclude=node_modules --exclude='./subprojects/libwebsockets-*' \
    --exclude='./subprojects/mbedtls-*' --exclude='./subprojects/secp256k1-*' --exclude='./subprojects/c-ares-*' \
    --exclude=./subprojects/packagecache/unpacked-from . |
    tar -x -C "$fresh"
  (cd "$copy" && find . \( -path ./.build -o -path './build*' -o -path './subprojects/*-[0-9]*' -o -name unpacked-from \) -prune -o -type f -print) |
    while IFS= read -r file; do [ -e "$fresh/$file" ] || rm "$copy/$file"; done
  (cd "$fresh" && find . -type f) | while IFS= read -r file; do
    cmp -s "$fresh/$file" "$copy/$file" || install -D -m "$(stat -c %a "$fresh/$file")" "$fresh/$file" "$copy/$file"
  done
  rm -rf "$fresh"
}

# Makes the chroot ready for the machine that choose_machine chose.
prepare_chroot() {
  local packages=(meson ninja-build patch ccache ca-certificates qemu-user xz-utils rapidjson-dev)
  if [ "$machine" = windows ]; then
    packages+=(g++-mingw-w64-x86-64-posix pkgconf googletest wine64)
  else
    packages+=("g++-$triplet" "pkgconf:$debian_machine" "libstdc++6:$debian_machine" "libuv1-dev:$debian_machine" "libc-ares-dev:$debian_machine" "libgtest-dev:$debian_machine")
  fi
  make_chroot && install_in_chroot "${packages[@]}" && copy_project_in
}
