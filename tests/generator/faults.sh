#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Usage: faults.sh AGREE.SH GENERATE FUSE-REF
# Every miscompilation that a build with planted faults can make is found by random programs, which are then
# named by their seeds. Prints TAP.
agree=$1
generate=$2
ref=$3
keep=$(mktemp -d) || exit 1
trap 'rm -rf "$keep"' EXIT

number=0
failed=0
for fault in $("$ref" faults | sed 's/ .*//'); do
	number=$((number + 1))
	first=1
	seed=
	while [ -z "$seed" ] && [ $first -lt 1000 ]; do
		seed=$(FUSE_REF_FAULT=$fault sh "$agree" "$generate" "$ref" $first $((first + 79)) "$keep" |
			sed -n 's/^# seed \([0-9]*\): .*/\1/p' | head -n 1)
		first=$((first + 80))
	done
	if [ -n "$seed" ] && [ -s "$keep/generated-$seed.fuse" ]; then
		echo "ok $number - $fault is found by seed $seed"
	else
		echo "not ok $number - $fault is not found by seeds 1 to $first"
		failed=1
	fi
done
echo "1..$number"
exit $failed
