# SPDX-License-Identifier: Apache-2.0
# 'parity run --cache': only clean agreement comes back, only for the same everything, and never quietly wrong.
. "$SOURCE_ROOT/tests/cli/lib.sh"
sh_world
export PARITY_ISOLATION=L0 # programs here leave marks outside of their work directory
export PARITY_ARTIFACT_SIZE=0 # a kept build that is checked runs once more, and runs are counted here
cache="$HOME/.cache/parity/results"

# A program's runs are counted outside of its work directory.
counted() {
	printf '%s\n' '#@ clause: lang#output' "echo run >>$world/count" "echo ${1:-same}"
}
runs() { # runs N DESCRIPTION: so often did the counted program run since the last look
	check "$2" [ "$(wc -l <"$world/count")" -eq "$1" ]
	: >"$world/count"
}
cached() { # cached N DESCRIPTION
	check "$2" [ "$(grep -o '"cached":[0-9]*' "$world/out" | tail -n 1)" = "\"cached\":$1" ]
}
cache_run() {
	run run --no-file --json - --cache write --cache-check 0 "$@"
}
: >"$world/count"
one_case one.sh "$(counted)"

run run --no-file
runs 3 'without --cache programs run'
check 'and nothing is kept' [ ! -e "$cache" ]
cache_run
runs 3 'the first time programs run'
cache_run
exits 0 'from the cache'
runs 0 'the second time they do not'
cached 1 'the summary counts it'
out_has '"cached":true' 'the case says so'
run run --no-file --cache read --cache-check 0
out_has '1 of them not run' 'the screen says so'
runs 0 'a reader takes it too'
run run --no-file
runs 3 'off is off'
run run --no-file --cache read --cache-check 100
runs 3 'everything is run again on demand'
out_has '1 run again to check' 'the screen says so'

# The same everything.
SH_FAULT=other cache_run
runs 3 'another value that passes through'
SH_FAULT=other cache_run
runs 0 'is another entry'
cache_run -b ahead
runs 2 'another set of backends'
cache_run --timeout 9s
runs 3 'another limit'
sed -i 's/shell for tests 1/shell for tests 2/' "$world/data/oracles/profiles/sh.json"
cache_run
runs 3 'another toolchain'
echo ' ' >>"$world/data/diff/rules/sh.json"
cache_run
runs 3 'other rules'
echo ' ' >>"$world/data/spec/contract.json"
cache_run
runs 3 'another contract'
printf '\n## Something more\n\nThat holds.\n' >>"$world/data/spec/lang.md"
cache_run
runs 3 'another specification'
one_case one.sh "$(counted)" '# changed'
cache_run
runs 3 'another program'
cache_run
runs 0 'and all of that again'
cache_run --repeat 2
runs 6 'attempts are always run'
cached 0 'none of them is cached'

# Only clean agreement.
for name in diverge licensed alike-failure rejected flaky inconclusive; do
	rm -rf "$world/data/corpus"
	mkdir "$world/data/corpus"
	cp "$SOURCE_ROOT/tests/cli/data/corpus/verdict/$name.sh" "$world/data/corpus/"
	cache_run
	before=$rc
	cache_run
	exits "$before" "$name again"
	cached 0 "$name is not kept"
done

# A lie of the cache: the program depends on a file that no key holds.
one_case lie.sh '#@ clause: lang#output' "[ ! -e $world/outside ] || echo \$BACKEND" 'echo same'
cache_run
: >"$world/outside"
cache_run
exits 0 'nobody looked'
cached 1 'it was cached'
run run --no-file --json - --cache write --cache-check 100
exits 1 'somebody looked'
out_has 'the cache promised agreement' 'the run says loudly that the cache lied'
out_has '"mismatched":1' 'the summary counts it'
rm "$world/outside"
cache_run
cached 0 'the entry is gone'

# Damage is found, and heals.
one_case one.sh "$(counted)" '# damage'
cache_run
runs 3 'fresh'
for segment in "$cache"/*.seg; do
	printf 'XXXXXXXXXXXXXXXX' | dd of="$segment" bs=1 conv=notrunc 2>/dev/null
done
cache_run
exits 0 'bodies overwritten'
runs 3 'programs run'
cache_run
runs 0 'and the cache is whole again'
for segment in "$cache"/*.seg; do
	printf 'X' | dd of="$segment" bs=1 seek="$(($(wc -c <"$segment") - 40))" conv=notrunc 2>/dev/null
done
cache_run
exits 0 'indexes overwritten'
runs 3 'programs run'
cache_run
runs 0 'and the cache is whole again'
for segment in "$cache"/*.seg; do
	: >"$segment"
done
cache_run
runs 3 'segments emptied'
: >"$cache/new-12345"
cache_run --cache-size 1
runs 0 'healed'
one_case one.sh "$(counted)" '# leftover'
cache_run
check 'what a killed writer left is removed' [ ! -e "$cache/new-12345" ]
: >"$world/count"

# An open finding is for a run to close.
one_case one.sh "$(counted)"
run run --cache write --cache-check 0
exits 0 'agreement filed'
: >"$world/count"
one_case one.sh "$(counted '$BACKEND')"
run run --cache write --cache-check 0
exits 1 'a divergence filed'
git commit -q --allow-empty -m fixed
one_case one.sh "$(counted)"
: >"$world/count"
run run --cache write --cache-check 0
runs 3 'a case with an open finding runs'
out_has '2 verified fixed' 'and closes it'
run run --cache write --cache-check 0
runs 0 'afterwards the cache serves it again'

# Several at once, and one killed: the cache stays whole.
rm -rf "$world/data/corpus" "$cache"
for i in 1 2 3 4 5 6 7 8; do
	add_case "many/$i.sh" "$(counted "$i")"
done
for i in 1 2 3; do
	"$PARITY" run --no-file -q --cache write --cache-check 0 >/dev/null 2>&1 &
done
"$PARITY" run --no-file -q --cache write >/dev/null 2>&1 &
kill -9 $!
wait
: >"$world/count"
cache_run
exits 0 'after several at once and one killed'
cached 8 'all is cached'
out_has '"damaged":0' 'nothing is damaged'

# No place to keep it: said, and run.
: >"$world/count"
HOME='' run run --no-file --cache write
exits 0 'no home'
out_has 'no cache      neither XDG_CACHE_HOME nor HOME is set' 'it is said'
run run --no-file --cache write --cache-dir /dev/null
exits 0 'a folder that cannot be'
out_has 'no cache  ' 'it is said'
run run --no-file --cache sometimes
exits 2 'an unknown mode'
done_testing
