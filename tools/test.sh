#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test. The last thing printed is ctest's summary.
set -euo pipefail

usage() {
  cat <<'END'
usage: tools/test.sh [--preset release|dev|tsan] [--bench] [CTEST OPTION…]

Installs missing Debian packages, configures and builds build/PRESET, runs all tests.
Other options go to ctest: `tools/test.sh -R layouts` runs the tests of the layouts alone.

  --preset P   release (default), dev (address and undefined-behaviour sanitizer), tsan (threads)
  --bench      build and print the benchmarks first (release only; they need a quiet machine)
  --help       print this
END
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
preset=release
bench=no
ctest_options=()
while (($#)); do
  case $1 in
  --preset)
    preset=${2:?test: --preset needs a name: release, dev or tsan}
    shift
    ;;
  --preset=*) preset=${1#*=} ;;
  --bench) bench=yes ;;
  --help | -h) usage; exit 0 ;;
  *) ctest_options+=("$1") ;;
  esac
  shift
done
case $preset in
release | dev | tsan) ;;
*) echo "test: unknown preset '$preset'; there are release, dev and tsan" >&2; exit 2 ;;
esac
if [[ $bench == yes && $preset != release ]]; then
  echo "test: --bench measures the release preset; a sanitizer's numbers mean nothing" >&2
  exit 2
fi

cd "$root"
tools/install_packages.sh
if [[ $bench == yes ]]; then tools/install_packages.sh tools/packages_bench.txt; fi
cmake --preset "$preset"
cmake --build --preset "$preset"
if [[ $bench == yes ]]; then cmake --build --preset "$preset" --target bench; fi
ctest --preset "$preset" "${ctest_options[@]}"
