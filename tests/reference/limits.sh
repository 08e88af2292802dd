#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Usage: limits.sh FUSE-REF LIMITS.FUSE
# Runs every app of LIMITS.FUSE under the interpreter, the in-memory compiler and as a binary: each ends with the
# message of its limit and exit code 1 or, where none is met, well; never by a signal, and not with more memory
# than the values it may hold. Some run again with little address space. Prints TAP.
ref=$(realpath "$1")
program=$(realpath "$2")
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

message() {
	sed -e 's/^run error: //' \
		-e 's/^fatal: class=runtime_fatal pid=[0-9]* message=\(.*\) mode=aot profile=[a-z]* .* contract=aot-v1$/\1/' "$1"
}

wanted() { # wanted APP KIB
	case $1 in
	'calls in blocks')
		# Each call holds the list of its loop: the memory goes before the depth.
		[ "$2" -eq 0 ] && echo 'call depth limit exceeded' || echo 'out of memory'
		;;
	calls*) echo 'call depth limit exceeded' ;;
	'deep value') ;;
	'deep value '*) echo 'value nesting limit exceeded' ;;
	'deep text decoded') echo 'invalid json: nesting limit exceeded at 1:1001' ;;
	*) echo 'out of memory' ;;
	esac
}

number=0
failed=0
# ends APP BACKEND KIB COMMAND...: with that address space (0: what there is)
ends() {
	app=$1
	backend=$2
	space=$3
	shift 3
	want=$(wanted "$app" "$space")
	code=1
	[ -n "$want" ] || code=0
	(
		[ "$space" -eq 0 ] || ulimit -v "$space"
		exec timeout -s KILL 60 "$@"
	) >out 2>err </dev/null
	got=$?
	number=$((number + 1))
	if [ $got -eq $code ] && [ "$(message err)" = "$want" ]; then
		echo "ok $number - $app, $backend"
	else
		echo "not ok $number - $app, $backend"
		echo "# exit $got, address space $space KiB: $(head -c 300 err | tr '\n' ' ')"
		failed=1
	fi
}

sed -n 's/^app "\(.*\)":$/\1/p' "$program" >apps
while IFS= read -r name; do
	spaces=0
	case $name in
	calls | 'calls in blocks' | 'endless text') spaces='0 300000 60000' ;;
	esac
	rm -rf .fuse
	"$ref" build --release --app "$name" "$program" >build.out 2>&1
	for space in $spaces; do
		ends "$name" ast "$space" "$ref" run --backend ast --app "$name" "$program"
		ends "$name" native "$space" "$ref" run --backend native --app "$name" "$program"
		ends "$name" aot "$space" .fuse/build/program.aot
	done
done <apps
echo "1..$number"
exit $failed
