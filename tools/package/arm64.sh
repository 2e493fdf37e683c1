#!/usr/bin/env bash
# Builds the Debian package for a Raspberry Pi (arm64) on this machine.
set -euo pipefail

usage() {
  cat <<'END'
usage: tools/package/arm64.sh [--sysroot-only]

Fetches Debian's arm64 libraries into build/arm64/sysroot (about 60 MB to fetch, 300 MB on disk; no
root directory of its own, nothing of it is run), cross-compiles scada and atn against them, and
leaves build/arm64/hearth_VERSION_arm64.deb. What was fetched and compiled is used again.
END
}

case ${1:-} in
--help | -h) usage; exit 0 ;;
--sysroot-only | '') ;;
*) usage >&2; exit 2 ;;
esac

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$root/build/arm64
sysroot=$work/sysroot
# The same list as everywhere: what scada and atn are made of.
libraries="libc6-dev libstdc++-12-dev $(sed -n '/^# Libraries of scada/,/^# The household/s/^\([a-z0-9+.-]*-dev\) .*/\1/p' "$root/tools/packages.txt" | paste -sd' ')"

for program in aarch64-linux-gnu-g++ cmake ninja protoc; do
  command -v "$program" > /dev/null || { echo "$program is missing: apt-get install g++-aarch64-linux-gnu, and tools/install_packages.sh" >&2; exit 1; }
done

if [[ $(cat "$work/sysroot-made" 2> /dev/null) != "$libraries" ]]; then
  rm -rf "$sysroot" "$work/sysroot-made" "$work/apt/cache/archives"
  mkdir -p "$work"/apt/{state/lists/partial,cache/archives/partial} "$sysroot"
  : > "$work/apt/status"
  cat > "$work/apt/conf" <<END
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
Dir::State "$work/apt/state";
Dir::State::status "$work/apt/status";
Dir::Cache "$work/apt/cache";
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Acquire::Languages "none";
Binary::apt-get::APT::Keep-Downloaded-Packages "true";
DPkg::Post-Invoke {};
APT::Update::Post-Invoke {};
END
  export APT_CONFIG=$work/apt/conf
  apt-get -q update
  # shellcheck disable=SC2086
  apt-get -q --download-only --yes install $libraries
  unset APT_CONFIG
  for deb in "$work"/apt/cache/archives/*.deb; do dpkg -x "$deb" "$sysroot"; done
  # What points at the root of a system must point into this one.
  find "$sysroot" -type l -lname '/*' -print0 | while IFS= read -r -d '' link; do
    ln -sfn "$sysroot$(readlink "$link")" "$link"
  done
  echo "$libraries" > "$work/sysroot-made"
fi
[[ ${1:-} != --sysroot-only ]] || exit 0

export HEARTH_SYSROOT=$sysroot
cmake -S "$root" -B "$work/tree" -G Ninja -DCMAKE_BUILD_TYPE=Release -DHEARTH_TESTS=OFF -DHEARTH_BENCH=OFF \
  -DCMAKE_TOOLCHAIN_FILE="$root/tools/package/arm64.cmake"
cmake --build "$work/tree" -j2
cd "$work/tree"
# What the programs link against, by the packages it was taken from: dpkg-shlibdeps would look in this machine's own.
needed=$(for deb in "$work"/apt/cache/archives/*.deb; do
  dpkg-deb -c "$deb" | sed -n 's|.*/\(lib[^/ ]*\.so\.[^/ ]*\).*|\1 '"$(dpkg-deb -f "$deb" Package)"'|p'
done | grep -v -- '-dev$' | sort -u)
depends=$(aarch64-linux-gnu-readelf -d scada atn | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' | sort -u |
  while read -r library; do awk -v l="$library" '$1 == l { print $2; exit }' <<< "$needed"; done | sort -u | paste -sd, | sed 's/,/, /g')
cpack -G DEB -D CPACK_DEBIAN_PACKAGE_SHLIBDEPS=OFF -D CPACK_DEBIAN_PACKAGE_ARCHITECTURE=arm64 \
  -D "CPACK_DEBIAN_PACKAGE_DEPENDS=$depends, passwd, tzdata" -B "$work"
