#!/bin/sh
# Compiles what is missing or older than its source. Several of these may run at
# once: each makes a file of its own and moves it into place.
set -eu
cd "$(dirname "$0")"
mkdir -p build
for name in server client; do
    if [ -n "$(find "build/$name" -newer "src/$name.c" 2>/dev/null)" ]; then continue; fi
    ${CC:-cc} -std=c11 -O1 -Wall -o "build/$name.$$" "src/$name.c" -pthread -ldl
    mv -f "build/$name.$$" "build/$name"
done
