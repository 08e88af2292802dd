#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Usage: faults.sh FUSE-REF PROGRAM...
# Every fault that the build can plant must change what some program does under the compilers it names, and
# nothing under the others. Prints TAP.
ref=$1
shift
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

# What `jit` or `aot` makes of a program: output, exit code, message.
observe() {
	if [ "$1" = jit ]; then
		timeout 10 "$ref" run "$2" 2>err </dev/null
	else
		"$ref" build --release "$2" >/dev/null 2>&1 || echo "build failed"
		timeout 10 .fuse/build/program.aot 2>err </dev/null
	fi
	echo "exit $?"
	sed -e 's/pid=[0-9]*//' err
}

number=0
for program in "$@"; do
	for backend in jit aot; do
		observe $backend "$program" >"plain-$backend-$(basename "$program")"
	done
done

"$ref" faults | while read -r name rest; do
	number=$((number + 1))
	export FUSE_REF_FAULT="$name"
	seen=
	for backend in jit aot; do
		for program in "$@"; do
			observe $backend "$program" >now
			if ! cmp -s now "plain-$backend-$(basename "$program")"; then
				seen="$seen $backend"
				break
			fi
		done
	done
	case "$rest" in
	"jit aot "*) want=" jit aot" ;;
	"jit "*) want=" jit" ;;
	*) want=" aot" ;;
	esac
	if [ "$seen" = "$want" ]; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		echo "# changed:$seen, want:$want"
	fi
done >results
cat results
echo "1..$(grep -c '^\(not \)\?ok' results)"
! grep -q '^not ok' results
