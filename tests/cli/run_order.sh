# SPDX-License-Identifier: Apache-2.0
# In which order cases run, which of them, and when a run stops.
. "$SOURCE_ROOT/tests/cli/lib.sh"
sh_world
export PARITY_ISOLATION=L0 # programs here leave marks outside of their work directory

order() { # the names of the cases in the order they ended
	sed -n 's/.*"event":"case","case":"\([^"]*\)".*/\1/p' "$world/out" | tr '\n' ' '
}
order_is() { # order_is "a b c " DESCRIPTION
	check "$2" [ "$(order)" = "$1" ]
}
starts() { # starts "a b " DESCRIPTION: what comes behind is a matter of this machine's speed
	check "$2" [ -z "$(order | sed "s/^$1.*//")" ]
}
ordered_run() {
	run run --no-file --json - -j 1 "$@"
}
one_case a.sh '#@ clause: lang#output' 'echo a'
add_case b.sh '#@ clause: lang#output' 'sleep 0.3; echo b'
add_case c.sh '#@ clause: lang#output' 'echo c'
add_case d.sh '#@ clause: lang#output' "[ -e $world/mended ] || echo \$BACKEND"
add_case e.sh '#@ clause: lang#output' 'echo e'

ordered_run
order_is 'a b c d e ' 'the first time by name'
ordered_run
starts 'd b ' 'then what failed, then what took long'
ordered_run --rerun failed
exits 1 '--rerun failed'
order_is 'd ' 'is only what failed'
out_has '"planned":1' 'and nothing else was planned'
run run --no-file --rerun failed a
exits 4 'of what did not fail'
: >"$world/mended"
ordered_run --rerun failed
exits 0 'after it was mended'
run run --no-file --rerun failed
exits 4 'nothing is left to rerun'
ordered_run
starts 'b ' 'and it does not come first any more'
ordered_run --shuffle 7
first=$(order)
ordered_run --shuffle 7
order_is "$first" 'one seed is one order'
others=0
for seed in 1 2 3 4 5; do
	ordered_run --shuffle "$seed"
	[ "$(order)" = "$first" ] || others=$((others + 1))
done
check 'other seeds are other orders' [ "$others" -ge 3 ]
printf 'what\nfailed x y\nfailed 1\nok -1 a\nfailed 5 a\n\000\377' >"$world/broken"
for file in "$HOME"/.cache/parity/history/*; do
	cp "$world/broken" "$file"
done
ordered_run
exits 0 'a broken history'
order_is 'a b c d e ' 'gives what can be read of it'
rm -rf "$HOME/.cache"
: >"$HOME/.cache"
ordered_run
exits 0 'nowhere to remember'
rm "$HOME/.cache"

# The backends of one case run together: the case that is begun first ends first.
add_case f.sh '#@ clause: lang#output' "echo \$BACKEND >>$world/trace"
add_case g.sh '#@ clause: lang#output' "echo \$BACKEND >>$world/trace"
ordered_run f g
check 'backends of one case are adjacent' [ "$(tr '\n' ' ' <"$world/trace")" = \
	'walk fast ahead walk fast ahead ' ]

# A run that must end ends, with a report of what has ended.
one_case a.sh '#@ clause: lang#output' 'echo a'
add_case b.sh '#@ clause: lang#output' 'exec sleep 60'
add_case c.sh '#@ clause: lang#output' 'echo c'
run run --json "$world/events" -j 1 --timeout 50s --global-timeout 2s
exits 5 '--global-timeout'
out_has 'stopped by --global-timeout, 2 of 3 not run' 'says what stopped it and what is missing'
out_has 'agree         1' 'reports what has ended'
out_has 'filed         refs/parity/ledger' 'and files it'
check 'the stream has it too' grep -q '"complete":false,"stopped":"global-timeout"' "$world/events"
check 'no work directory is left' [ -z "$(ls -A "$TMPDIR")" ]
run merge "$world/events"
exits 5 'merged it is as incomplete'
one_case a.sh '#@ clause: lang#output' 'echo $BACKEND'
add_case b.sh '#@ clause: lang#output' 'echo b'
run run --no-file -j 1 --fail-fast
out_has 'stopped by --fail-fast, 1 of 2 not run' '--fail-fast says so too'
add_case c.sh '#@ clause: lang#output' 'echo $BACKEND'
add_case d.sh '#@ clause: lang#output' 'echo d'
rm -rf "$HOME/.cache"
run run --no-file -j 1 --fail-fast=2 --shuffle 1
out_has 'diverge       2' '--fail-fast=2 waits for the second'
run run --no-file -j 1 --fail-fast=0
exits 2 'after none there is nothing to stop'
run run --no-file --fail-fast b
exits 0 'what follows is no number of it'
run run --no-file --global-timeout 60s b
exits 0 'a limit that is not met'
done_testing
