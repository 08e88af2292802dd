#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Usage: compare.sh FUSE-REF PROGRAM...
# Runs every program under the interpreter, the in-memory compiler and as a compiled binary. Each must print
# what stands in PROGRAM's .out file, end with the message of its .err file (none: end well), and all three
# must agree. Prints TAP.
ref=$(realpath "$1")
shift
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

# The message alone, out of what each backend wraps it in, on one line as the fatal envelope has it.
message() {
	sed -e ':join' -e 'N' -e '$!b join' -e 's/\n/\\n/g' "$1" 2>/dev/null | sed -e 's/^run error: //' \
		-e 's/^fatal: class=runtime_fatal pid=[0-9]* message=\(.*\) mode=aot profile=release .* contract=aot-v1$/\1/'
}

# Runs the rest with the program's stdin (.in) and variables (.env), if any.
with_inputs() {
	stdin=/dev/null
	[ -f "${program%.fuse}.in" ] && stdin=${program%.fuse}.in
	(
		if [ -f "${program%.fuse}.env" ]; then
			while IFS= read -r line; do
				export "${line?}"
			done <"${program%.fuse}.env"
		fi
		exec "$@" <"$stdin"
	)
}

check() {
	: >want.err
	want_code=0
	if [ -f "${program%.fuse}.err" ]; then
		cat "${program%.fuse}.err" >want.err
		want_code=1
	fi
	message "$1.err" >"$1.message"
	[ "$2" = "$want_code" ] || problem="$problem $1: exit code $2, want $want_code;"
	cmp -s "${program%.fuse}.out" "$1.out" || problem="$problem $1: stdout differs;"
	cmp -s want.err "$1.message" || problem="$problem $1: message '$(cat "$1.message")';"
}

echo "1..$#"
number=0
failed=0
for program in "$@"; do
	number=$((number + 1))
	problem=
	rm -rf .fuse config.toml
	[ ! -f "${program%.fuse}.toml" ] || cp "${program%.fuse}.toml" config.toml
	for backend in ast native; do
		with_inputs "$ref" run --backend $backend "$program" >$backend.out 2>$backend.err
		check $backend $?
	done
	if "$ref" build --release "$program" >build.out 2>build.err; then
		with_inputs .fuse/build/program.aot >aot.out 2>aot.err
		check aot $?
	else
		problem="$problem aot: $(tail -n 2 build.err | tr '\n' ' ');"
	fi
	name=$(basename "$program" .fuse)
	if [ -z "$problem" ]; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		echo "# $problem"
		failed=1
	fi
done
exit $failed
