# SPDX-License-Identifier: Apache-2.0
# 'parity run --aot' and '--budget': which cases are built, and that the others are no witnesses.
. "$SOURCE_ROOT/tests/cli/lib.sh"
sh_world

# Names of cases that ran with and without their AOT leg.
with() {
	sed -n 's/.*"event":"case","case":"\([^"]*\)".*"not_run":\[\].*/\1/p' "$world/out" | sort | tr '\n' ' '
}
with_is() { # with_is "a b " DESCRIPTION
	check "$2" [ "$(with)" = "$1" ]
}
aot_run() {
	run run --no-file --json - "$@"
}
one_case a.sh '#@ clause: lang#output' 'echo a'
add_case b.sh '#@ clause: lang#output' 'echo b'
add_case c.sh '#@ clause: lang#output, lang#failure' 'echo c'
add_case d.sh '#@ clause: lang#notices' 'echo d'
add_case e.sh '#@ clause: lang#output' '[ "$BACKEND" != ahead ] || echo "$BACKEND"' 'echo e'

aot_run --aot cover
exits 0 '--aot cover'
with_is 'c d ' 'builds a small set that cites every clause'
out_has '"case":"e","path":' 'the others are compared'
out_has '"not_run":["ahead"]' 'and say what they did without'
out_has '"aot_not_run":3,"aot":{"mode":"cover","budget_ms":0}' 'the summary counts them'
check 'the leg left out has no process' [ "$(grep -c '"backend":"ahead"' "$world/out")" -eq 2 ]
run run --no-file --aot cover
out_has 'all 5 cases ok, 3 of them without AOT' 'the screen does not say every backend'
out_has 'aot-not-run   3, compared without AOT (--aot cover)' 'and counts them'
aot_run --aot sample:1
check 'a sample of one' [ "$(with | wc -w)" -eq 1 ]
aot_run --aot sample:4
check 'a sample of four' [ "$(with | wc -w)" -eq 4 ]
aot_run --aot sample:99
exits 1 'a sample beyond the corpus is all of it'
aot_run --aot cover
with_is 'c d e ' 'what failed last time is built first'
exits 1 'and still diverges'

# What has changed since its AOT leg last ran is built: the program, or a clause it cites.
rm "$world/data/corpus/e.sh"
rm -rf "$HOME/.cache"
aot_run
exits 0 'everything is built once'
aot_run --aot cover
with_is 'c d ' 'nothing is new'
printf '%s\n' '#@ clause: lang#output' 'echo changed' >"$world/data/corpus/a.sh"
add_case f.sh '#@ clause: lang#output' 'echo new'
aot_run --aot cover -b fast,ahead --shard 1/1
with_is 'a c d f ' 'what is new or changed is built as well'
aot_run --aot cover
with_is 'c d ' 'once'
sed -i 's/^A program writes lines/A program may write lines/' "$world/data/spec/lang.md"
aot_run --aot sample:4
with_is 'a b c f ' 'cases of a changed clause come before the cover'
aot_run --aot sample:1
with_is 'c ' 'and are new no more'
rm -f "$HOME"/.cache/parity/aot/*
aot_run --aot cover
with_is 'c d ' 'without a memory nothing is new'
rm "$world/data/corpus/f.sh"
add_case e.sh '#@ clause: lang#output' '[ "$BACKEND" != ahead ] || echo "$BACKEND"' 'echo e'
rm -rf "$HOME/.cache"

# Shards one after another on one machine: what one of them learns does not change what another builds.
for k in 1 2 3; do
	run run --no-file --json "$world/s$k" --shard "$k/3" --aot cover
done
aot_run --aot cover
cp "$world/out" "$world/all"
run merge --ordered "$world/whole" "$world/all"
run merge --ordered "$world/merged" "$world/s1" "$world/s2" "$world/s3"
exits 0 'shards with a cover merge'
out_has 'aot-not-run   3, compared without AOT' 'the sum is told'
check 'and equal the uncut run' cmp -s "$world/whole" "$world/merged"

one_case a.sh '#@ clause: lang#output' 'sleep 0.4; echo a'
add_case b.sh '#@ clause: lang#notices' 'sleep 0.4; echo b'
add_case c.sh '#@ clause: lang#output' 'sleep 0.4; echo c'
aot_run -j 1 --budget 100ms
exits 0 '--budget'
with_is 'a ' 'begins no AOT leg when it is spent'
out_has '"aot_not_run":2,"aot":{"mode":"all","budget_ms":100}' 'and says so'

# A case without its AOT leg closes no finding of AOT.
one_case a.sh '#@ clause: lang#output' '[ "$BACKEND" != ahead ] || echo "$BACKEND"' 'echo a'
add_case b.sh '#@ clause: lang#output, lang#notices' 'echo b'
run run
exits 1 'a finding of AOT is filed'
one_case a.sh '#@ clause: lang#output' 'echo a'
add_case b.sh '#@ clause: lang#output, lang#notices' 'echo b'
git commit -q --allow-empty -m mended
rm -rf "$HOME/.cache"
run run --aot cover
exits 0 'mended, but not looked at'
out_has '0 verified fixed, 1 open' 'the finding stays open'
check 'the record says why' git grep -q '"case":"a","verdict":"agree","not_run":\["ahead"\]' refs/parity/ledger
check 'and counts it' git grep -q '"aot_not_run":1' refs/parity/ledger
run log HEAD
out_has ', 1 aot-not-run' 'the log says so'
run run --aot all
out_has '1 verified fixed' 'with its AOT leg the finding is closed'

# The same the other way round: a finding of the JIT is closed without AOT.
one_case a.sh '#@ clause: lang#output' '[ "$BACKEND" != fast ] || echo "$BACKEND"' 'echo a'
add_case b.sh '#@ clause: lang#output, lang#notices' 'echo b'
run run
one_case a.sh '#@ clause: lang#output' 'echo a'
add_case b.sh '#@ clause: lang#output, lang#notices' 'echo b'
rm -rf "$HOME/.cache"
git commit -q --allow-empty -m 'mended again'
run run --aot cover
out_has '1 verified fixed' 'a finding of the JIT is closed without AOT'

run run --no-file --aot cover -b ahead
exits 2 'nothing would be left to compare'
for bad in some sample: sample:0 sample:x sample:-1 ''; do
	run run --no-file --aot "$bad"
	exits 2 "--aot '$bad'"
done
done_testing
