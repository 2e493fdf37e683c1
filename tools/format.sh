#!/usr/bin/env bash
# Formats every C++ file of the tree with Debian 12's clang-format 14.
set -euo pipefail

usage() {
  cat <<'END'
usage: tools/format.sh [--check] [FILE…]

Formats all C++ files that git knows, or the FILEs given.

  --check   change nothing; list what would change and fail if anything would
  --help    print this
END
}

check=no
files=()
while (($#)); do
  case $1 in
  --check) check=yes ;;
  --help | -h) usage; exit 0 ;;
  -*) echo "format: unknown option $1; see --help" >&2; exit 2 ;;
  *) files+=("$(realpath "$1")") ;;
  esac
  shift
done
if ! command -v clang-format >/dev/null; then
  echo "format: clang-format is missing: apt-get install clang-format" >&2
  exit 1
fi

cd "$(dirname "${BASH_SOURCE[0]}")/.."
if ((${#files[@]} == 0)); then
  mapfile -t files < <(git ls-files --cached --others --exclude-standard -- "*.hpp" "*.cpp")
fi
((${#files[@]})) || exit 0
if [[ $check == yes ]]; then
  clang-format --dry-run --Werror "${files[@]}"
else
  clang-format -i "${files[@]}"
fi
