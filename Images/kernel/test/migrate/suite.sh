#!/bin/sh
# shellcheck shell=dash
# Runs as root in a guest whose lab has these programs at this path on all nodes: sh suite.sh
# [DIRECTORY, which all users may read] [FACTOR]: prints a line per test; exits with the number of failed ones.
cd "${1:-/tmp/migrate}" || exit 64
factor=${2:-1}
failed=0

# expect STATUS LIMIT_S COMMAND...
expect() {
	local want="$1" limit="$2" status
	shift 2
	timeout "$limit" "$@" >/tmp/suite.out 2>&1 </dev/null
	status=$?
	if [ $status -eq "$want" ]; then
		echo "ok $*"
	else
		echo "FAILED $*: status $status, expected $want"
		tail -5 /tmp/suite.out
		failed=$((failed + 1))
	fi
}

# Lines of the totals at the end of /proc/popcorn_ps; workers end a moment after their process.
expect_nothing_left() {
	local left
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		left=$(tail -1 /proc/popcorn_ps)
		[ "$left" = "spaces=0 pages=0" ] && break
		sleep 1
	done
	[ "$left" = "spaces=0 pages=0" ] || { echo "FAILED: left behind: $left"; failed=$((failed + 1)); }
	if dmesg | grep -E 'WARNING:|BUG|Oops|blocked for more|Bad page|Unable to handle'; then
		echo "FAILED: the kernel complains"
		failed=$((failed + 1))
	fi
}

expect 0 60 ./hop print 2

# A warm round trip is two messages, for the pages that the thread needs travel with it.
echo reset >/proc/popcorn_stat
expect 0 300 ./hop loop $((100 * factor))
asked=$(awk '$1 == "type" && $3 ~ /^PAGE_/ { sum += $5 + $8 } END { print sum + 0 }' /proc/popcorn_stat)
[ "$asked" -lt 50 ] || { echo "FAILED: $asked messages about pages"; failed=$((failed + 1)); }

expect 0 300 ./hop route $((10 * factor))
expect 7 60 ./ends exit
expect 0 60 ./ends thread
expect 139 60 ./ends segv
dmesg | tail -3 | grep -q 'killed by signal 11 on node' || { echo "FAILED: no word of the crash"; failed=$((failed + 1)); }
expect 3 60 ./hop cat
expect 0 60 ./hop stop
expect 0 60 ./hop who
expect 0 60 ./hop as 1000 who
expect 0 60 ./hop data 3
# The process ends while its worker is being started, at different stages of it.
for delay in 0 1000 2000 4000 8000 16000 32000; do
	expect 5 60 ./hop brief $delay
done
expect 0 60 ./stand_ins
expect 0 60 ./edges fork
expect 0 60 ./edges late
expect 0 60 ./edges discard

# Killed while away.
./hop spin >/dev/null 2>&1 &
sleep 3
kill -9 $!
wait $! 2>/dev/null
expect_nothing_left
echo "$failed failed"
exit $failed
