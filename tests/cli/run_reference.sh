# SPDX-License-Identifier: Apache-2.0
# The corpus that comes along, under the reference toolchain of this build: green, on three backends.
. "$SOURCE_ROOT/tests/cli/lib.sh"
new_repository "$world/repo"

run run --json -
exits 0 'the corpus'
check 'at least 800 cases' [ "$(grep -c '"event":"case"' "$world/out")" -ge 800 ]
check 'every one on three backends' [ "$(grep '"event":"case"' "$world/out" |
	grep -vc '"backend":"ast",.*"backend":"native",.*"backend":"aot"')" -eq 0 ]
run log HEAD
exits 0 'log HEAD'
out_has '1 run filed' 'lists the run'
FUSE_HOME='' run run --profile fuse --no-file
exits 3 'another toolchain that is not there'
err_is_one_line 'another toolchain that is not there'
err_has 'set FUSE_HOME or pass --toolchain DIR' 'it says what to set'
done_testing
