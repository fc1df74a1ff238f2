#!/usr/bin/env bash
# Runs `swift test` with the given arguments, and says at the end once more what failed: of a long log, people and CI
# services show the end.
set -uo pipefail
log=$(mktemp)
trap 'rm -f "$log"' EXIT

swift test --skip-build --no-parallel "$@" 2>&1 | tee "$log"
status=${PIPESTATUS[0]}

# An issue's first line, and its comments, which begin with an arrow; a crash shows as an error of swift's.
if [ "$status" -ne 0 ]; then
	echo
	echo "What failed:"
	awk '/^✘ .* recorded an issue|^error: |Fatal error/ { print substr($0, 1, 400); shown = 1; next }
	     /^↳ / { if (shown) print "    " substr($0, 1, 300); next }
	     { shown = 0 }' "$log"
fi
exit "$status"
