#!/bin/bash
# Compares popcorn-cc's code with clang -O2 and the same libc, on this host, in one run: user time and ratio per kernel.
# qsort is libpopcorn's in both builds: musl's has another algorithm.
#
# run.sh POPCORN-CC
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for checks in none outer all; do
    POPCORN_LAB_ROOT=$here/../../../.. "$1" -fmigration-checks=$checks "$here"/*.c -o "$work/$checks"
done
musl=${XDG_CACHE_HOME:-$HOME/.cache}/popcorn-lab/sysroots/musl/x86-64/usr
library=$musl/lib/x86_64-linux-musl
clang-19 --target=x86_64-linux-musl -nostdlibinc -isystem "$musl/include/x86_64-linux-musl" -O2 -ffp-contract=off \
    -fno-pie -static -nostdlib --ld-path=ld.lld-19 -o "$work/clang" "$library/crt1.o" "$library/crti.o" "$here"/*.c \
    "$here/../../../../Images/runtime/module/sort.c" "$library/libc.a" "$(gcc -print-libgcc-file-name)" "$library/crtn.o"
for build in clang none outer all; do "$work/$build" > "$work/$build.txt"; done
for build in none outer all; do
    cmp <(awk '{ print $1, $3 }' "$work/clang.txt") <(awk '{ print $1, $3 }' "$work/$build.txt")
done
paste -d' ' "$work"/{clang,none,outer,all}.txt | awk '
    BEGIN { printf "%-14s %10s %8s %8s %8s\n", "kernel", "clang, s", "none", "outer", "all" }
    { printf "%-14s %10.4f %8.3f %8.3f %8.3f\n", $1, $2, $5 / $2, $8 / $2, $11 / $2 }'
