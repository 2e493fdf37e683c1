#!/usr/bin/env bash
# Builds the fuzz targets with clang and runs all of them at the same time.
set -euo pipefail

usage() {
  cat <<'END'
usage: tests/fuzz/run.sh [MINUTES] [TARGET…]

Runs each TARGET (all of tests/fuzz/CMakeLists.txt unless named) for MINUTES (1 unless said), one process each,
with the lowest priority. Inputs that lead somewhere new are kept in build/fuzz/corpus/TARGET and used again; what
breaks a promise lands in build/fuzz/found/TARGET. Needs clang: tools/install_packages.sh tools/packages_fuzz.txt

Exit codes: 0 nothing was found, 1 something was.
END
}
case ${1:-} in --help | -h) usage; exit 0 ;; esac

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$root/build/fuzz
minutes=${1:-1}
shift || true
[[ $minutes =~ ^[0-9]+$ ]] || { usage >&2; exit 2; }

cmake -S "$root" -B "$work" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_COMPILER=clang++ \
  -DHEARTH_TESTS=OFF -DHEARTH_FUZZ=ON > /dev/null
if (($#)); then targets=("$@"); else
  mapfile -t targets < <(sed -n 's/^hearth_fuzz(\([a-z_]*\).*/\1/p' "$root/tests/fuzz/CMakeLists.txt")
fi
ninja -C "$work" "${targets[@]/#/fuzz_}" > "$work/build.log" || { cat "$work/build.log" >&2; exit 1; }

declare -A running
for target in "${targets[@]}"; do
  mkdir -p "$work/corpus/$target" "$work/found/$target"
  options=("-max_total_time=$((minutes * 60))" -timeout=10 -rss_limit_mb=1024 -max_len=4096 -print_final_stats=1
    "-artifact_prefix=$work/found/$target/")
  if [[ -e $root/tests/fuzz/$target.dict ]]; then options+=("-dict=$root/tests/fuzz/$target.dict"); fi
  # Tens of thousands of features a run: which of them are rare would take longer than the run.
  if grep -q "^hearth_fuzz($target LOOPS" "$root/tests/fuzz/CMakeLists.txt"; then options+=(-entropic=0); fi
  folders=("$work/corpus/$target")
  if [[ -d $root/tests/fuzz/seeds/$target ]]; then folders+=("$root/tests/fuzz/seeds/$target"); fi
  nice -n 19 "$work/tests/fuzz/fuzz_$target" "${options[@]}" "${folders[@]}" > "$work/$target.log" 2>&1 &
  running[$target]=$!
done

found=0
for target in "${targets[@]}"; do
  if wait "${running[$target]}"; then verdict=nothing; else verdict="SOMETHING: $work/$target.log"; found=1; fi
  printf '%-24s %12s inputs in %s min, found %s\n' "$target" \
    "$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$target.log")" "$minutes" "$verdict"
done
exit "$found"
