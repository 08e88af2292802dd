# SPDX-License-Identifier: Apache-2.0
# 'parity run --witness': another toolchain as one more voice, which never decides.
. "$SOURCE_ROOT/tests/cli/lib.sh"
sh_world

says() { # says CASE VIEW TEXT CODE: what the witness is told to say of a case, and the exit code
	run run --no-file --json - --witness other "$1"
	check "$1: the witness $2" grep -qE "\"witness\":\{\"view\":\"$2\",\"says\":$3(,\"ruling\":null)?\}" "$world/out"
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
check 'and names the case' sh -c 'sed -n "/^questions to the spec/,\$p" "$1" | grep -q "^  unruled    question  lang#output$"' - "$world/out"
out_has 'by the text   the toolchain is right in 0, the witness in 0, silent in 0, unruled 1' 'nobody has ruled yet'
out_has 'ruling   none: nobody has said yet who is right by the text' 'and the case says so'
run run --witness other
exits 0 'the same, filed'
run findings
out_has 'nothing open' 'no finding is open for it'
check 'the run holds the question' sh -c \
	'git ls-tree -r --name-only refs/parity/ledger | grep "/fail" | while read -r f; do git show "refs/parity/ledger:$f"; done | grep -q "\"kind\":\"witness\""'

# Rulings: who is right by the text, tied to the text and to what was seen.
sha=$("$PARITY" clauses 'lang#output' | sed -n 's/^sha256 //p')
ruling() { # ruling CASE CLAUSE SHA AT WITNESS RIGHT
	printf '{"schema": "parity.rulings/1", "profile": "sh", "witness": "other", "rulings": [\n%s\n]}\n' \
		"{\"case\": $1, \"clause\": \"$2\", \"clause_sha256\": \"$3\", \"at\": \"$4\", \"toolchain\": \"success\",
		\"witness\": \"$5\", \"agree\": [\"walk\", \"fast\"], \"right\": \"$6\", \"why\": \"lines | come first\"}" \
		>"$world/data/corpus/rulings.json"
}
broken() { # broken TEXT DESCRIPTION: the rulings stop the run
	run run --no-file --witness other
	exits 2 "$2"
	err_is_one_line "$2"
	err_has 'rulings.json:' "$2: the file is named"
	err_has "$1" "$2: the problem is named"
}
ruling '"question"' lang#output "$sha" 'stdout[1]' success toolchain
run run --no-file --witness other
exits 0 'a ruling changes no exit code'
out_has 'ruling   toolchain: lines | come first' 'the ruling stands with the case'
out_has 'right in 1, the witness in 0, silent in 0, unruled 0' 'it is counted'
check 'and in the closing table' grep -q '^  toolchain  question  lang#output$' "$world/out"
run run --no-file --json - --witness other
out_has '"ruling":{"clause":"lang#output","right":"toolchain","why":"lines | come first","stale":false}' 'the event has it'
out_has '"ruled":{"toolchain":1,"witness":0,"silent":0},"unruled":0,"stale_rulings":0,"outdated_rulings":[]' 'and the summary'
run rulings
exits 0 'rulings'
out_has 'toolchain  question  lang#output  stdout[1]: success against success' 'rulings lists it'
run rulings --markdown
out_has '| question | `lang#output` | walk, fast | `stdout[1]` | success | success | the toolchain | lines \| come first |' 'as a table too'
ruling '"question"' lang#output "$(printf %064d 0)" 'stdout[1]' success toolchain
run run --no-file --witness other
exits 0 'a clause that changed'
out_has 'ruling   stale: lang#output changed since toolchain was said, read it again' 'makes the ruling stale'
out_has 'silent in 0, unruled 1' 'which is no ruling'
ruling '"question"' lang#output "$sha" 'stdout[0]' success toolchain
run run --no-file --witness other
out_has 'unruled 1' 'a ruling on another place does not cover this one'
check 'and is named as out of date' sh -c 'sed -n "/^rulings on differences that are no more/,\$p" "$1" | grep -q "^  question  rulings.json:2$"' - "$world/out"
ruling '"question"' lang#output "$sha" 'stdout[1]' rejected toolchain
run run --no-file --witness other
out_has 'unruled 1' 'nor one on another class'
ruling '"question"' lang#output "$sha" 'stdout[1]' success toolchain
sed -i 's/"witness": "other"/"witness": "another"/' "$world/data/corpus/rulings.json"
run run --no-file --witness other
out_has 'unruled 1' 'nor one about another pair of toolchains'
out_lacks 'no more' 'which is not out of date'
ruling '["question", "nosuch"]' lang#output "$sha" 'stdout[1]' success toolchain
broken "rulings.json:2: unknown case 'nosuch'" 'an unknown case'
ruling '["question", "question"]' lang#output "$sha" 'stdout[1]' success toolchain
broken "case 'question' has a ruling already, on line 2" 'a case twice'
ruling '[]' lang#output "$sha" 'stdout[1]' success toolchain
broken "must name its 'case'" 'no case'
ruling '"question"' lang#outputs "$sha" 'stdout[1]' success toolchain
broken "unknown clause 'lang#outputs', did you mean 'lang#output'" 'an unknown clause'
ruling '"question"' lang#output abc 'stdout[1]' success toolchain
broken "'clause_sha256' must be 64 lower-case hex digits" 'no hash'
ruling '"question"' lang#output "$sha" 'stdout[1]' success nobody
broken "'right' must be 'toolchain', 'witness' or 'silent', not 'nobody'" 'another word'
ruling '"question"' lang#output "$sha" ' ' success toolchain
broken "'at' is empty" 'an empty text'

one_case halves.sh '#@ clause: lang#output' \
	'case $BACKEND in ahead | other) echo one ;; *) echo two ;; esac'
says halves sides '"ahead and the witness other against walk and fast"' 1
run run --no-file --witness other
out_has 'ahead and the witness other against walk and fast' 'two against two is told as such'
one_case thirds.sh '#@ clause: lang#output' '#@ expect: reject' '# no-build' 'if [ "$BACKEND" = other ]; then exit 9; fi' 'echo two'
run run --no-file --json - --witness other thirds
check 'a refusal counts as a voice' grep -q '"view":"sides","says":"ahead and the witness other against walk and fast"' "$world/out"
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

# The page about the rulings that came along is what the command writes.
unset PARITY_DATADIR PARITY_PROFILE
run rulings --markdown
exits 0 'the rulings that came along'
check 'docs/questions.md is up to date' cmp "$world/out" "$SOURCE_ROOT/docs/questions.md"
out_lacks 'stale: the clause changed' 'none of them is stale'
done_testing
