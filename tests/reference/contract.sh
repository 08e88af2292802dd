#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Usage: contract.sh FUSE-REF
# The command line and the contract of compiled programs: exit codes, streams, line formats. Prints TAP.
ref=$1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

printf 'app "one":\n  print("one")\n\napp "two":\n  print("two")\n  assert(false, "stop")\n' >two.fuse
printf 'app "flood":\n  while true:\n    print("more")\n' >flood.fuse
printf 'app "bad":\n  print(missing)\n' >bad.fuse
printf 'fn main():\n  print("x")\n' >noapp.fuse
printf 'test "b smoke":\n  assert(true)\ntest "a":\n  assert(false, "wrong")\ntest "Smoke":\n  print("x")\n' >tests.fuse

number=0
failed=0
# expect NAME CODE STDOUT-PATTERN STDERR-PATTERN COMMAND...: whole-text shell patterns
expect() {
	name=$1 code=$2 out=$3 err=$4
	shift 4
	"$@" >out 2>err </dev/null
	got=$?
	number=$((number + 1))
	problem=
	[ $got = "$code" ] || problem="exit code $got, want $code;"
	# shellcheck disable=SC2254
	case "$(cat out)" in $out) ;; *) problem="$problem stdout '$(cat out)';" ;; esac
	# shellcheck disable=SC2254
	case "$(cat err)" in $err) ;; *) problem="$problem stderr '$(cat err)';" ;; esac
	if [ -z "$problem" ]; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		printf '%s\n' "$problem" | sed 's/^/# /'
		failed=1
	fi
}

info='mode=aot profile=release target=* rustc=* cli=* runtime_cache=1 contract=aot-v1'
aot=.fuse/build/program.aot

expect "version" 0 'fuse-ref [0-9]*' '' "$ref" --version
expect "help" 0 'usage: *' '' "$ref" --help
expect "no command" 2 '' 'error: *' "$ref"
expect "unknown command" 2 '' "error: unknown command 'walk'*" "$ref" walk
expect "unknown option" 2 '' "error: unknown option '--fast'*" "$ref" run --fast two.fuse
expect "option of another command" 2 '' "error: unknown option '--backend'*" "$ref" check --backend ast two.fuse
expect "unknown backend" 2 '' "error: unknown backend 'jit'*" "$ref" run --backend=jit two.fuse
expect "file missing on the command line" 2 '' 'error: file missing*' "$ref" run
expect "file that is not there" 1 '' "error: *'none.fuse'*" "$ref" run none.fuse
expect "first app" 0 one '' "$ref" run two.fuse
expect "named app" 1 two 'run error: assert failed: stop' "$ref" run --app two two.fuse
expect "unknown app" 1 '' 'error: app not found: three' "$ref" run --app three two.fuse
expect "no app" 1 '' 'error: no app found*' "$ref" run noapp.fuse
expect "program arguments" 2 '' 'error: program arguments*' "$ref" run two.fuse -- --name=x
expect "rejected program" 1 '' 'error: * (bad.fuse:2:9)*' "$ref" run bad.fuse
expect "rejected program as json" 1 '' '{"code":"FUSE_*","column":9,"kind":"diagnostic","level":"error","line":2,*' \
	"$ref" check --diagnostics json bad.fuse
expect "full disk" 1 '' 'run error: cannot write to stdout: No space left on device' \
	sh -c "'$ref' run flood.fuse >/dev/full"
expect "closed pipe" 0 more 'run error: cannot write to stdout: Broken pipe' \
	sh -c "'$ref' run flood.fuse | head -n 1"
expect "tests by name" 1 'x
ok Smoke
FAILED a: assert failed: wrong
ok b smoke
FAILED (1 failed of 3 tests)' '' "$ref" test tests.fuse
expect "some of the tests" 0 'ok b smoke
ok (1 tests)' '' "$ref" test --filter smoke tests.fuse
expect "no tests" 0 '0 tests' '' "$ref" test --filter nothing tests.fuse
expect "tests of a rejected program" 1 '' 'error: * (bad.fuse:2:9)*' "$ref" test bad.fuse
expect "build of a rejected program" 1 '' '*[[]build] failed' "$ref" build --release bad.fuse
expect "build without a mode" 2 '' 'error: build needs *' "$ref" build two.fuse
expect "compiler that is not there" 1 '' "*error: cannot start 'no-such-cc'*[[]build] failed" \
	env CC=no-such-cc "$ref" build --release two.fuse
expect "failed build leaves no binary" 1 '' '' test -e $aot
expect "build" 0 '' '[[]build] aot [[]1/6]*[[]build] aot [[]6/6]*[[]build] ok' "$ref" build --release --app two two.fuse
expect "fatal envelope" 1 two "fatal: class=runtime_fatal pid=[0-9]* message=assert failed: stop $info" $aot
expect "build information" 0 "$info" '' env FUSE_AOT_BUILD_INFO=1 FUSE_AOT_STARTUP_TRACE=1 $aot
expect "startup trace" 1 two "startup: pid=[0-9]* $info
fatal: class=runtime_fatal *" env FUSE_AOT_STARTUP_TRACE=1 $aot
expect "debug profile" 0 '' '*ok' "$ref" build --aot two.fuse
expect "debug build information" 0 'mode=aot profile=debug *' '' env FUSE_AOT_BUILD_INFO=1 $aot
expect "nothing is needed at run time" 0 one '' env -i $aot
expect "unknown fault" 2 '' 'error: *FUSE_REF_FAULT*' env FUSE_REF_FAULT=none "$ref" run two.fuse
echo "1..$number"
exit $failed
