#!/usr/bin/env bash
# What of the household's page can be told without a browser: its types, what it weighs, that it asks
# nobody but the house, and how it words numbers and times.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$HEARTH_BINARY_DIR/browser
pages=$HEARTH_BINARY_DIR/pages
if [[ ! $work/installed -nt $here/package-lock.json ]]; then
  cmake -D NPM=npm -D "FROM=$here" -D "TO=$work" -P "$HEARTH_SOURCE_DIR/actors/portal/pages/install.cmake"
fi
"$work/node_modules/.bin/tsc" --project "$pages"
exec node "$here/pages_test.mjs" "$pages"
