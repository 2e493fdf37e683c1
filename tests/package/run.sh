#!/usr/bin/env bash
# The Debian package in a Debian of its own: installed, upgraded, a bad upgrade that goes back, removed, purged.
set -euo pipefail

usage() {
  cat <<'END'
usage: tests/package/run.sh [DEB]

Bootstraps a minimal Debian 12 into a folder (needs root, debootstrap and Debian's packages; two minutes),
installs DEB there, or the one that cpack makes of build/release, and lives through what a package goes through.
A DEB for arm64 is lived through by emulation, which needs qemu-user-static and binfmt-support (a quarter of an hour).
END
}

case ${1:-} in --help | -h) usage; exit 0 ;; esac
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
deb=${1:-}
work=$(mktemp -d)
end() {
  umount -q "$work/debian/proc" || true
  rm -rf "$work"
}
trap end EXIT

say() { printf '== %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }

if [[ -z $deb ]]; then
  (cd "${HEARTH_BINARY_DIR:-$root/build/release}" && cpack -G DEB -B "$work/cpack" > "$work/cpack.log") || { cat "$work/cpack.log"; exit 1; }
  deb=$(echo "$work"/cpack/*.deb)
fi
say "$(basename "$deb"): $(($(stat -c %s "$deb") / 1024)) KiB, needs $(dpkg-deb -f "$deb" Depends)"
(($(stat -c %s "$deb") <= 10 * 1024 * 1024)) || fail "the package is larger than 10 MB"

architecture=$(dpkg-deb -f "$deb" Architecture)
if [[ $architecture != "$(dpkg --print-architecture)" && $architecture == arm64 ]]; then
  [[ -e /proc/sys/fs/binfmt_misc/register ]] || mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
  update-binfmts --enable qemu-aarch64
fi
debootstrap --arch="$architecture" --variant=minbase --include=ca-certificates bookworm "$work/debian" > "$work/debootstrap.log" 2>&1 || { tail "$work/debootstrap.log"; exit 1; }
# Where this machine gets its packages, security updates included.
rm -f "$work/debian/etc/apt/sources.list"
cp -r /etc/apt/sources.list /etc/apt/sources.list.d "$work/debian/etc/apt/" 2> /dev/null || true
mount -t proc proc "$work/debian/proc"
inside() { chroot "$work/debian" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"; }
inside apt-get -qq update

# A package of the same files with another version and, if told so, another scada.
variant() {
  local version=$1 scada=${2:-}
  rm -rf "$work/variant"
  dpkg-deb -R "$deb" "$work/variant"
  sed -i "s/^Version: .*/Version: $version/" "$work/variant/DEBIAN/control"
  if [[ -n $scada ]]; then printf '%s\n' "$scada" > "$work/variant/usr/bin/scada"; fi
  dpkg-deb -b "$work/variant" "$work/debian/tmp/hearth_$version.deb" > /dev/null
}

say install
cp "$deb" "$work/debian/tmp/first.deb"
inside apt-get -qq install --yes /tmp/first.deb > "$work/install.log" 2>&1 || { cat "$work/install.log"; exit 1; }
first=$(inside scada --version)
inside sh -c 'id hearth' | grep -q gpio || fail "the user is not in group gpio"
inside scada check /usr/share/hearth/layouts/maine-house.yaml
cp "$root/layouts/simulated-house.yaml" "$work/debian/etc/hearth/house.yaml"
cp -r "$root/layouts/samples" "$work/debian/etc/hearth/"
say "run as its user, for 5 s"
inside sh -c 'mkdir -p /var/lib/hearth && chown hearth: /var/lib/hearth'
inside timeout --preserve-status -s TERM 5 setpriv --reuid hearth --regid hearth --init-groups scada run /etc/hearth/house.yaml --state /var/lib/hearth 2> "$work/run.log" || { cat "$work/run.log"; fail "it does not run"; }
grep -q started "$work/run.log" || fail "control did not start"
echo kept > "$work/debian/var/lib/hearth/kept"

say "upgrade to a version whose program does not start"
variant 9.0.0 '#!/bin/false'
if inside apt-get -qq install --yes /tmp/hearth_9.0.0.deb > "$work/bad.log" 2>&1; then fail "a bad upgrade was taken"; fi
grep 'going back' "$work/bad.log" || fail "nothing was said of going back"
[[ $(inside scada --version) == "$first" ]] || fail "the old program is not back"
[[ -e $work/debian/var/lib/hearth/kept ]] || fail "state was lost"

say "upgrade to a version that refuses this house's layout"
variant 9.1.0 $'#!/bin/sh\n[ "$1" != check ]'
if inside apt-get -qq install --yes /tmp/hearth_9.1.0.deb > "$work/bad.log" 2>&1; then fail "a bad upgrade was taken"; fi
# What is kept is what worked: the first version, not the one between.
[[ $(inside scada --version) == "$first" ]] || fail "the old program is not back"

say "upgrade to a good version"
variant 9.2.0
inside apt-get -qq install --yes /tmp/hearth_9.2.0.deb > "$work/good.log" 2>&1 || { cat "$work/good.log"; fail "a good upgrade was refused"; }
inside scada check /etc/hearth/house.yaml
[[ -e $work/debian/var/lib/hearth/kept ]] || fail "state was lost"

say remove
inside apt-get -qq remove --yes hearth > /dev/null 2>&1
[[ ! -e $work/debian/usr/bin/scada ]] || fail "scada is still there"
[[ -e $work/debian/var/lib/hearth/kept ]] || fail "removing took the state"
say purge
inside dpkg --purge hearth > /dev/null 2>&1
for left in /usr/lib/hearth /var/lib/hearth /usr/share/hearth; do
  [[ ! -e $work/debian$left ]] || fail "$left is left behind"
done
say "all of it went as it should"
