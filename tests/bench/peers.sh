#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The runner beside others: the same programs, each started and its output compared with "hello x",
# two at once. Rounds are interleaved and every figure is a ratio to bare posix_spawn + waitpid of
# the same round, so that a busy host disturbs all alike. A runner that is not installed is named with
# its Debian package and left out.
#
# usage: peers.sh BUILD_DIR [ROUNDS [TESTS]]; prints a table: runner, what it compares, tests,
# microseconds a test, ratio (median of the rounds); then our ratio at L2 over ctest's, which
# isolates nothing: "peers-L2-over-ctest VALUE 1.00 ok|short". Exit 1 when it is short, 3 when a
# runner failed at its tests.
set -u

build=$(realpath "${1:?build folder}")
rounds=${2:-5}
many=${3:-500}
few=$((many / 10))
hello=$build/tests/bench/hello
floor=$build/tests/bench/floor
parity=$build/runner/parity
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export LC_ALL=C HOME="$dir"
cd "$dir" || exit 1
lit=$(command -v lit || ls /usr/lib/llvm-*/build/utils/lit/lit.py 2>/dev/null | tail -n 1)

# --- the same tests, in the words of each runner ---------------------------------------------------

mkdir corpus ctest prove lit litdiff bats meson
cat >profile.json <<END
{"schema": "parity.profile/1", "name": "bench", "language": "x", "rules": "fuse", "toolchain": {"default": "$dir"},
 "backends": [
  {"name": "one", "role": "canonical", "run": {"argv": ["$hello", "x"]}, "exits": {"0": "success"}},
  {"name": "two", "role": "aot", "run": {"argv": ["$hello", "x"]}, "exits": {"0": "success"}}]}
END
echo 'cmake_minimum_required(VERSION 3.10)
project(t NONE)
enable_testing()' >ctest/CMakeLists.txt
echo "project('t')" >meson/meson.build
echo 'import lit.formats
config.name = "t"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".t"]' | tee lit/lit.cfg >litdiff/lit.cfg
echo 'hello x' >expected
i=0
while [ $i -lt "$many" ]; do
	echo '#@ stdout: hello x' >corpus/$i.x
	echo "add_test(t$i $hello x)
set_tests_properties(t$i PROPERTIES PASS_REGULAR_EXPRESSION \"^hello x\\n\$\")" >>ctest/CMakeLists.txt
	echo "RUN: $hello x" >lit/$i.t
	if [ $i -lt $few ]; then
		echo "#!/bin/sh
echo 1..1
[ \"\$($hello x)\" = 'hello x' ] && echo 'ok 1' || echo 'not ok 1'" >prove/$i.t
		echo "RUN: $hello x | diff - $dir/expected" >litdiff/$i.t
		echo "@test 't$i' { [ \"\$($hello x)\" = 'hello x' ]; }" >>bats/t.bats
		echo "test('t$i', find_program('$hello'), args: 'x')" >>meson/meson.build
	fi
	i=$((i + 1))
done
# Parity starts each program twice, to compare: half the cases are as many starts.
mkdir half && i=0
while [ $i -lt $((many / 2)) ]; do
	cp corpus/$i.x half/
	i=$((i + 1))
done
! command -v cmake >/dev/null || cmake -S ctest -B ctest/b >/dev/null 2>&1
! command -v meson >/dev/null || meson setup meson/b meson >/dev/null 2>&1
! command -v parallel >/dev/null || { mkdir -p .parallel && : >.parallel/will-cite; }

run_floor() { "$floor" "$1" 2 "$hello" x; }
run_parity() { "$parity" run --profile profile.json --corpus half --no-file -q -j 2 --cache off --isolation "${2:-L0}"; }
run_parity2() { run_parity "$1" L2; }
run_ctest() { (cd ctest/b && ctest -j2 -Q); }
run_lit() { python3 "$lit" -q -j2 lit; }
run_litdiff() { python3 "$lit" -q -j2 litdiff; }
run_parallel() { seq "$1" | parallel -j2 "[ \"\$($hello x)\" = 'hello x' ] #"; }
run_prove() { prove -Q -j2 prove; }
run_bats() { bats bats/t.bats; }
run_meson() { meson test -C meson/b --no-rebuild -q --num-processes 2; }

# --- rounds ----------------------------------------------------------------------------------------

# KEY TESTS NAME|COMPARES of what is installed here
: >plan
plan() { # plan PROGRAM PACKAGE KEY TESTS NAME
	if [ -n "$1" ] && command -v "$1" >/dev/null; then
		echo "$3 $4 $5" >>plan
	else
		echo "left out: ${5%%|*}, not installed (package $2)" >&2
	fi
}
plan "$floor" parity floor "$many" 'posix_spawn + waitpid|nothing'
plan "$parity" parity parity "$many" 'parity run -j2, L0|output, status and files of two backends'
plan "$parity" parity parity2 "$many" 'parity run -j2, L2|the same, each program isolated'
plan ctest cmake ctest "$many" 'ctest -j2|output with a pattern'
plan "$lit" llvm-14-tools lit "$many" 'lit -j2|exit status'
plan "$lit" llvm-14-tools litdiff "$few" 'lit -j2 with diff|output'
plan parallel parallel parallel "$many" 'GNU parallel -j2|output, by a shell'
plan prove perl prove "$few" 'prove -j2|output, by a shell'
plan meson meson meson "$few" 'meson test|exit status'
plan bats bats bats "$few" 'bats|output, by a shell'

round=0
while [ $round -lt "$rounds" ]; do
	round=$((round + 1))
	bare=
	while read -r key tests _; do
		begin=$(date +%s%N)
		"run_$key" "$tests" >"$dir/out" 2>&1 </dev/null || {
			echo "$key failed at its tests:" >&2
			tail -n 5 "$dir/out" >&2
			exit 3
		}
		took=$((($(date +%s%N) - begin) / tests))
		[ -n "$bare" ] || bare=$took
		echo "$key $took $bare" >>times
	done <plan
done

# median KEY: ratio and nanoseconds of the round in the middle
median() {
	awk -v key="$1" '$1 == key { print $2 / $3, $2 }' times | sort -n |
		awk '{ line[NR] = $0 } END { print line[int((NR + 1) / 2)] }'
}

echo "| runner | compares | tests | us a test | x bare spawn |"
echo "|---|---|---|---|---|"
while read -r key tests name; do
	median "$key" | awk -v name="${name%%|*}" -v what="${name##*|}" -v tests="$tests" \
		'{ printf "| %s | %s | %d | %.0f | %.2f |\n", name, what, tests, $2 / 1000, $1 }'
done <plan

grep -q '^ctest ' plan || exit 0
{ median parity2 && median ctest; } | awk '{ ratio[NR] = $1 } END {
	over = ratio[1] / ratio[2]
	printf "peers-L2-over-ctest %.2f 1.00 %s\n", over, over <= 1 ? "ok" : "short"
	exit over > 1
}'
