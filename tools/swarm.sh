#!/usr/bin/env bash
# Lives through season after season in which much goes wrong, on all cores, and keeps what broke.
set -euo pipefail

usage() {
  cat <<'END'
usage: tools/swarm.sh [--seeds N|A..B] [--keep DIR] [OPTION OF scada swarm…]

Builds build/release and runs `scada swarm` over the example houses in the sample January until
the seeds are used up or Ctrl-C: three nights of a house for each seed, drawn from it, with all
that goes wrong. Every seed that breaks a promise leaves a file, with the command that does it
again and a small version of it.

  --seeds N|A..B   which seeds (default 100000: about a night on four cores)
  --keep DIR       where failures are kept (default ./swarm-failures)
  --help           print this

Other options go to `scada swarm`; see docs/simulate/swarm.md. HEARTH_BINARY_DIR names a build
tree that is ready, and nothing is built.
END
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
for word; do
  case $word in
  --help | -h) usage; exit 0 ;;
  esac
done
if [[ -z ${HEARTH_BINARY_DIR:-} ]]; then
  HEARTH_BINARY_DIR=$root/build/release
  (cd "$root" && tools/install_packages.sh && cmake --preset release &&
    cmake --build --preset release --target scada) >&2
fi

# The large house costs three times as much as a small one and has the same code: one seed in ten.
layouts=$root/layouts
small=("$layouts/simulated-house.yaml" "$layouts/leaky-house.yaml" "$layouts/cabin.yaml")
exec "$HEARTH_BINARY_DIR/scada" swarm \
  "${small[@]}" "${small[@]}" "${small[@]}" "$layouts/maine-house.yaml" \
  --weather "$layouts/samples/january-weather.csv" --prices "$layouts/samples/january-prices.csv" \
  --seeds 100000 --keep swarm-failures "$@"
