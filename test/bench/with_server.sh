# SPDX-License-Identifier: MIT
# For programs that measure against a server in another process. Sourced by bash.

# Usage: with_server SERVER... -- CLIENT...; the client gets the words that the server prints as its last arguments.
with_server() {
  local server=() words pid status=0
  while [ "$1" != -- ]; do
    server+=("$1")
    shift
  done
  shift
  coproc SERVER { exec "${server[@]}"; }
  pid=$SERVER_PID
  local to_server=${SERVER[1]}
  read -r -u "${SERVER[0]}" -a words
  timeout 120 "$@" "${words[@]}" || status=$?
  exec {to_server}>&-
  wait "$pid" || true
  return $status
}
