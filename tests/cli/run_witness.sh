# SPDX-License-Identifier: Apache-2.0
# 'parity run --witness': another toolchain as one more voice, which never decides.
. "$SOURCE_ROOT/tests/cli/lib.sh"
sh_world

says() { # says CASE VIEW TEXT CODE: what the witness is told to say of a case, and the exit code
	run run --no-file --json - --witness other "$1"
	check "$1: the witness $2" grep -qF "\"witness\":{\"view\":\"$2\",\"says\":$3}" "$world/out"
	check "$1: counted" grep -q "\"event\":\"summary\",.*\"witness\":{\"name\":\"other\",.*\"$2\":1" "$world/out"
	exits "$4" "$1"
}

says verdict/agree agrees null 0
says verdict/ruled agrees null 0
says verdict/licensed agrees null 0
says verdict/expected-error agrees null 0
says verdict/expected-reject agrees null 0
says verdict/diverge sides '"the witness other agrees with none of walk, fast and ahead"' 1
says verdict/unsupported sides '"walk, fast and the witness other against ahead"' 1
says verdict/golden agrees null 1
says verdict/rejected agrees null 1

one_case question.sh '#@ clause: lang#output' 'echo same' \
	'if [ "$BACKEND" = other ]; then echo odd; else echo even; fi'
says question differs '"walk, fast and ahead agree, the witness other differs"' 0
out_has '"verdict":"agree"' 'the verdict is that of the own backends'
out_has '"kind":"witness","backends":["walk","other"],"locus":"stdout[1]"' 'the difference is its own kind'
out_has '"clause":"lang#output"' 'under the clause that the case cites'
run run --no-file --witness other
exits 0 'a question blocks nothing'
out_has 'walk, fast and ahead agree, the witness other differs' 'it is told who agrees'
out_has 'witness       other agrees in 0, alone differs in 1' 'the summary counts'
check 'and names the case' sh -c 'sed -n "/^questions to the spec/,\$p" "$1" | grep -q "^  question  lang#output$"' - "$world/out"
run run --witness other
exits 0 'the same, filed'
run findings
out_has 'nothing open' 'no finding is open for it'
check 'the run holds the question' sh -c \
	'git ls-tree -r --name-only refs/parity/ledger | grep "/fail" | while read -r f; do git show "refs/parity/ledger:$f"; done | grep -q "\"kind\":\"witness\""'

one_case halves.sh '#@ clause: lang#output' \
	'case $BACKEND in ahead | other) echo one ;; *) echo two ;; esac'
says halves sides '"ahead and the witness other against walk and fast"' 1
run run --no-file --witness other
out_has 'ahead and the witness other against walk and fast' 'two against two is told as such'
one_case refused.sh '#@ clause: lang#output' '#@ stdout: fine' 'if [ "$BACKEND" = other ]; then exit 9; fi' 'echo fine'
says refused differs '"walk, fast and ahead agree, the witness other differs"' 0
one_case slow.sh '#@ clause: lang#output' '#@ timeout: 500ms' 'if [ "$BACKEND" = other ]; then exec sleep 60; fi' 'echo fast'
says slow unsettled '"the witness other did not come to an end: timeout"' 0

run run --no-file --json - slow
out_lacks '"witness"' 'without --witness nothing is said of one'
run run --no-file --witness nosuch
exits 2 'an unknown witness'
err_has "unknown profile 'nosuch'" 'it is named'
sed 's/"language": "sh"/"language": "py"/' "$world/data/oracles/profiles/other.json" >"$world/data/oracles/profiles/alien.json"
run run --no-file --witness alien
exits 2 'a witness for another language'
err_has "witness 'other' runs programs in 'py', profile 'sh' runs 'sh'" 'it is said why'
done_testing
