# SPDX-License-Identifier: Apache-2.0
# Groups of cases: at most so many of their programs at once, while others go on beside them.
. "$SOURCE_ROOT/tests/cli/lib.sh"
sh_world
export PARITY_ISOLATION=L0 # programs here leave marks outside of their work directory

# A guest of the group is alone, or it leaves a trace. The other case waits until a guest is there.
alone() {
	printf '%s\n' '#@ clause: lang#output' '#@ group: device' \
		"mkdir $world/device 2>/dev/null || echo \$BACKEND >>$world/met" \
		"rmdir $world/device" 'echo a'
}
groups() { # groups JSON
	echo "{\"schema\": \"parity.groups/1\", \"groups\": $1}" >"$world/data/corpus/groups.json"
}
: >"$world/met"
rm -rf "$world/data/corpus"
for i in 1 2 3 4 5 6; do
	add_case "dev/$i.sh" "$(alone)"
	add_case "free/$i.sh" '#@ clause: lang#output' 'echo b'
done
groups '{"device": 1}'
run run --no-file -j 8 --json -
exits 0 'a group of one'
check 'its programs never met' [ ! -s "$world/met" ]
check 'everything ran' grep -q '"cases":12.*"complete":true' "$world/out"

# Two of three fit: a third would find both places taken.
two() {
	printf '%s\n' '#@ clause: lang#output' '#@ group: pair' \
		"mkdir $world/one 2>/dev/null && place=one || { mkdir $world/two 2>/dev/null && place=two || echo \$BACKEND >>$world/met; }" \
		"rmdir $world/\$place" 'echo a'
}
rm -rf "$world/data/corpus"
for i in 1 2 3 4; do
	add_case "$i.sh" "$(two)"
done
run run --no-file -j 8 --group pair=2
exits 0 'a group of two by option'
check 'no more than two met' [ ! -s "$world/met" ]

# While the group is full others run: the guest is let go by a case behind it.
one_case a.sh '#@ clause: lang#output' '#@ group: device' "[ \$BACKEND != walk ] || read go <$world/go" 'echo a'
add_case b.sh '#@ clause: lang#output' '#@ group: device' 'echo b'
add_case c.sh '#@ clause: lang#output' "[ \$BACKEND != walk ] || echo >$world/go" 'echo c'
mkfifo "$world/go"
run run --no-file -j 2 --group device=1 --json -
exits 0 'a full group does not hold up others'
check 'what waited for it ran too' grep -q '"cases":3.*"complete":true' "$world/out"

run run --no-file
exits 2 'a group without a limit'
err_has "the group 'device' has no limit" 'it is named'
run run --no-file --group devise=1
exits 2 'a limit without a case'
err_has "no case is of the group 'devise'" 'it is named'
for bad in device device= device=0 device=x =1; do
	run run --no-file --group "$bad"
	exits 2 "--group $bad"
done
groups '{"device": 0}'
run run --no-file
exits 2 'a limit of none'
err_has 'groups.json:' 'file and line are named'
groups '{"devise": 1}'
run run --no-file
exits 2 'a limit in the file without a case'
rm "$world/data/corpus/groups.json"
one_case a.sh '#@ group: x y' 'echo a'
run run --no-file
exits 2 'a name that is none'
mkdir -p "$world/data/corpus/folder"
rm "$world/data/corpus/a.sh"
echo 'echo a' >"$world/data/corpus/folder/main.sh"
echo '{"group": "device", "clause": "lang#output"}' >"$world/data/corpus/folder/case.json"
run run --no-file
exits 2 'case.json has the key too'
run run --no-file --group device=1
exits 0 'and it is heeded'
done_testing
