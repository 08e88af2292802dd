#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Does a busy machine make leaks out of nothing? Runs a corpus whose programs leave a child that ends by
# itself at once, ten times, with two busy processes a processor beside it; prints "leaks-false N 0 ok|short".
#
# Given by meson: PARITY, SOURCE_ROOT. LEAK_RUNS and LEAK_LOAD (busy processes) say otherwise.
set -u
. "$SOURCE_ROOT/tests/cli/lib.sh"
sh_world
runs=${LEAK_RUNS:-10}
load=${LEAK_LOAD:-$((2 * $(nproc)))}
busy=
one_case c0.sh '#@ clause: lang#output' '(sleep 0.01; :) & echo fine'
for i in 1 2 3 4 5 6 7 8 9; do
	add_case "c$i.sh" '#@ clause: lang#output' '(sleep 0.01; :) & echo fine'
done
for i in $(seq "$load"); do
	(while :; do :; done) &
	busy="$busy $!"
done
# shellcheck disable=SC2064,SC2086 # the list of numbers, now
trap "kill $busy; rm -rf '$world'" EXIT
false_leaks=0
for i in $(seq "$runs"); do
	run run --no-file --json -
	[ "$rc" -le 1 ] || [ "$rc" -eq 5 ] || { cat "$world/err" >&2; exit 1; }
	found=$(grep -o '"end":"leak"' "$world/out" | wc -l)
	false_leaks=$((false_leaks + found))
done
word=ok
[ "$false_leaks" -eq 0 ] || word=short
echo "leaks-false $false_leaks 0 $word"
[ "$word" = ok ]
