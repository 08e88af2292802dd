#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Usage: agree.sh GENERATE FUSE-REF FIRST LAST [KEEP]
# Random programs, one for each seed from FIRST to LAST, must do the same under the interpreter, the in-memory
# compiler and as a compiled binary: output, exit code, message. Prints TAP, a line for each batch and a count.
#
# A compiled binary costs a second whatever is in it, so programs share a file: the interpreter finds out which
# programs fail, and a batch is many programs that end well and one that fails, which comes last and so hides
# nothing. The three executions of a batch run the very same file. A program that disagrees is named by its
# seed, told again alone, and left in KEEP (the current folder by default).
generate=$1
ref=$2
first=$3
last=$4
keep=${5:-$PWD}
batch=40
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

number=0
failed=0
tell() { # tell DESCRIPTION PROBLEM
	number=$((number + 1))
	if [ -z "$2" ]; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		printf '%s\n' "$2" | sed 's/^/# /'
		failed=1
	fi
}

# The message alone, out of what each backend wraps it in.
message() {
	sed -e ':join' -e 'N' -e '$!b join' -e 's/\n/\\n/g' "$1" | sed -e 's/^run error: //' \
		-e 's/^fatal: class=runtime_fatal pid=[0-9]* message=\(.*\) mode=aot profile=[a-z]* .* contract=aot-v1$/\1/'
}

# run_three FILE PROFILE-FLAG: NAME.out, NAME.end of each backend
run_three() {
	timeout 60 "$ref" run --backend ast "$1" >ast.out 2>ast.err </dev/null
	echo "exit $?" >ast.end
	timeout 60 "$ref" run --backend native "$1" >native.out 2>native.err </dev/null
	echo "exit $?" >native.end
	rm -rf .fuse
	if "$ref" build "$2" "$1" >build.err 2>&1; then
		timeout 60 .fuse/build/program.aot >aot.out 2>aot.err </dev/null
		echo "exit $?" >aot.end
	else
		tail -n 3 build.err >aot.err
		: >aot.out
		echo "no build" >aot.end
	fi
	for name in ast native aot; do message $name.err >>$name.end; done
}

# What a backend shows of one program: from its announcement to the next, or to the end of the run.
section() { # section NAME SEED
	awk -v mark="== $2" '$0 == mark { on = 1 } on && /^== / && $0 != mark { exit } on' "$1.out"
}

# differing: seeds of the batch in "seeds" whose sections differ, by backend, first one only
differing() {
	for seed in $seeds; do
		section ast "$seed" >want
		for name in native aot; do
			section $name "$seed" >got
			cmp -s want got && continue
			echo "$seed $name"
			return
		done
	done
	for name in native aot; do
		cmp -s ast.end $name.end || {
			echo "$seed $name"
			return
		}
	done
}

explain() {
	set -- $(differing)
	[ $# -eq 2 ] || return
	echo "seed $1: $2 differs from ast; kept as $keep/generated-$1.fuse"
	"$generate" "$1" >alone.fuse
	cp alone.fuse "$keep/generated-$1.fuse"
	run_three alone.fuse --release
	cat ast.out ast.end >want
	cat "$2.out" "$2.end" >got
	cmp -s want got && echo "alone they agree: it takes its batch, seeds $seeds"
	diff want got | head -n 8
}

run_batch() { # run_batch SEED...
	seeds=$*
	"$generate" "$@" >batch.fuse
	profile=--release
	[ $((number % 2)) -eq 0 ] || profile=--aot
	run_three batch.fuse $profile
	problem=
	if ! cmp -s ast.out native.out || ! cmp -s ast.end native.end || ! cmp -s ast.out aot.out ||
		! cmp -s ast.end aot.end; then
		problem=$(explain)
		[ -n "$problem" ] || problem="a disagreement that no seed shows, seeds $seeds"
	elif [ "$(grep -c '^== ' ast.out)" -ne $# ]; then
		problem="not every program ran: $(tail -n 1 ast.end), seeds $seeds"
	fi
	tell "$# programs agree, seeds $1 and on" "$problem"
}

# --- which programs end well, which fail ---
"$generate" "$first-$last" >all.fuse
problem=
"$generate" "$first-$last" | cmp -s all.fuse - || problem='they do not'
tell 'the same seeds give the same programs' "$problem"
"$ref" check all.fuse >check.err 2>&1 || {
	tell 'programs are well typed' "$(head -n 8 check.err)"
	echo "1..$number"
	exit 1
}
from=$first
: >well
: >fails
while [ "$from" -le "$last" ]; do
	"$generate" "$from-$last" >rest.fuse
	timeout 60 "$ref" run --backend ast rest.fuse >rest.out 2>rest.err </dev/null
	code=$?
	stopped=$(sed -n 's/^== //p' rest.out | tail -n 1)
	if [ $code -eq 0 ]; then
		seq "$from" "$last" >>well
		break
	fi
	seq "$from" $((stopped - 1)) >>well
	echo "$stopped" >>fails
	from=$((stopped + 1))
done

# --- batches ---
programs=$((last - first + 1))
while [ -s well ] || [ -s fails ]; do
	good=$(wc -l <well)
	bad=$(wc -l <fails)
	# Spread what ends well over what fails, so that each failing program closes a batch.
	size=$batch
	[ "$bad" -eq 0 ] || [ $((good / bad)) -ge "$batch" ] || size=$((good / bad))
	set -- $(head -n "$size" well) $(head -n 1 fails)
	if [ "$size" -gt 0 ]; then
		sed "1,${size}d" well >left
		mv left well
	fi
	sed 1d fails >left
	mv left fails
	run_batch "$@"
done
tell "$programs programs, $(wc -l <all.fuse) lines" ''
echo "1..$number"
exit $failed
