#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Usage: breadth.sh GENERATE FUSE-REF OPS.DEF FIRST LAST
# The random programs of a span of seeds hold every operation of ops.def and every construct of the canonical
# program. Prints TAP, a line for each, with how often it stands in them.
generate=$1
ref=$2
ops=$3
first=$4
last=$5
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

constructs='call call-value function list map struct variant field is-type is-variant payload cond let raise spawn const
set set-box return if while for break continue'

while [ "$first" -le "$last" ]; do
	to=$((first + 499))
	[ $to -le "$last" ] || to=$last
	"$generate" "$first-$to" >"$work/programs.fuse" &&
		"$ref" tree "$work/programs.fuse" >>"$work/tree" || {
		echo 'Bail out! the programs of some seeds have no canonical form'
		exit 1
	}
	first=$((to + 1))
done
grep -o '[A-Za-z_-][A-Za-z0-9_-]*' "$work/tree" | sort | uniq -c >"$work/words"

number=0
failed=0
for word in $(sed -n 's/^OP(\([A-Z0-9_]*\),.*/\1/p' "$ops") $constructs; do
	number=$((number + 1))
	count=$(awk -v word="$word" '$2 == word { print $1 }' "$work/words")
	[ -n "$count" ] || {
		printf 'not '
		failed=1
	}
	echo "ok $number - $word stands in them ${count:-0} times"
done
echo "1..$number"
exit $failed
