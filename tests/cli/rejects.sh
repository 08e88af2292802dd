# SPDX-License-Identifier: Apache-2.0
# Every case that expects to be refused, given to 'fuse-ref check' itself: exit 1, a position, and the code that the
# case cites, which must be one that the documents name. A case that cites none must be about a clause without codes:
# no complaint about it may carry a code that the documents name.
. "$SOURCE_ROOT/tests/cli/lib.sh"

ref=$(dirname "$PARITY")/../oracles/reference/fuse-ref
named=$(sed -n 's/`/\n/gp' "$SOURCE_ROOT/spec/fls.md" "$SOURCE_ROOT/spec/runtime.md" | grep -x 'FUSE_[A-Z0-9_]*')

program_of() { # program_of PATH: the program of a case, which may be a folder's case.json
	case $1 in
	*/case.json)
		main=$(sed -n 's/.*"program": "\([^"]*\)".*/\1/p' "$1")
		echo "${1%case.json}${main:-main.fuse}"
		;;
	*) echo "$1" ;;
	esac
}
has_code() { # has_code CODE
	grep -q "\"code\":\"$1\"" "$world/err"
}
cites_no_named_code() {
	for code in $(sed -n 's/.*"code":"\([A-Z0-9_]*\)".*/\1/p' "$world/err"); do
		if is_named "$code"; then
			echo "# the documents name $code, cite it"
			return 1
		fi
	done
}
is_named() { # is_named CODE
	printf '%s\n' "$named" | grep -qx "$1"
}
refused() { # refused CODE: the diagnostics of the last check are what the case says
	[ "$rc" -eq 1 ] && grep -q '"kind":"diagnostic".*"line":[1-9]' "$world/err" || return 1
	if [ -n "$1" ]; then
		has_code "$1" && is_named "$1"
	else
		cites_no_named_code
	fi
}

"$PARITY" list --json >"$world/cases" || exit 1
cited=0
while IFS= read -r line; do
	name=$(printf '%s\n' "$line" | sed 's/.*"case":"\([^"]*\)".*/\1/')
	path=$(printf '%s\n' "$line" | sed 's/.*"path":"\([^"]*\)".*/\1/')
	code=$(printf '%s\n' "$line" | sed -n 's/.*"class":"\([^"]*\)".*/\1/p')
	cd "$(dirname "$path")" || exit 1
	"$ref" check --diagnostics json "$(program_of "$path")" >"$world/out" 2>"$world/err" </dev/null
	rc=$?
	check "$name: ${code:-refused}" refused "$code"
	[ -z "$code" ] || cited=$((cited + 1))
done <<EOF
$(grep '"expect":"reject"' "$world/cases")
EOF
check "at least 40 cases cite a code ($cited)" [ "$cited" -ge 40 ]
done_testing
