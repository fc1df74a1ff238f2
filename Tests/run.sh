#!/usr/bin/env bash
# Runs the tests that were built: those that the given arguments of `swift test` choose, or all. At the end it says once more
# what failed: of a long log, people and CI services show the end.
#
# Tests of guests wait more than they compute. So all of them run in two lanes beside each other, and what they leave of the
# processors is for the release build, which `make test-release` needs next.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

# Each lane is a process group, which Ctrl-C at the terminal does not reach.
lanes=()
set -m
trap 'kill -- "${lanes[@]/#/-}" 2>/dev/null; wait; exit 130' INT TERM HUP

lane() {
	"$@" </dev/null >"$logs/$((${#lanes[@]} + 1))" 2>&1 &
	lanes+=("$!")
}

# SwiftPM's lock would let the lanes wait for each other, although none builds what another one uses.
tests=(swift test --skip-build --ignore-lock --no-parallel)
if [ $# -gt 0 ]; then
	lane "${tests[@]}" "$@"
else
	# Those that share a lab cannot run at once. What EndToEndTests boots labs of its own for runs beside them, with the
	# tests of all modules: then both lanes are about as long.
	shared='^EndToEndTests[.]EndToEnd/(?!(Regression|ManyNodes|OwnKernels|Disks)\b)'
	lane "${tests[@]}" --filter "$shared"
	lane "${tests[@]}" --skip "$shared"
	lane nice make -s build
fi

# The first lane is seen as it goes on, the others after it.
status=0
for index in "${!lanes[@]}"; do
	[ "$index" -gt 0 ] && echo "== beside that:"
	tail -n +1 -f --pid="${lanes[index]}" "$logs/$((index + 1))" &
	wait "${lanes[index]}" || status=1
	wait "$!"
done

# An issue's first line, and its comments, which begin with an arrow; a crash shows as an error of swift's.
if [ "$status" -ne 0 ]; then
	echo
	echo "What failed:"
	awk '/^✘ .* recorded an issue|^error: |Fatal error/ { print substr($0, 1, 400); shown = 1; next }
	     /^↳ / { if (shown) print "    " substr($0, 1, 300); next }
	     { shown = 0 }' "$logs"/*
fi
exit "$status"
