#!/usr/bin/env bash
# The Pi's own program on Debian's arm64 kernel in a virtual machine, with GPIO, I2C and 1-wire, driven by
# an `atn` on this machine.
set -euo pipefail

usage() {
  cat <<'END'
usage: tests/pi/run.sh [TEST…]

Fetches Debian's arm64 kernel, its headers and two of its drivers' sources (about 230 MB, once, into
build/pi), builds the modules and the arm64 package (tools/package/arm64.sh), boots it in QEMU and runs
tests/pi/pi_test.py, or only the tests named. Needs `atn` of this machine: build/release/atn, or the one
HEARTH_ATN names. Half an hour the first time, two minutes after.
END
}

case ${1:-} in --help | -h) usage; exit 0 ;; esac

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$root/build/pi
arm64=$root/build/arm64
for program in qemu-system-aarch64 aarch64-linux-gnu-gcc-12 cpio mosquitto; do
  command -v "$program" > /dev/null || {
    echo "$program is missing: apt-get install qemu-system-arm g++-aarch64-linux-gnu cpio mosquitto" >&2
    exit 1
  }
done
mkdir -p "$work"

"$root/tools/package/arm64.sh"

if [[ ! -e $work/modules-made ]]; then
  rm -rf "$work"/{debs,kernel,headers,source,modules}
  mkdir -p "$work"/{debs,kernel,headers,source,modules}
  cd "$work/debs"
  image=$(APT_CONFIG=$arm64/apt/conf apt-cache depends linux-image-arm64 | sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p')
  release=${image#linux-image-}
  APT_CONFIG=$arm64/apt/conf apt-get -q download "$image" "linux-headers-$release" "linux-headers-${release%-arm64}-common" busybox-static
  version=$(dpkg-deb -f "$image"_*.deb Version)
  # Tools of the build run here, and sources must be those of the kernel.
  apt-get -q download "linux-kbuild-6.1=$version" "linux-source-6.1=$version"
  dpkg -x "$image"_*.deb "$work/kernel"
  dpkg -x busybox-static_*.deb "$work/kernel"
  for deb in linux-headers-*.deb linux-kbuild-*.deb; do dpkg -x "$deb" "$work/headers"; done
  dpkg -x linux-source-*.deb "$work/source"
  tar -xJf "$work/source/usr/src/linux-source-6.1.tar.xz" -C "$work/source" --strip-components=1 \
    linux-source-6.1/drivers/gpio/gpio-sim.c linux-source-6.1/drivers/gpio/gpiolib.h linux-source-6.1/kernel/irq/irq_sim.c
  cp "$work/source/drivers/gpio/gpio-sim.c" "$work/modules/gpio-sim-main.c"
  cp "$work/source/drivers/gpio/gpiolib.h" "$here/Makefile" "$here/plant_room_i2c.c" "$work/modules/"
  # What the kernel does not export to modules has an exported name that does the same.
  sed 's/handle_simple_irq(irq_to_desc(\(.*\)));/generic_handle_irq(\1);/' "$work/source/kernel/irq/irq_sim.c" > "$work/modules/irq_sim.c"
  built=$work/headers/usr/src/linux-headers-$release
  sed -i "s|include /usr/src|include $work/headers/usr/src|" "$built/Makefile"
  make -C "$built" M="$work/modules" ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- DEB_BUILD_ARCH=amd64 \
    DEB_HOST_GNU_TYPE=aarch64-linux-gnu modules
  rm -rf "$work/source"
  touch "$work/modules-made"
fi

guest=$work/guest
rm -rf "$guest"
mkdir -p "$guest"/{bin,dev,lib,modules,proc,sys,tmp,etc,var/lib}
cp "$work/kernel/bin/busybox" "$guest/bin/"
ln -s busybox "$guest/bin/sh"
dpkg -x "$arm64"/hearth_*_arm64.deb "$guest/package"
mv "$guest/package/usr/bin/scada" "$guest/bin/"
rm -rf "$guest/package"
# What scada needs, and what that needs.
declare -A seen
wanted=("$guest/bin/scada")
while ((${#wanted[@]})); do
  next=()
  for file in "${wanted[@]}"; do
    for library in $(aarch64-linux-gnu-readelf -d "$file" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p'); do
      [[ -z ${seen[$library]:-} ]] || continue
      seen[$library]=1
      found=$(find "$arm64/sysroot" -name "$library" \( -type f -o -type l \) | head -n 1)
      cp -L "$found" "$guest/lib/$library"
      next+=("$guest/lib/$library")
    done
  done
  wanted=("${next[@]}")
done
mkdir -p "$guest/usr/share/zoneinfo/America"
cp /usr/share/zoneinfo/America/New_York "$guest/usr/share/zoneinfo/America/"
cp /usr/share/zoneinfo/UTC "$guest/usr/share/zoneinfo/"
cp /usr/share/zoneinfo/tzdata.zi /usr/share/zoneinfo/leap* "$guest/usr/share/zoneinfo/" 2> /dev/null || true
aarch64-linux-gnu-gcc-12 -O2 -static -o "$guest/bin/pulses" "$here/pulses.c"
modules=$(echo "$work"/kernel/lib/modules/*/kernel)
for m in fs/configfs/configfs drivers/virtio/virtio_mmio net/core/failover drivers/net/net_failover drivers/net/virtio_net drivers/i2c/i2c-dev; do
  cp "$modules/$m.ko" "$guest/modules/"
done
cp "$work"/modules/{gpio-sim,plant_room_i2c}.ko "$guest/modules/"
cp "$here/house.yaml" "$guest/"
cp "$here/init" "$guest/init"
chmod +x "$guest/init"
(cd "$guest" && find . -print0 | cpio --null -o -H newc --quiet) > "$work/initrd"

exec /usr/bin/python3 "$here/pi_test.py" "$(echo "$work"/kernel/boot/vmlinuz-*)" "$work/initrd" "${HEARTH_ATN:-$root/build/release/atn}" "$@"
