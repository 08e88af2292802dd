# SPDX-License-Identifier: Apache-2.0
# 'parity run' gives each of the eight verdicts, and the exit code that follows from it.
. "$SOURCE_ROOT/tests/cli/lib.sh"
sh_world

verdict_of() { # verdict_of CASE VERDICT CODE [OPTIONS]
	name=$1 verdict=$2 code=$3
	shift 3
	run run --no-file --json - "$@" "verdict/$name"
	check "$name is $verdict" grep -q "\"event\":\"case\",.*\"verdict\":\"$verdict\"" "$world/out"
	check "$name counts as $verdict" grep -q "\"event\":\"summary\",.*\"$verdict\":1" "$world/out"
	exits "$code" "$name"
}

verdict_of agree agree 0
verdict_of ruled agree 0
verdict_of expected-error agree 0
verdict_of expected-reject agree 0
verdict_of licensed licensed 0
verdict_of diverge diverge 1
verdict_of unsupported diverge 1
out_has '"kind":"native-unsupported"' 'a build that only the AOT backend refuses has its own kind'
verdict_of golden diverge 1
out_has '"kind":"expectation"' 'all backends against the golden is a divergence from the spec'
verdict_of alike-failure alike-failure 1
verdict_of rejected rejected 1
verdict_of flaky flaky 1 --repeat 2
verdict_of inconclusive inconclusive 5

run run verdict/diverge
exits 1 'a divergence'
fp=$(first_fp)
run waive "$fp" --owner me --reason 'known' --issue '#1' --until "$(date -u -d '+30 days' +%Y-%m-%d)"
exits 0 'waive'
run run --json - verdict/diverge
exits 1 'one of two divergences waived'
for fp in $(run findings; sed 's/ .*//' "$world/out"); do
	run waive "$fp" --owner me --reason 'known' --until "$(date -u -d '+30 days' +%Y-%m-%d)"
done
verdict_of diverge waived 0

run run --no-file -q verdict/agree verdict/licensed
out_has 'agree         1' 'agree is counted'
out_has 'licensed      1' 'licensed is counted'
out_has 'diverge       0' 'diverge is named even when there is none'
out_lacks 'flaky' 'other verdicts are named only when met'
done_testing
