# SPDX-License-Identifier: Apache-2.0
# Every exit code of 'parity run', with what stands beside it: one message, nothing half filed.
. "$SOURCE_ROOT/tests/cli/lib.sh"
sh_world

run run verdict/agree
exits 0 'all agree'
run run verdict/diverge
exits 1 'a divergence'

run run --no-such
exits 2 'an unknown option'
err_is_one_line 'an unknown option'
run run --tiemout 5s
err_has "did you mean '--timeout'" 'a slip is answered with the option meant'
run run --timeout 5
exits 2 'a duration without a unit'
run run --filter 'name:('
exits 2 'a broken filter'
err_has 'column' 'a broken filter is told with its column'
run run --backends fast,nosuch
exits 2 'an unknown backend'
err_has 'walk, fast, ahead' 'the known backends are named'
run run --backends walk
exits 2 'only the canonical backend'
run run --profile nosuch
exits 2 'an unknown profile'
err_has 'known are: other, sh' 'the known profiles are named'
run run --corpus "$world/nowhere"
exits 2 'a missing corpus'

run run --toolchain "$world/nowhere"
exits 3 'a missing toolchain'
err_is_one_line 'a missing toolchain'
sed 's,"argv": \["${toolchain}/sh"\, "${file}"\],"argv": ["/nonexistent/sh"\, "${file}"],' \
	"$world/data/oracles/profiles/sh.json" >"$world/data/oracles/profiles/broken.json"
run run --no-file --profile broken verdict/agree
exits 3 'a backend that does not start'
out_has 'inconclusive' 'a backend that does not start is no verdict'

run run nothing/like/this
exits 4 'a name that no case has'
err_is_one_line 'a name that no case has'
run run --filter 'name:verdict/agree and name:verdict/diverge'
exits 4 'a filter that matches nothing'
run run --filter 'name:verdict/agree' 'verdict/agree' 'verdict/typo'
exits 4 'one of several names is wrong'
mkdir "$world/empty"
run run --corpus "$world/empty"
exits 4 'an empty corpus is never green'
run run --json - nothing/like/this
check 'the event stream ends with a summary even then' \
	grep -q '"event":"summary",.*"exit":4' "$world/out"

run run verdict/inconclusive
exits 5 'only inconclusive verdicts'
run run --fail-fast -j 1 verdict/diverge verdict/golden verdict/unsupported
exits 1 'fail-fast'
out_has 'not run' 'fail-fast says what did not run'
out_has 'filed ' 'what fail-fast saw is filed'
run log --json
check 'as an incomplete run' grep -q '"complete":false' "$world/out"

for number in 2 15; do
	one_case "slow.sh" 'echo started' 'sleep 1'
	git update-ref -d refs/parity/ledger
	: >"$world/out" # the last run's start must not be taken for this one's
	# A background job of a shell ignores SIGINT unless it says otherwise.
	env --default-signal=INT "$PARITY" run --json - >"$world/out" 2>"$world/err" &
	pid=$!
	until grep -q '"event":"start"' "$world/out"; do :; done
	kill -"$number" "$pid"
	wait "$pid"
	rc=$?
	exits $((128 + number)) "interrupted by signal $number"
	check 'the partial summary is told' grep -q '"event":"summary"' "$world/out"
	check 'and it is not filed' grep -q '"not_filed":"the run was interrupted"' "$world/out"
	check 'no work directory is left' [ -z "$(ls -A "$TMPDIR")" ]
done

one_case "slow.sh" 'trap "" TERM' 'sleep 60'
: >"$world/out"
env --default-signal=INT "$PARITY" run --timeout 50s --json - >"$world/out" 2>"$world/err" &
pid=$!
until grep -q '"event":"start"' "$world/out"; do :; done
kill -2 "$pid"
while kill -2 "$pid" 2>/dev/null; do :; done
wait "$pid"
rc=$?
exits 130 'interrupted twice'
check 'without waiting for the program' grep -q '"cases":0' "$world/out"
check 'no work directory is left' [ -z "$(ls -A "$TMPDIR")" ]
done_testing
