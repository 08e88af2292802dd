# SPDX-License-Identifier: Apache-2.0
# Signals while a run is on: a pause stops programs and clocks, a question is answered, the first
# interruption finishes what runs, the second does not. No sleeps: guests say through fifos where they are.
# Job control without a terminal needs bash: a job has a group of its own and heeds SIGINT, and the kernel stops it.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@"
set -m
. "$SOURCE_ROOT/tests/cli/lib.sh"
sh_world

# A guest that says it is there and waits to be told to go on; outside of its work directory, so at L0.
one_case a.sh '#@ clause: lang#output' "[ \$BACKEND != walk ] || { echo \$\$ >$world/here; read go <$world/go; }" 'echo a'
add_case b.sh '#@ clause: lang#output' 'echo b'
add_case c.sh '#@ clause: lang#output' 'echo c'

begin() { # begin OPTIONS...: a run whose guest is there; $runner, $guest
	rm -rf "$world/here" "$world/go" "$HOME/.cache"
	mkfifo "$world/here" "$world/go"
	"$PARITY" run --no-file --json "$world/events" --isolation L0 -j 1 "$@" >"$world/out" 2>"$world/err" </dev/null &
	runner=$!
	read -r guest <"$world/here"
}
state() { # of a process: R, S, T ...
	sed 's/.*) \(.\).*/\1/' "/proc/$1/stat" 2>/dev/null
}
until_state() { # until_state PID STATE: it comes to that soon or the test's own limit ends us
	while [ -e "/proc/$1" ] && [ "$(state "$1")" != "$2" ]; do :; done
	[ "$(state "$1")" = "$2" ]
}
uptime_ms() {
	awk '{ printf "%d\n", $1 * 1000 }' /proc/uptime
}
pass_ms() { # let that much time pass
	end=$(($(uptime_ms) + $1))
	while [ "$(uptime_ms)" -lt "$end" ]; do :; done
}
ends() { # ends CODE DESCRIPTION
	wait "$runner"
	rc=$?
	exits "$1" "$2"
}

# Longer than the program's limit and the run's: were a clock to go on, one would end it.
begin --timeout 1500ms --global-timeout 4s
kill -TSTP "$runner"
check 'a pause stops the runner' until_state "$runner" T
check 'and the program' until_state "$guest" T
pass_ms 4500
kill -CONT "$runner"
echo >"$world/go"
ends 0 'no limit was met in the pause'
check 'everything got a verdict' grep -q '"complete":true' "$world/events"

begin
kill -USR1 "$runner"
until grep -q 'walk run' "$world/err"; do :; done
err_has '0 of 3 cases, 0 not ok, 1 process running' 'a question is answered'
check 'with what runs, and for how long' grep -qE '^  a  walk run  [0-9]+\.[0-9] s of 10\.0 s$' "$world/err"
echo >"$world/go"
ends 0 'and the run goes on'

begin
kill -INT "$runner"
echo >"$world/go"
ends 130 'the first interruption'
out_has 'interrupted by SIGINT, 2 of 3 not run' 'finishes what runs and says what did not'
check 'the case that ran has its verdict' grep -q '"case":"a".*"verdict":"agree"' "$world/events"
check 'and the stream its end' grep -q '"complete":false,"stopped":"signal","signal":2' "$world/events"

begin
kill -INT "$runner"
until grep -q '^ShdPnd:[[:blank:]]*0*$' "/proc/$runner/status"; do :; done # seen
kill -TERM "$runner"
ends 130 'a second one ends it at once'
check 'and the program' [ ! -e "/proc/$guest" ]
out_has '3 of 3 not run' 'all is counted as not run'
check 'no work directory is left' [ -z "$(ls -A "$TMPDIR")" ]

# Interrupted while paused: the end is not lost.
begin
kill -TSTP "$runner"
until_state "$runner" T
kill -INT "$runner"
kill -CONT "$runner"
echo >"$world/go"
ends 130 'interrupted in a pause'
done_testing
