# SPDX-License-Identifier: Apache-2.0
# 'parity run --shard' and 'parity merge': the parts together are the whole, and nothing else is.
. "$SOURCE_ROOT/tests/cli/lib.sh"
sh_world

# merges CODE DESCRIPTION FILE...: merge into $world/ordered
merges() {
	expected=$1
	claim=$2
	shift 2
	rm -f "$world/ordered"
	run merge --ordered "$world/ordered" "$@"
	exits "$expected" "$claim"
}

same_as_whole() {
	check "$1" cmp -s "$world/ordered" "$world/whole"
}

# The case that prints its process number is flaky by nature: what it shows differs each time.
rm "$world/data/corpus/verdict/flaky.sh"
for i in 1 2 3 4 5 6 7 8 9; do
	add_case "many/case-$i.sh" '#@ clause: lang#output' "echo $i"
done

run run --no-file --json "$world/all"
whole_rc=$rc
run merge --ordered "$world/whole" "$world/all"
exits "$whole_rc" 'one stream merges to its own exit code'
check 'the ordered result is in name order' sort -c <<END
$(sed -n 's/^.*"case":"\([^"]*\)".*"event":"case".*$/\1/p' "$world/whole")
END
check 'no times are in it' lacks wall_ms "$world/whole"

for k in 1 2 3; do
	run run --no-file --json "$world/s$k" --shard "$k/3"
done
check 'every case is in one shard' [ "$(cat "$world"/s[123] | grep -c '"event":"case"')" \
	-eq "$(grep -c '"event":"case"' "$world/all")" ]
merges "$whole_rc" 'three shards' "$world/s3" "$world/s1" "$world/s2"
same_as_whole 'equal the whole, byte for byte'
out_has 'from 3 files' 'the summary is printed'
out_has 'verdict/diverge' 'what is not ok is listed'

# Cases come and go: the others stay where they were.
sed -n 's/.*"event":"case","case":"\([^"]*\)".*/\1/p' "$world/s2" | sort >"$world/before"
add_case many/another.sh '#@ clause: lang#output' 'echo more'
run run --no-file --json "$world/t2" --shard 2/3
check 'a new case moves no other' [ -z "$(sed -n 's/.*"event":"case","case":"\([^"]*\)".*/\1/p' \
	"$world/t2" | sort | comm -23 "$world/before" -)" ]
merges 2 'a shard of another corpus' "$world/s1" "$world/t2" "$world/s3"
err_has 'has another corpus' 'it is said what differs'
rm "$world/data/corpus/many/another.sh"

merges 2 'a missing shard' "$world/s1" "$world/s3"
err_has 'shard 2/3 is missing' 'it is named'
merges 2 'a shard given twice' "$world/s1" "$world/s2" "$world/s3" "$world/s2"
err_has 'stands in' 'it is named'
merges 2 'a shard beside the whole' "$world/all" "$world/s2"
echo '#@ clause: lang#output' >"$world/data/corpus/many/case-1.sh"
run run --no-file --json "$world/t1" --shard 1/3
merges 2 'a shard of changed programs' "$world/t1" "$world/s2" "$world/s3"
err_has 'has another selection' 'it is said what differs'
printf '%s\n' '#@ clause: lang#output' 'echo 1' >"$world/data/corpus/many/case-1.sh"
run run --no-file --json "$world/t1" --shard 1/3 --timeout 9s
merges 2 'a shard run in another way' "$world/t1" "$world/s2" "$world/s3"
err_has 'has another timeout_ms' 'it is said what differs'
git commit -q --allow-empty -m next
run run --no-file --json "$world/t1" --shard 1/3
merges 2 'a shard of another commit' "$world/t1" "$world/s2" "$world/s3"
err_has 'has another subject' 'it is said what differs'
git reset -q --hard HEAD~1
sed '$d' "$world/s1" >"$world/t1"
merges 2 'a shard that was cut off' "$world/t1" "$world/s2" "$world/s3"
err_has 'ends without a summary' 'it is said'
sed '3d' "$world/s1" >"$world/t1"
merges 2 'a shard with a line lost' "$world/t1" "$world/s2" "$world/s3"
err_has 'where its summary counts' 'it is said'
sed 's/"verdict":"agree"/"verdict":"licensed"/' "$world/all" >"$world/t1"
merges 2 'two streams that do not say the same' "$world/all" "$world/t1"
err_has 'in another way' 'it is said'
merges "$whole_rc" 'two streams that do' "$world/all" "$world/all"
same_as_whole 'are one'
sed 's/"index":1/"index":2/' "$world/s1" >"$world/t1"
merges 2 'a shard under a false name' "$world/t1" "$world/s1" "$world/s3"
err_has 'which is not of its shard' 'it is said'
echo '{"schema":"other"}' >"$world/t1"
merges 2 'something else' "$world/t1"
merges 2 'no file' "$world/nosuch"

# More shards than cases: the empty ones complete the whole, and are no success of their own.
one_case single.sh '#@ clause: lang#output' 'echo one'
empty=0
for k in 1 2 3; do
	run run --no-file --json "$world/s$k" --shard "$k/3"
	[ "$rc" -eq 4 ] && empty=$((empty + 1))
done
check 'an empty shard exits 4' [ "$empty" -eq 2 ]
merges 0 'one case in three shards' "$world/s1" "$world/s2" "$world/s3"
run run --no-file --shard 4/3
exits 2 'a shard beyond the last'
run run --no-file --shard 1
exits 2 'a shard without a count'
done_testing
