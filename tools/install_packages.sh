#!/usr/bin/env bash
# Installs the Debian packages of a list that are missing; does nothing if none is.
set -euo pipefail

usage() {
  cat <<'END'
usage: tools/install_packages.sh [--dry-run] [LIST]

Installs what LIST names and this machine lacks; LIST is tools/packages.txt unless given. A line
`package?command` is only looked at where there is no such command.
Needs Debian 12 or Raspberry Pi OS 12, and root or sudo if anything is missing.

  --dry-run   print what is missing and stop
  --help      print this
END
}

tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
list=$tools/packages.txt
dry_run=no
while (($#)); do
  case $1 in
  --dry-run) dry_run=yes ;;
  --help | -h) usage; exit 0 ;;
  -*) echo "install_packages: unknown option $1; see --help" >&2; exit 2 ;;
  *) list=$1 ;;
  esac
  shift
done

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "install_packages: this is not Debian; install the equivalents of $list by hand" >&2
  exit 1
fi

mapfile -t wanted < <(sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$list")
missing=()
for entry in "${wanted[@]}"; do
  package=${entry%%\?*}
  if [[ $entry == *\?* ]] && command -v "${entry#*\?}" >/dev/null; then continue; fi
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ $status == installed ]] || missing+=("$package")
done

if ((${#missing[@]} == 0)); then
  echo "install_packages: all ${#wanted[@]} packages of $(basename "$list") are installed"
  exit 0
fi
echo "install_packages: missing: ${missing[*]}"
[[ $dry_run == no ]] || exit 0

as_root=()
if ((EUID != 0)); then
  if ! command -v sudo >/dev/null; then
    echo "install_packages: run this as root (there is no sudo here)" >&2
    exit 1
  fi
  as_root=(sudo)
fi

# Installing mosquitto would start a broker. We need only the programs, so a policy
# forbids starts while we install; a machine that has a policy of its own keeps it.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
  echo "install_packages: no service is started while installing ($policy, removed afterwards)"
  trap '"${as_root[@]}" rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
  "${as_root[@]}" chmod 755 "$policy"
fi

log=$(mktemp -t hearth-packages.XXXXXX)
apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@" </dev/null >"$log" 2>&1 && return
  tail -n 30 "$log" >&2
  echo "install_packages: apt-get $1 failed; all it said is in $log" >&2
  exit 1
}
echo "install_packages: installing; this takes a minute or two"
apt update
apt install --no-install-recommends "${missing[@]}"
rm -f "$log"
echo "install_packages: installed ${#missing[@]} packages"

if [[ " ${missing[*]} " == *" mosquitto "* && -d /run/systemd/system ]]; then
  echo "install_packages: Debian's own mosquitto will start at the next boot; we need only the" \
    "program, so to prevent it: systemctl disable mosquitto"
fi
