# SPDX-License-Identifier: Apache-2.0
# Broken input: one message with file and line, exit 2, nothing filed.
. "$SOURCE_ROOT/tests/cli/lib.sh"
sh_world

refused() { # refused TEXT DESCRIPTION
	run run
	exits 2 "$2"
	err_is_one_line "$2"
	err_has "$1" "$2: told with its place"
	nothing_filed "$2"
}

one_case a.sh '#@ clause: lang#output' '#@ claus: lang#output'
refused "corpus/a.sh:2: unknown directive 'claus', did you mean 'clause'" 'an unknown directive'
one_case a.sh '#@ clause: lang#outptu'
refused "corpus/a.sh:1: unknown clause 'lang#outptu', did you mean 'lang#output'" 'an unknown clause'
one_case a.sh '# first' '' '#@ expect: fine'
refused "corpus/a.sh:3: bad expectation 'fine'" 'a bad expectation'
one_case a.sh '#@ expect: ok' '#@ expect: ok'
refused "corpus/a.sh:2: directive 'expect' is given twice" 'a directive given twice'
one_case a.sh 'echo hi' '#@ expect: ok'
refused "corpus/a.sh:2: directive below" 'a directive that would be dead'
one_case a.sh '#@ steps: get /'
refused "corpus/a.sh:1: 'steps' are not carried out" 'steps'
one_case a.sh '#@ file: ../secret'
refused "corpus/a.sh:1: file name '../secret' leaves" 'a file outside'
one_case a.sh '#@ timeout: soon'
refused "corpus/a.sh:1: bad timeout 'soon'" 'a bad timeout'

one_case a/case.json '{"program": "main.sh",' ' "clause": 3}'
: >"$world/data/corpus/a/main.sh"
refused "corpus/a/case.json:2: 'clause' must be" 'a wrong type in case.json'
one_case a/case.json '{' '"expects": "ok"}'
refused "corpus/a/case.json:2: unknown key 'expects', did you mean 'expect'" 'an unknown key in case.json'
one_case a/case.json '{'
refused "corpus/a/case.json:" 'a broken case.json'
one_case a/case.json '{"steps": []}'
refused "corpus/a/case.json:1: 'steps' are not carried out" 'steps in case.json'
one_case a/case.json '{}'
refused "corpus/a/case.json:1: no file 'main.sh'" 'a case without its program'
one_case a.sh 'echo'
mkdir "$world/data/corpus/a"
echo '{"program": "main.sh"}' >"$world/data/corpus/a/case.json"
: >"$world/data/corpus/a/main.sh"
refused "case 'a' also stands in" 'a name used twice'
one_case a.sh 'echo'
ln -s /etc/passwd "$world/data/corpus/b.sh"
refused 'corpus/b.sh: link leaves the corpus' 'a link out of the corpus'

one_case a.sh 'echo hi'
profile=$world/data/oracles/profiles/sh.json
cp "$profile" "$world/profile"
sed 's/"role": "jit"/"rule": "jit"/' "$world/profile" >"$profile"
refused 'profiles/sh.json:' 'an unknown key in a profile'
echo '{' >"$profile"
refused 'profiles/sh.json:' 'a broken profile'
cp "$world/profile" "$profile"

rules=$world/data/diff/rules/sh.json
cp "$rules" "$world/rules"
sed 's/"use": "equal"/"use": "eqaul"/' "$world/rules" >"$rules"
refused 'rules/sh.json:' 'a bad word in a rule'
cp "$world/rules" "$rules"

spec=$world/data/spec
cp -R "$spec" "$world/spec"
sed -i 's/ends with status/ends with a status/' "$spec/lang.md"
refused "rule 'failure-line'" 'a word changed in a clause that a rule cites'
err_has 'lang#failure' 'the clause is named'
err_has 'lang.md:13' 'the document is named with its line'
run rules ratify failure-line --reason 'wording only'
exits 0 'ratify'
run run
exits 0 'after ratifying'
git update-ref -d refs/parity/ledger
rm -rf "$spec" && cp -R "$world/spec" "$spec" && cp "$world/rules" "$rules"
printf '\377\376' >>"$spec/lang.md"
refused 'lang.md' 'a document that is not UTF-8'
rm "$spec"/*.md
refused 'spec' 'no document'
rm -rf "$spec" && cp -R "$world/spec" "$spec"
echo '{"schema": "parity.contract/1", "licences": 4}' >"$spec/contract.json"
refused 'contract.json:1' 'a broken contract'
done_testing
