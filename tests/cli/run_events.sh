# SPDX-License-Identifier: Apache-2.0
# 'parity run --json': the stream that docs/events.md describes, and nothing else on its channel.
. "$SOURCE_ROOT/tests/cli/lib.sh"
sh_world

run run --json - verdict/agree verdict/diverge
exits 1 'run --json -'
check 'every line is an event' [ "$(grep -c '^{"schema":"parity.event/1","event":"[a-z]*",.*}$' "$world/out")" \
	-eq "$(wc -l <"$world/out")" ]
check 'the first is start' grep -q '"event":"start"' <<END
$(head -n 1 "$world/out")
END
check 'the last is summary' grep -q '"event":"summary","cases":2,"verdicts":{.*},"backends":\["walk","fast","ahead"\]' <<END
$(tail -n 1 "$world/out")
END
check 'cases come with fp, fp_cause, clause, channel, kind, backends and locus' \
	grep -q '"divergences":\[{"fp":"[0-9a-f]\{64\}","fp_cause":"[0-9a-f]\{64\}","clause":"lang#output",.*"channel":"stdout","kind":"value","backends":\["walk","fast"\],"locus":"stdout\[1\]"' "$world/out"
out_has '"event":"filed"' 'filing is an event'
out_has '"exit":1}' 'the summary has the exit code'
out_has "\"commit\":\"$(git rev-parse HEAD)\"" 'the subject is named'
err_has 'not ok' 'prose goes to stderr'

run run --json "$world/events" --color never verdict/agree
exits 0 'run --json FILE'
check 'the stream is in the file' [ "$(grep -c '"event"' "$world/events")" -eq 4 ]
out_has '1 case agrees on every backend' 'the screen is on stdout'
check 'no escape in the output' lacks "$(printf '\033')" "$world/out"
run run --no-file --color always verdict/agree
check 'colour on demand' grep -q "$(printf '\033')" "$world/out"
NO_COLOR=1 run run --no-file verdict/agree
check 'NO_COLOR' lacks "$(printf '\033')" "$world/out"
run run --json "$world/no/such/folder" verdict/agree
exits 2 'a stream that cannot be opened'
"$PARITY" run --no-file --json /dev/full verdict/agree >"$world/out" 2>"$world/err"
rc=$?
exits 3 'a stream that cannot be written'

PARITY_JSON=- PARITY_NO_FILE=1 run run verdict/agree
out_has '"event":"summary"' 'the environment mirrors options'
PARITY_BACKENDS=nosuch run run --no-file --backends fast verdict/agree
exits 0 'the command line wins over the environment'
run run --no-file --json - -b fast verdict/agree
out_has '"backends":["walk","fast"]' 'a subset of backends keeps the canonical one'

one_case bytes.sh 'printf "a\000b\377c\n"; printf "$BACKEND\000\377"'
run run --no-file --json -
exits 1 'NULs and bytes that are no UTF-8'
check 'the stream stays UTF-8' iconv -f UTF-8 -t UTF-8 -o "$world/utf8" "$world/out"
one_case bad.sh 'exec yes forever'
run run --no-file --json - --timeout 30s
exits 5 'a program that prints forever'
out_has '"end":"output-limit"' 'is stopped at the limit'
one_case bad.sh 'sleep 600 & sleep 600 & sleep 600'
run run --no-file --json - --timeout 300ms
exits 5 'a program that sleeps and forks'
check 'no work directory is left' [ -z "$(ls -A "$TMPDIR")" ]
one_case files.sh 'echo one >left; echo $BACKEND >>left'
run run --no-file --json -
out_has '"channel":"files"' 'files left behind are compared'
run run --no-file --keep --scratch "$world/home" files
check 'kept work directories are named and there' [ -f "$(sed -n 's/^  kept     walk in //p' "$world/out")/left" ]
done_testing
