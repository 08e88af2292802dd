# SPDX-License-Identifier: Apache-2.0
# The smaller verbs, and how the command answers slips.
. "$SOURCE_ROOT/tests/cli/lib.sh"
sh_world

run
exits 2 'no verb'
run --version
exits 0 '--version'
check 'the version is told' grep -q '^parity [0-9]' "$world/out"
run help
exits 0 'help'
run lits
exits 2 'an unknown verb'
err_has "did you mean 'list'" 'an unknown verb is answered with the one meant'
for verb in run list clauses coverage rules log show findings waive compact doctor; do
	run "$verb" --help
	exits 0 "$verb --help"
	check "$verb tells its usage" grep -q "^usage: parity $verb" "$world/out"
	check "$verb keeps within 100 columns" [ "$(awk 'length > m { m = length } END { print m }' "$world/out")" -le 100 ]
	run "$verb" --no-such-option
	exits 2 "$verb --no-such-option"
	err_is_one_line "$verb --no-such-option"
done

run list
exits 0 'list'
check 'list has every case' [ "$(wc -l <"$world/out")" -eq 12 ]
check 'list is in name order' sort -c "$world/out"
run list --names 'verdict/*e'
check 'list takes globs' [ "$(wc -l <"$world/out")" -eq 4 ]
run list --names --filter 'clause:lang#failure and not expect:error'
check 'list takes filters' [ "$(tr '\n' ' ' <"$world/out")" = 'verdict/alike-failure verdict/ruled ' ]
run list --names "$world/data/corpus/verdict/agree.sh"
check 'list takes paths' [ "$(cat "$world/out")" = verdict/agree ]
run list verdict/nothing
exits 4 'list of nothing'
run list --json verdict/agree
check 'list --json' grep -q '^{"schema":"parity.case/1","case":"verdict/agree"' "$world/out"
run list --corpus "$world/data/corpus/verdict" --names agree
exits 0 'list --corpus'

run clauses
out_has 'lang#failure' 'clauses'
run clauses lang#failure
out_has 'ends with status 1' 'clauses shows the text of one'
out_has 'verdict/ruled' 'and the cases that cite it'
run clauses --uncited
out_has 'lang#lang' 'clauses --uncited'
run clauses lang#failrue
exits 2 'an unknown clause'
err_has "did you mean 'lang#failure'" 'the clause meant is named'

run rules
out_has 'failure-line' 'rules'
run rules --toolchain "$world/nowhere"
exits 0 'rules needs no toolchain'
run rules ratify failure-line
exits 2 'ratify without a reason'
run rules ratify nosuch --reason text
exits 2 'ratify of an unknown rule'
run rules effect verdict/ruled
exits 0 'rules effect'
check 'the rule turns one verdict' grep -q '^failure-line  *1  *3  *[0-9]*  *1$' "$world/out"

run findings
exits 0 'findings of an empty ledger'
out_has 'nothing open' 'it says so'
run log
out_has '0 runs filed' 'log of an empty ledger'
run run verdict/diverge
fp=$(first_fp)
run findings --json
check 'findings --json' grep -q '^{"schema":"parity.state/1","fp":"[0-9a-f]*","state":"observed","blocking":true' "$world/out"
run waive "$fp" --owner me --reason text
exits 2 'a waiver without an end'
run waive "$fp" --owner me --reason text --until 2001-01-01
exits 2 'a waiver that is past'
run waive abcdef123456 --owner me --reason text --until 2001-01-01
exits 2 'a waiver for nothing'
run compact
exits 0 'compact'
run doctor
exits 0 'doctor'
out_has 'user namespace' 'doctor names the mechanisms'
out_has 'isolation auto uses L' 'doctor says what auto will use'
run doctor --quiet
check 'doctor --quiet prints the level alone' grep -qx 'L[0-3]' "$world/out"

done_testing
