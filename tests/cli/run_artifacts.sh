# SPDX-License-Identifier: Apache-2.0
# 'parity run --cache' and builds: an unchanged program is not built again, and no kept build lies unseen.
. "$SOURCE_ROOT/tests/cli/lib.sh"
sh_world
export PARITY_ISOLATION=L0 # builds here leave marks outside of their work directory
kept="$HOME/.cache/parity/artifacts"
profile="$world/data/oracles/profiles/sh.json"

# Builds are counted, and take something along that no key holds.
: >"$world/count"
: >"$world/hidden"
cat >"$world/build.sh" <<END
/bin/sh -n "\$1" && ! grep -q no-build "\$1" && cat "\$1" $world/hidden >program && echo built >>$world/count
END
sed -i "s|\"build\": {.*|\"build\": {\"argv\": [\"/bin/sh\", \"$world/build.sh\", \"\${file}\"]},|" "$profile"

builds() { # builds N DESCRIPTION: so many since the last look
	check "$2" [ "$(wc -l <"$world/count")" -eq "$1" ]
	: >"$world/count"
}
artifacts() { # artifacts FIELD N DESCRIPTION
	check "$3" grep -q "\"artifacts\":{[^}]*\"$1\":$2[,}]" "$world/out"
}
# A case that diverges is in no cache of results, so that it runs each time.
diverging() {
	printf '%s\n' '#@ clause: lang#output' 'echo $BACKEND'
}
build_run() {
	run run --no-file --json - --cache write --cache-check 0 "$@"
}
one_case one.sh "$(diverging)"

run run --no-file
builds 1 'without --cache programs are built'
check 'and nothing is kept' [ ! -e "$kept" ]
build_run
builds 1 'the first time programs are built'
artifacts stored 1 'and kept'
cp "$world/out" "$world/first"
build_run
builds 0 'the second time they are not'
exits 1 'what they do is the same'
artifacts reused 1 'the summary counts it'
out_has '"build_cached":true' 'the process says so'
cp "$world/out" "$world/second"
run merge --ordered "$world/a" "$world/first"
run merge --ordered "$world/b" "$world/second"
check 'the ordered results are equal' cmp -s "$world/a" "$world/b"
run run --no-file --cache read --cache-check 0
out_has '1 builds reused, 0 built again to check' 'the screen says so'
builds 0 'a reader takes it too'

# What a build depends on.
build_run --rules "$world/data/diff/rules/sh.json" -b ahead
builds 0 'other backends beside it make no difference'
one_case one.sh "$(diverging)" '# changed'
build_run
builds 1 'another program'
SH_FAULT=x build_run
builds 1 'another value that passes through'
sed -i 's/shell for tests 1/shell for tests 2/' "$profile"
build_run
builds 1 'another toolchain'
sed -i 's|"/bin/sh", |"/bin/sh", "-u", |' "$profile"
build_run
builds 1 'another command'
build_run
builds 0 'and all of that again'
build_run --repeat 2
builds 2 'attempts are always built'
out_has '"artifacts":{"why":"--repeat asks for builds"' 'and it is said'
build_run --artifact-size 0
builds 1 'no room, no reuse'

# A failed build is not kept.
one_case refused.sh '#@ clause: lang#output' '# no-build' 'echo x'
build_run
before=$rc
artifacts stored 0 'a failed build is not kept'
build_run
exits "$before" 'and fails again'

# A lie: the build took something along that no key holds.
one_case one.sh "$(diverging)" '# lie'
build_run
: >"$world/count"
echo 'echo more' >"$world/hidden"
build_run
builds 0 'nobody looked'
exits 1 'the kept build stands'
run run --no-file --json - --cache write --cache-check 100
exits 1 'somebody looked'
builds 1 'and built'
out_has 'a kept build of ahead behaves in another way' 'the run says loudly that they differ'
artifacts mismatched 1 'the summary counts it'
build_run
builds 1 'the lie is gone'
run run --no-file --json - --cache write --cache-check 100
artifacts mismatched 0 'a true one passes the check'
artifacts checked 1 'and is counted'
: >"$world/hidden"
: >"$world/count"

# Damage is found, and heals.
one_case one.sh "$(diverging)" '# damage'
build_run
for file in "$kept"/*.art; do
	printf 'X' | dd of="$file" bs=1 seek=200 conv=notrunc 2>/dev/null
done
build_run
builds 2 'a damaged build is made again'
artifacts damaged 1 'and counted'
build_run
builds 0 'and is whole again'
for file in "$kept"/*.art; do
	: >"$file"
done
build_run
builds 1 'a torn one too'
run run --no-file --cache write --cache-check 0
out_lacks 'were not whole' 'nothing is damaged any more'

# An open finding is built anew.
run run --cache write --cache-check 0
exits 1 'a divergence is filed'
: >"$world/count"
build_run
builds 1 'a case with an open finding is built'

# Several at once, and one killed in a build: what is kept stays whole.
rm -rf "$world/data/corpus" "$kept"
for i in 1 2 3 4 5 6; do
	add_case "many/$i.sh" "$(diverging)" "# $i"
done
git commit -q --allow-empty -m more
for i in 1 2 3; do
	"$PARITY" run --no-file -q --cache write --cache-check 0 >/dev/null 2>&1 &
done
wait
mkfifo "$world/gate"
sed -i 's/# 6/# six/' "$world/data/corpus/many/6.sh"
cp "$world/build.sh" "$world/plain.sh"
echo "read x <$world/gate" >>"$world/build.sh"
"$PARITY" run --no-file -q -j 1 --cache write --cache-check 0 >/dev/null 2>&1 &
pid=$!
exec 3>"$world/gate" # the build has opened its end, and waits
kill -9 "$pid"
wait "$pid" 2>/dev/null
exec 3>&-
cp "$world/plain.sh" "$world/build.sh"
: >"$world/count"
build_run
artifacts damaged 0 'nothing is damaged after several at once and one killed'
builds 1 'only the changed one is built'
build_run
artifacts reused 6 'all are reused'
check 'no half file is left' [ -z "$(find "$kept" -name 'new-*')" ]

: >"$world/count"
HOME='' run run --no-file --cache write
out_has 'no artifacts' 'no place to keep builds: it is said'
builds 6 'and built'
done_testing
