#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Circumstances that do harm, around the whole command at one level; a line each: the circumstance, a tab,
# what came of it, with "NOT " in front when that is wrong. Exit 1 when there was any.
#
#	circumstances.sh LEVEL FOLDER
#
# FOLDER holds the commands, `data` and `clock.so`, and is ours to write in.
set -u
level=$1
world=$2
parity=$world/parity
mkdir -p "$world/home" "$world/tmp"
export HOME="$world/home" TMPDIR="$world/tmp" LC_ALL=C
export GIT_CONFIG_GLOBAL="$HOME/.gitconfig" GIT_CONFIG_NOSYSTEM=1
export PARITY_DATADIR="$world/data" PARITY_PROFILE=sh PARITY_ISOLATION="$level" PARITY_JOBS=2
git config --global user.name Tester
git config --global user.email tester@example.org
rm -rf "$world/repo"
git init -q "$world/repo"
cd "$world/repo" || exit 3
git commit -q --allow-empty -m 'an empty start'
failed=0
rc=0

corpus() { # corpus TEXT...: one case, each TEXT a line of it
	rm -rf "$world/data/corpus"
	mkdir "$world/data/corpus"
	printf '%s\n' '#@ clause: lang#output' "$@" >"$world/data/corpus/case.sh"
}

run() { # run [COMMAND...]: the command that runs the corpus, under COMMAND
	"$@" "$parity" run --color never >"$world/out" 2>"$world/err" </dev/null
	rc=$?
}

tell() { # tell NAME WORD COMMAND...: WORD when COMMAND is true
	name=$1 word=$2
	shift 2
	if "$@"; then
		printf '%s\t%s\n' "$name" "$word"
	else
		failed=1
		printf '%s\tNOT %s\n' "$name" "$word"
		{
			printf '%s at %s: exit %s\n' "$name" "$level" "$rc"
			sed 's/^/  out: /' "$world/out" | head -n 20
			sed 's/^/  err: /' "$world/err" | head -n 10
		} >&2
	fi
}

# The patterns do not match themselves: grep is among the processes it looks through.
living() { # processes with the word, which begins with 7, among their arguments
	cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' '\n' | grep -cx "[7]${1#7}"
}

await() { # await COMMAND...: until it is true, or for long enough
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ "$tries" -lt 300 ] || return 1
		sleep 0.05
	done
}

none_lives() {
	[ "$(living "$1")" -eq 0 ]
}
some_live() {
	[ "$(living "$1")" -ge 2 ]
}
is_clean_fault() { # exit 3, one line, and nothing of the ledger is broken
	[ "$rc" -eq 3 ] && [ "$(wc -l <"$world/err")" -eq 1 ] && git fsck --strict >/dev/null 2>&1
}
is_fine() {
	[ "$rc" -eq 0 ] && grep -q 'agree' "$world/out"
}

# --- the runner is killed while a program and a daemon of it run; then all is as before ----------
mark=7$$
corpus "(setsid sleep $mark >/dev/null 2>&1 </dev/null &) ; sleep $mark"
"$parity" run >/dev/null 2>&1 </dev/null &
runner=$!
await some_live "$mark"
kill -KILL "$runner"
wait "$runner" 2>/dev/null
tell 'runner killed: processes' gone await none_lives "$mark"
corpus 'echo fine'
run env PARITY_CACHE=write
is_intact() {
	is_fine && git fsck --strict >/dev/null 2>&1 && git for-each-ref refs/parity | grep -q .
}
tell 'runner killed: ledger' intact is_intact
run env PARITY_CACHE=read
tell 'runner killed: cache' intact is_fine
# At once, before or while its helpers start.
"$parity" run >/dev/null 2>&1 </dev/null &
runner=$!
kill -KILL "$runner"
wait "$runner" 2>/dev/null
no_helper() {
	! cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' '\n' | grep -q "$world/parity-zygot[e]"
}
tell 'runner killed at once' gone await no_helper

# --- no room -------------------------------------------------------------------------------------
full() { # full MOUNT-OPTIONS FILL: a scratch folder of that size in mounts of our own
	mkdir -p "$world/small"
	spaces='-m'
	[ "$(id -u)" -eq 0 ] || spaces='-Urm'
	unshare "$spaces" sh -c '
		mount -t tmpfs -o "$1" small "$2/small" || exit 99
		[ -z "$3" ] || head -c 1M /dev/zero >"$2/small/filler" 2>/dev/null
		exec "$2/parity" run --color never --scratch "$2/small"' sh "$1" "$world" "$2" \
		>"$world/out" 2>"$world/err" </dev/null
	rc=$?
}
full size=64k,nr_inodes=2 ''
tell 'scratch without inodes' 'one error' is_clean_fault
full size=64k filled
tell 'scratch full' 'one error' is_clean_fault

run env HOME=/proc
tell 'read-only home' fine is_fine
run prlimit --nproc=1
if [ "$(id -u)" -eq 0 ]; then # whom that limit does not bind
	tell 'no second process' fine is_fine
else
	tell 'no second process' 'one error' is_clean_fault
fi

# --- what the caller left behind ------------------------------------------------------------------
corpus '#@ stdout: 141' 'sh -c "kill -PIPE \$\$"; echo $?'
(
	trap '' PIPE
	"$parity" run --color never --json "$world/events" >"$world/out" 2>"$world/err" </dev/null
)
rc=$?
tell 'SIGPIPE ignored' fine is_fine
corpus 'echo fine'
"$parity" run --color never >"$world/out" 2>"$world/err" <&-
rc=$?
tell 'stdin closed' fine is_fine
"$parity" run --color never >"$world/out" 2>&- <&-
rc=$?
tell 'stdin, stderr closed' fine is_fine
"$parity" run --color never >&- 2>"$world/err" <&-
rc=$?
# Nobody wants the results, and they must not go where another file has taken the number.
is_silent() {
	[ "$rc" -eq 0 ] && git fsck --strict >/dev/null 2>&1 && git for-each-ref refs/parity | grep -q .
}
tell 'stdout closed' fine is_silent
corpus 'sleep 0.2; echo fine'
run env LD_PRELOAD="$world/clock.so" ASAN_OPTIONS=verify_asan_link_order=0 PARITY_TIMEOUT=60s
tell 'clock stepped' fine is_fine
exit "$failed"
