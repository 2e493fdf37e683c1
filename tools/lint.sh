#!/usr/bin/env bash
# Runs clang-tidy with the list of .clang-tidy. By hand, not in CI: it takes longer than the build.
set -euo pipefail

usage() {
  cat <<'END'
usage: tools/lint.sh [--preset release|dev|tsan] [FILE…]

Runs clang-tidy over the .cpp files of a configured preset (default: dev), or over the FILEs given.
END
}

preset=dev
files=()
while (($#)); do
  case $1 in
  --preset)
    preset=${2:?lint: --preset needs a name: release, dev or tsan}
    shift
    ;;
  --help | -h) usage; exit 0 ;;
  -*) echo "lint: unknown option $1; see --help" >&2; exit 2 ;;
  *) files+=("$(realpath "$1")") ;;
  esac
  shift
done
if ! command -v clang-tidy >/dev/null; then
  echo "lint: clang-tidy is missing: apt-get install clang-tidy" >&2
  exit 1
fi

cd "$(dirname "${BASH_SOURCE[0]}")/.."
database=build/$preset
if [[ ! -e $database/compile_commands.json ]]; then
  echo "lint: $database is not configured; run tools/test.sh --preset $preset first" >&2
  exit 1
fi
if ((${#files[@]} == 0)); then
  mapfile -t files < <(git ls-files -- 'protocol/*.cpp' 'layouts/*.cpp' 'drivers/*.cpp' \
    'actors/*.cpp' 'tools/*.cpp')
fi
printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$(nproc)" clang-tidy --quiet -p "$database"
