# SPDX-License-Identifier: Apache-2.0
# 'parity run --repeat': a backend against itself, each channel named, every attempt kept.
. "$SOURCE_ROOT/tests/cli/lib.sh"
sh_world
export PARITY_ISOLATION=L0 # programs here leave marks outside of their work directory

one_case steady.sh '#@ clause: lang#output' 'echo same'
add_case both.sh '#@ clause: lang#output' 'echo $$; echo left >left-$$'
add_case status.sh '#@ clause: lang#output' "if [ -e $world/\$BACKEND ]; then exit 1; fi; : >$world/\$BACKEND"
run run --no-file --json - --repeat 3
exits 1 'attempts that differ'
check 'every attempt of every backend is in the stream' [ "$(grep '"case":"steady"' "$world/out" |
	grep -o '"backend":"[a-z]*","role":"[caj][a-z]*","attempt":[123]' | sort -u | wc -l)" -eq 9 ]
check 'those of a flaky case too' [ "$(grep '"case":"both"' "$world/out" |
	grep -o '"backend":"[a-z]*","role":"[caj][a-z]*","attempt":[123]' | sort -u | wc -l)" -eq 9 ]
check 'what agrees with itself agrees' grep -q '"case":"steady".*"verdict":"agree"' "$world/out"
for channel in stdout files; do
	check "self-disagreement names $channel" grep -q \
		"\"case\":\"both\".*\"verdict\":\"flaky\".*\"channel\":\"$channel\",\"kind\":\"[a-z]*\",\"backends\":\[\"walk\",\"walk\"\]" \
		"$world/out"
done
check 'and the end' grep -q \
	'"case":"status".*"verdict":"flaky".*"channel":"exit","kind":"[a-z]*","backends":\["walk","walk"\]' \
	"$world/out"
run run --no-file --repeat 2 both
out_has 'disagrees with itself: attempts 1 and 2 differ at' 'the screen says which attempts'
run run --repeat 2 both
for attempt in 1 2; do
	check "the record keeps attempt $attempt" [ -n "$(git for-each-ref --format='%(refname)' refs/parity |
		while read -r ref; do git ls-tree -r --name-only "$ref"; done | grep "walk.attempt-$attempt.stdout")" ]
done
run run --no-file both
out_has 'diverge: both' 'without --repeat the same is a difference between backends'
done_testing
