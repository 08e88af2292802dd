# SPDX-License-Identifier: Apache-2.0
# Every planted miscompilation of the reference is caught, filed, and closed once it is gone. Only for
# builds with -Dplanted_faults=true. Also given by meson: FUSE_REF.
. "$SOURCE_ROOT/tests/cli/lib.sh"
new_repository "$world/repo"

# The areas that the faults lie in: the whole corpus for each of them would take long, and run_reference has seen it green.
areas='asserts/* compare/* indexing/* loops/* match/* numbers/* strings/* values/*'
set -f
# shellcheck disable=SC2086
run run $areas
exits 0 'the areas without a fault'

for fault in $("$FUSE_REF" faults | sed 's/[ 	:].*//'); do
	FUSE_REF_FAULT=$fault
	export FUSE_REF_FAULT
	# shellcheck disable=SC2086
	run run $areas
	unset FUSE_REF_FAULT
	cp "$world/out" "$world/faulty"
	exits 1 "fault $fault"
	check "fault $fault: a clause is named" grep -q '^  clause   [a-z]*#' "$world/out"
	check "fault $fault: the first differing event is named" grep -q '^  differs  ' "$world/out"
	check "fault $fault: filed as new or reopened" \
		grep -q '^  findings .*[1-9][0-9]* open' "$world/out"
	fp=$(first_fp)
	run show "$fp"
	out_has ', blocks' "fault $fault: the ledger holds a blocking entry"

	# Only what failed: all of it without a fault has been seen above.
	# shellcheck disable=SC2046
	run run $(sed -n '/^not ok$/,/^next$/s/^  diverge  *\([^ ]*\).*/\1/p' "$world/faulty")
	exits 0 "without fault $fault again"
	run show "$fp"
	out_has 'state      verified-fixed' "fault $fault: verified fixed"
	run findings
	out_has 'nothing open' "fault $fault: nothing is left open"
done
done_testing
