#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The fault suite as one table, fault by level, as who runs it and, when that is root, as an ordinary user
# too. Exit 1 when a cell is not as it must be ("NOT") or harmed what came after ("!").
#
# Given by meson: FAULT_DRIVER, FAULT_SUBJECT, FAULT_CLOCK, PARITY, PARITY_ZYGOTE, SOURCE_ROOT.
set -u
unset PARITY_ISOLATION PARITY_CACHE
here=$(mktemp -d)
trap 'chmod -R u+rwx "$here" 2>/dev/null; rm -rf "$here"' EXIT
chmod 755 "$here"
levels=${FAULT_LEVELS:-L0 L1 L2 L3}
users=own
[ "$(id -u)" -ne 0 ] || users='own nobody'
failed=0

prepare() { # prepare FOLDER: everything a user needs who may not read the source tree
	mkdir "$1"
	cp "$FAULT_DRIVER" "$1/driver"
	# Known by this name among the processes, so that it must be one of its own.
	cp "$FAULT_SUBJECT" "$1/$2"
	cp "$FAULT_CLOCK" "$1/clock.so"
	cp "$ESCAPE_DRIVER" "$1/escapes"
	cp "$ESCAPE_PROGRAM" "$1/escape"
	cp "$PARITY" "$1/parity"
	cp "$PARITY_ZYGOTE" "$1/parity-zygote"
	cp -R "$SOURCE_ROOT/tests/cli/data" "$1/data"
	cp "$SOURCE_ROOT/tests/faults/circumstances.sh" "$1/"
	mkdir "$1/scratch"
}

as() { # as USER COMMAND...
	user=$1
	shift
	if [ "$user" = own ]; then
		"$@"
	else
		setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
	fi
}

column() { # column USER LEVEL: its cells
	world=$here/$1-$2
	subject=$(printf %.1s "$1")$2$$
	prepare "$world" "$subject"
	[ "$1" = own ] || chown -R 65534:65534 "$world"
	export PARITY_ZYGOTE="$world/parity-zygote"
	(
		cd "$world" || exit 3
		# Root's host is not for escapes to roam in.
		if [ "$2" = L2 ] || [ "$2" = L3 ] || [ "$(as "$1" id -u)" -ne 0 ]; then
			mkdir host && { [ "$1" = own ] || chown 65534:65534 host; }
			TMPDIR=$world/scratch as "$1" "$world/escapes" "$2" "$world/escape" host >"$world.ways" ||
				exit 1
		else
			: >"$world.ways"
		fi
		TMPDIR=$world/scratch as "$1" "$world/driver" "$2" "$world/$subject" &&
			as "$1" sh "$world/circumstances.sh" "$2" "$world"
	) >"$world.cells" 2>"$world.err"
	echo $? >"$world.rc"
}

for level in $levels; do
	# Both at once: most of the time is spent waiting.
	for user in $users; do
		column "$user" "$level" &
	done
	wait
	for user in $users; do
		sed "s/^/$user $level: /" "$here/$user-$level.err"
		if grep -q 'does not work here' "$here/$user-$level.err"; then
			: >"$here/$user-$level.cells"
		elif [ "$(cat "$here/$user-$level.rc")" -ne 0 ]; then
			failed=1
		fi
	done
done

# --- print it: names from every file, in the order of the first ----------------------------------
table() { # table USER KIND: from the files $here/USER-LEVEL.KIND
	who='an ordinary user'
	[ "$1" != own ] || who=$(id -un)
	printf '\n%-26s' "as $who"
	for level in $levels; do printf '%-16s' "$level"; done
	printf '\n'
	cat "$here/$1"-*."$2" | cut -f 1 | awk '!seen[$0]++' | while IFS= read -r name; do
		printf '%-26s' "$name"
		for level in $levels; do
			cell=$(awk -F '\t' -v name="$name" '$1 == name { print $2 }' "$here/$1-$level.$2")
			printf '%-16s' "${cell:-?}"
		done
		printf '\n'
	done
}
for user in $users; do
	table "$user" cells
done
printf '\nways out: "out" where it worked, "?" not tried\n'
for user in $users; do
	table "$user" ways
done
exit "$failed"
