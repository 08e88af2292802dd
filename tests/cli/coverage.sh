# SPDX-License-Identifier: Apache-2.0
# 'parity coverage' holds the corpus to its specification: cases, listed gaps, and a floor that stands.
. "$SOURCE_ROOT/tests/cli/lib.sh"
sh_world

gaps() { # gaps FLOOR [CLAUSE...]: the corpus's gaps.json, a line for each gap
	floor=$1 comma=
	shift
	{
		printf '{"schema": "parity.gaps/1", "floor": %s, "gaps": [\n' "$floor"
		for clause in "$@"; do
			printf '%s{"clause": "%s", "reason": "a reason"}' "$comma" "$clause"
			comma=",
"
		done
		printf ']}\n'
	} >"$world/data/corpus/gaps.json"
}
broken() { # broken TEXT DESCRIPTION: coverage complains in one line with the file's name and TEXT
	run coverage
	exits 2 "$2"
	err_is_one_line "$2"
	err_has "corpus/gaps.json:" "$2: the file is named"
	err_has "$1" "$2: the problem is named"
}

run coverage
exits 1 'a clause has no case and no file lists gaps'
out_has 'lang#lang ' 'the clause is in the table'
out_has 'MISSING' 'as missing'
err_has "clause 'lang#lang' has no case" 'it is named with what to do'
err_is_one_line 'one missing clause'
gaps 0.75 lang#lang
run coverage
exits 0 'the gap is listed and the floor holds'
check 'cases are counted' grep -q '^lang#notices  *1 case$' "$world/out"
out_has 'gap: a reason' 'the reason stands in the table'
out_has '4 clauses: 3 covered, 1 listed gaps, 0 missing' 'the sums'
out_has 'share 0.750, floor 0.750' 'share and floor'
run coverage --missing
out_lacks 'lang#notices' '--missing leaves out what has cases'
run coverage --json
exits 0 '--json'
check '--json: a clause a line' grep -q '"event":"clause","clause":"lang#notices".*"cases":1,"state":"covered"' "$world/out"
check '--json: the summary last' sh -c 'tail -n 1 "$1" | grep -q "\"event\":\"summary\",\"clauses\":4,\"covered\":3"' - "$world/out"

gaps 0.8 lang#lang
run coverage
exits 1 'below the floor'
err_has '3 of 4 clauses have a case, fewer than the floor asks for' 'it is said why'
run coverage --json
out_has '"exit":1' 'the summary tells the exit code'

gaps 0.5 lang#lang lang#nosuch
broken "unknown clause 'lang#nosuch'" 'an unknown clause'
gaps 0.5 lang#lang lang#notice
broken "did you mean 'lang#notices'" 'a misspelt clause'
gaps 0.5 lang#lang lang#lang
broken "gaps.json:3: gap 'lang#lang' stands twice" 'a gap twice'
gaps 0.5 lang#lang lang#notices
broken "gap 'lang#notices' has 1 case now, remove it and raise the floor" 'a gap that is closed'
gaps 1.5 lang#lang
broken "'floor' must be a number from 0 to 1" 'a floor out of range'
printf '{"schema": "parity.gaps/2", "floor": 0}' >"$world/data/corpus/gaps.json"
broken "unknown schema 'parity.gaps/2'" 'another schema'
printf '{"schema": "parity.gaps/1", "gaps": []}' >"$world/data/corpus/gaps.json"
broken "'floor' must be a number" 'no floor'
printf '{"schema": "parity.gaps/1", "floor": 0, "gaps": [{"clause": "lang#lang"}]}' >"$world/data/corpus/gaps.json"
broken "reason" 'a gap without a reason'
printf '{"schema": "parity.gaps/1", "floor": 0, "gaps": [{"clause": "lang#lang", "reason": " "}]}' >"$world/data/corpus/gaps.json"
broken "empty reason" 'a gap with a blank reason'
printf '{"schema": "parity.gaps/1", "floor": 0, "gap": []}' >"$world/data/corpus/gaps.json"
broken "unknown key 'gap'" 'an unknown key'
printf '{"schema": ' >"$world/data/corpus/gaps.json"
broken "gaps.json:1" 'broken JSON'
run coverage --gaps "$world/nowhere.json"
exits 2 '--gaps names no file'

# The floor only rises: it is held against every commit that HEAD can reach.
gaps 0.75 lang#lang
run coverage
out_has 'history none: not in a git repository' 'a corpus outside of git has no history, and that is said'
run coverage --base HEAD
exits 2 '--base outside of a repository'
git init -q "$world/data"
run coverage
out_has 'history none: the repository has no commits' 'nor has one before the first commit'
commit() { git -C "$world/data" add . && git -C "$world/data" commit -q -m "$1"; }
commit 'a floor of 0.75'
high=$(git -C "$world/data" rev-parse HEAD)
run coverage
exits 0 'the same floor as committed'
out_has "history 1 commit, highest floor 0.750 at $(printf %.12s "$high")" 'history is told'
gaps 0.5 lang#lang
run coverage
exits 1 'lower than committed'
err_is_one_line 'a floor that fell'
err_has "floor 0.500 is lower than the 0.750 of commit '$(printf %.12s "$high")': floors only rise" 'it is said than what'
run coverage --json
out_has '"history":{"commits":1,"shallow":false,"why_none":null,"floor":0.75,' '--json: history too'
out_has '"exit":1' '--json: the summary tells the exit code'
commit 'lower it'
run coverage
exits 1 'committing it changes nothing'
rm "$world/data/corpus/gaps.json"
commit 'remove it'
run coverage
err_has 'floor 0.000 is lower' 'nor does removing the file'
git -C "$world/data" checkout -q -b side "$high"
gaps 0.25 lang#lang
commit 'lower it aside'
git -C "$world/data" checkout -q main
git -C "$world/data" merge -q -s ours -m 'join' side
gaps 0.75 lang#lang
run coverage
exits 0 'back at the highest'
git -C "$world/data" checkout -q --orphan lone
gaps 0.5 lang#lang
commit 'another root'
run coverage
exits 0 'a history without a higher floor'
run coverage --base main
exits 1 '--base: held against the history of another revision'
err_has 'floor 0.500 is lower than the 0.750' '--base: it is said than what'
run coverage --base nosuch
exits 2 'an unknown revision'
err_has "unknown revision 'nosuch'" 'it is named'
git clone -q --depth 1 -b lone "file://$world/data" "$world/cut"
PARITY_DATADIR="$world/cut" run coverage
exits 0 'a history that is cut proves what it can'
out_has 'history 1 commit (cut: older ones cannot be seen)' 'and says that it is cut'
PARITY_DATADIR="$world/cut" run coverage --base HEAD
exits 3 '--base asks for the whole history'

# The corpus that came along, against its own specification.
unset PARITY_DATADIR PARITY_PROFILE
run coverage
exits 0 'the corpus keeps its floor and lists its gaps'
done_testing
