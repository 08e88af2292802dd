# SPDX-License-Identifier: Apache-2.0
# What every command test shares: a private world, a way to run the command, and TAP.
#
# Given by meson: PARITY (the command), SOURCE_ROOT. A test sources this file, calls checks, and ends
# with done_testing.

set -u
for name in $(env | sed -n 's/^\(PARITY_[A-Z_]*\)=.*/\1/p') NO_COLOR SH_FAULT FUSE_REF_FAULT; do
	unset "$name"
done
world=$(mktemp -d)
trap 'chmod -R u+rwx "$world" 2>/dev/null; rm -rf "$world"' EXIT
export HOME="$world/home" TMPDIR="$world/tmp" LC_ALL=C
export GIT_CONFIG_GLOBAL="$world/home/.gitconfig" GIT_CONFIG_NOSYSTEM=1
mkdir "$HOME" "$TMPDIR"
git config --global user.name Tester
git config --global user.email tester@example.org
git config --global init.defaultBranch main
cp -R "$SOURCE_ROOT/tests/cli/data" "$world/data"

count=0
failed=0
rc=0

# run ARGS...: the command, its output in $world/out and $world/err, its exit code in $rc
run() {
	"$PARITY" "$@" >"$world/out" 2>"$world/err" </dev/null
	rc=$?
}

# sh_world: the shell as a toolchain, a fresh repository with one commit, and stand in it
sh_world() {
	export PARITY_DATADIR="$world/data" PARITY_PROFILE=sh
	new_repository "$world/repo"
}

new_repository() {
	rm -rf "$1"
	git init -q "$1"
	cd "$1" || exit 1
	git commit -q --allow-empty -m 'an empty start'
}

# one_case NAME TEXT...: a corpus that holds one case, each TEXT a line of it
one_case() {
	rm -rf "$world/data/corpus"
	add_case "$@"
}

add_case() {
	mkdir -p "$(dirname "$world/data/corpus/$1")"
	target="$world/data/corpus/$1"
	shift
	printf '%s\n' "$@" >"$target"
}

check() { # check DESCRIPTION COMMAND...
	count=$((count + 1))
	description=$1
	shift
	if "$@"; then
		echo "ok $count - $description"
		return
	fi
	failed=$((failed + 1))
	echo "not ok $count - $description"
	echo "# failed: $*"
	echo "# exit code $rc"
	sed 's/^/# out: /' "$world/out" | cut -c 1-200 | head -n 40
	sed 's/^/# err: /' "$world/err" | head -n 20
}

exits() { # exits CODE DESCRIPTION
	check "$2: exit $1" [ "$rc" -eq "$1" ]
}

out_has() { # out_has TEXT DESCRIPTION
	check "$2" grep -qF -- "$1" "$world/out"
}

out_lacks() {
	check "$2" lacks "$1" "$world/out"
}

err_has() {
	check "$2" grep -qF -- "$1" "$world/err"
}

lacks() {
	! grep -qF -- "$1" "$2"
}

err_is_one_line() { # err_is_one_line DESCRIPTION
	check "$1: one line" [ "$(wc -l <"$world/err")" -eq 1 ]
}

nothing_filed() {
	check "$1: nothing filed" [ -z "$(git for-each-ref refs/parity)" ]
}

# fp: the first fingerprint of the closing list
first_fp() {
	sed -n 's/^  diverge .* \([0-9a-f]\{12\}\)$/\1/p' "$world/out" | head -n 1
}

done_testing() {
	echo "1..$count"
	[ "$failed" -eq 0 ]
}
