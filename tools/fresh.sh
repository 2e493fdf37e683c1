#!/usr/bin/env bash
# Proves that a machine with nothing but git can run the demo and the tests: makes a minimal
# Debian 12 in a temporary folder, clones HEAD into it and runs both there.
set -euo pipefail

usage() {
  cat <<'END'
usage: tools/fresh.sh [--mirror URL] [--keep] [--packages-only]

Needs root, debootstrap and about 3 GB in $TMPDIR (or /tmp). What is not committed is not tested.

  --mirror URL      Debian mirror; the one of this machine's apt, else deb.debian.org
  --packages-only   stop once the packages are installed
  --keep            leave the folder behind, to look around in it with chroot
  --help            print this
END
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
  grep -v '^[[:space:]]*#' | grep -oE 'https?://[^ ]*/debian/?( |$)' | head -n 1 | tr -d ' ' || true)
mirror=${mirror:-http://deb.debian.org/debian}
keep=no
packages_only=no
inside=
arguments=("$@")
while (($#)); do
  case $1 in
  --mirror)
    mirror=${2:?fresh: --mirror needs an URL}
    shift
    ;;
  --keep) keep=yes ;;
  --packages-only) packages_only=yes ;;
  --inside) # internal: we are in our own namespaces, with this folder to work in
    inside=$2
    shift
    ;;
  --help | -h) usage; exit 0 ;;
  *) echo "fresh: unknown option $1; see --help" >&2; exit 2 ;;
  esac
  shift
done

if [[ -z $inside ]]; then
  ((EUID == 0)) || { echo "fresh: needs root, to mount and to chroot" >&2; exit 1; }
  command -v debootstrap >/dev/null ||
    { echo "fresh: debootstrap is missing: apt-get install debootstrap" >&2; exit 1; }
  folder=$(mktemp -d -t hearth-fresh.XXXXXX)
  chmod 755 "$folder"  # apt drops its privileges to download
  if [[ $keep == no ]]; then trap 'rm -rf --one-file-system "$folder" "$folder.log"' EXIT; fi
  # Its own mounts and processes: whatever happens, all of them end with this command, so nothing
  # is mounted in the folder when it is removed.
  status=0
  unshare --mount --pid --fork --kill-child --propagation private --mount-proc \
    "$root/tools/fresh.sh" "${arguments[@]}" --inside "$folder" || status=$?
  if [[ $keep == yes ]]; then echo "fresh: left behind: $folder"; fi
  exit "$status"
fi

step() { echo "fresh: $* ($(date +%T))"; }

step "a minimal Debian 12 from $mirror"
debootstrap --variant=minbase --include=git bookworm "$inside" "$mirror" >"$inside.log" 2>&1 ||
  { tail -n 20 "$inside.log" >&2; exit 1; }
rm -f "$inside.log"
cp /etc/resolv.conf "$inside/etc/resolv.conf"
mount -t proc proc "$inside/proc"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$inside/dev/pts"
rm -f "$inside/dev/ptmx"
ln -s pts/ptmx "$inside/dev/ptmx"
mkdir -p "$inside/dev/shm"
mount -t tmpfs tmpfs "$inside/dev/shm"

step "a clone of HEAD, $(git -C "$root" rev-parse --short HEAD)"
git clone -q --no-hardlinks "$root" "$inside/hearth"

# A clean environment too: nothing of this shell reaches the tests.
run() {
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM="${TERM:-dumb}" \
    chroot "$inside" "$@" </dev/null
}

if [[ $packages_only == yes ]]; then
  step "tools/install_packages.sh"
  run /hearth/tools/install_packages.sh
  step "tools/install_packages.sh again, which must find nothing to do"
  run /hearth/tools/install_packages.sh
  exit
fi

step "tools/demo.sh"
run /hearth/tools/demo.sh --build-only
# Ctrl-C after half a minute must end everything, and well.
run timeout --preserve-status --signal=INT --kill-after=10 30 /hearth/tools/demo.sh
leftover=$(ps -e -o pid=,args= | grep -E '[m]osquitto|[b]uild/release/(scada|atn)' || true)
if [[ -n $leftover ]]; then
  printf 'fresh: the demo left these behind:\n%s\n' "$leftover" >&2
  exit 1
fi
step "tools/test.sh"
run /hearth/tools/test.sh
step "both succeeded"
