#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Headers: each compiles alone, so nobody depends on an order of includes. CC chooses the compiler.

. "$(dirname "$0")/files.sh"

flags="-std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Wno-unused-parameter -Werror -fsyntax-only -I."
flags="$flags $(pkg-config --cflags libcjson libpcre2-8 libcrypto libgit2 2>/dev/null)"

for header in $(files 'base/*.h' 'spec/*.h' 'oracles/*.h' 'diff/*.h' 'triage/*.h' 'runner/*.h' 'tests/*.h'); do
	# shellcheck disable=SC2086 # flags are words
	printf '#include "%s"\n' "$header" | ${CC:-cc} $flags -x c - || complain "$header: does not compile alone"
done

finish
