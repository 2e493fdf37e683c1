#!/usr/bin/env bash
# From a bare Debian 12 to a running house: installs what is missing, builds, starts the demo.
set -euo pipefail

usage() {
  cat <<'END'
usage: tools/demo.sh [OPTION OF scada demo…]

Installs missing Debian packages, builds build/release, and starts `scada demo` with the options
given: a broker, a simulated house and its cloud node on this machine. Ctrl-C ends all of it.
After the first run, `build/release/scada demo --help` lists the options.

  --build-only   install and build, start nothing
  --help         print this
END
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build_only=no
case ${1-} in
--help | -h) usage; exit 0 ;;
--build-only) build_only=yes ;;
esac

"$root/tools/install_packages.sh"
(cd "$root" && cmake --preset release && cmake --build --preset release --target scada atn)
if [[ $build_only == yes ]]; then
  echo "demo: built; start it with tools/demo.sh"
  exit 0
fi
exec "$root/build/release/scada" demo "$@"
