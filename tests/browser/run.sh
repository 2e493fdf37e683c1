#!/usr/bin/env bash
# Walks the household's page of a real scada with a real browser: run.sh SCADA. Pictures of what it saw
# stand in the build tree's browser/pictures afterwards.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$HEARTH_BINARY_DIR/browser
for program in node npm chromium; do
  command -v $program >/dev/null || { echo "$program is missing: tools/install_packages.sh" >&2; exit 1; }
done
if [[ ! $work/installed -nt $here/package-lock.json ]]; then
  cmake -D NPM=npm -D "FROM=$here" -D "TO=$work" -P "$HEARTH_SOURCE_DIR/actors/portal/pages/install.cmake"
fi
cd "$work"
exec node "$here/portal_browser_test.mjs" "$1" "$HEARTH_SOURCE_DIR/layouts/simulated-house.yaml" "$work/pictures"
