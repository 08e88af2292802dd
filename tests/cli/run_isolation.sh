# SPDX-License-Identifier: Apache-2.0
# Where no user namespace can be made: what is used instead, and that everybody is told; limits of a whole run
# as a user meets them. Also given by meson: NO_USERNS.
. "$SOURCE_ROOT/tests/cli/lib.sh"
sh_world
without() { # the command where user namespaces are refused
	"$NO_USERNS" "$PARITY" "$@" >"$world/out" 2>"$world/err" </dev/null
	rc=$?
}

one_case fine.sh '#@ clause: lang#output' 'echo fine'
without run --no-file
exits 0 'auto without user namespaces'
check 'the summary tells the level' grep -q '^  isolation  *L1' "$world/out"
out_has 'L2 does not work here: user namespace: Operation not permitted' 'and why it is not L2'
without run --no-file --json -
check 'so do the events' grep -q '"isolation":"L1","isolation_why":"L2 does not work here' "$world/out"
without run --no-file --min-isolation L2
exits 3 'a minimum of L2'
err_is_one_line 'it'
nothing_filed 'it'
without run --no-file --isolation L2
exits 3 'L2 itself'
err_has 'isolation L2 does not work here: user namespace' 'names what is missing'
without doctor
exits 0 'the doctor'
check 'tells what is missing' grep -q '^  user namespace  *Operation not permitted' "$world/out"
out_has '--isolation auto uses L1' 'and what auto uses'
check 'control groups too, or why not' grep -qE '^  cgroup: memory  +[a-zA-Z]' "$world/out"

# --- limits of a whole run, each an end of its own -------------------------------------------------
for level in L0 L2; do
	one_case crowd.sh '#@ clause: lang#output' \
		'i=0; while [ $i -lt 40 ]; do sleep 20 & i=$((i + 1)); done; wait'
	run run --no-file --isolation "$level" --processes 20
	[ "$rc" -ne 3 ] || continue # a level that does not work here
	exits 5 "too many processes at $level"
	out_has 'met the limit of processes' 'are told'
	one_case filler.sh '#@ clause: lang#output' \
		'i=0; while [ $i -lt 8 ]; do head -c 1000000 /dev/zero >f$i; i=$((i + 1)); done; sleep 20'
	run run --no-file --isolation "$level" --disk 2
	exits 5 "too much on disk at $level"
	out_has 'met the limit of disk space' 'is told'
done
done_testing
